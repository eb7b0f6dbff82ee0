/** The parts of the widget around the messages: launcher, head, welcome, queue, the question before a new conversation. */

import { html, nothing, type TemplateResult } from "lit";
import type { Translate } from "./strings.js";
import { icons } from "./views.js";

const STARTERS = ["starterOrder", "starterReturn", "starterRepair", "starterAdvisor"] as const;

export function welcomeView(t: Translate, say: (words: string) => void): TemplateResult {
  return html`<div class="welcome">
    <h3>${t("welcomeTitle")}</h3>
    <p>${t("welcomeText")}</p>
    <ul class="replies" aria-label=${t("options")}>
      ${STARTERS.map(
        (key) => html`<li><button class="reply" type="button" @click=${() => say(t(key))}>${t(key)}</button></li>`,
      )}
    </ul>
  </div>`;
}

export function queueView(t: Translate, place: number | null, leave: () => void): TemplateResult {
  return html`<div class="bar" data-bar="queue">
    <p role="status">
      ${place === null ? t("queueWaiting") : place <= 1 ? t("queueFirst") : t("queuePlace", { n: place })}
    </p>
    <p>${t("queueKept")}</p>
    <button class="link" type="button" @click=${leave}>${t("leave")}</button>
  </div>`;
}

export function questionView(t: Translate, confirm: () => void, cancel: () => void): TemplateResult {
  return html`<div class="bar" role="group" aria-labelledby="question" data-bar="new">
    <p id="question">${t("newQuestion")}</p>
    <button class="link" type="button" @click=${confirm}>${t("newConfirm")}</button>
    <button class="link" type="button" @click=${cancel}>${t("newCancel")}</button>
  </div>`;
}

export function launcherView(t: Translate, lang: string, count: number, open: () => void): TemplateResult {
  const label = count ? t(count === 1 ? "unreadOne" : "unreadMany", { n: count }) : "";
  return html`<button
    class="launcher"
    type="button"
    lang=${lang}
    aria-haspopup="dialog"
    aria-label="${t("open")}${label && `, ${label}`}"
    @click=${open}
  >
    ${t("launcher")} ${count ? html`<span class="count">${count}</span>` : nothing}
  </button>`;
}

function iconButton(label: string, icon: unknown, click: () => void): TemplateResult {
  return html`<button class="icon" type="button" aria-label=${label} title=${label} @click=${click}>${icon}</button>`;
}

export function headView(
  t: Translate,
  name: string,
  advisor: boolean,
  renewable: boolean,
  renew: () => void,
  close: () => void,
): TemplateResult {
  return html`<div class="top">
    <div class="who">
      <h2 id="name">${name}</h2>
      <p>${t(advisor ? "advisorRole" : "assistantRole")}</p>
    </div>
    ${renewable ? iconButton(t("newConversation"), icons.anew, renew) : nothing}
    ${iconButton(t("close"), icons.close, close)}
  </div>`;
}
