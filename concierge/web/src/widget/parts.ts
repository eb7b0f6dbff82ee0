/** The parts of the panel that are there only at times: the welcome, the queue, the question before a new conversation. */

import { html, type TemplateResult } from "lit";
import type { Translate } from "./strings.js";

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
