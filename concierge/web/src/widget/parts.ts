/** The parts of the widget around the messages: launcher, head, welcome, queue. */

import { html, nothing, type TemplateResult } from "lit";
import type { Translate } from "./strings.js";
import { icons } from "./views.js";

const STARTERS = ["starterOrder", "starterReturn", "starterRepair", "starterAdvisor"] as const;

/** What the page shows, if the shop has told it, is the first thing to ask about. */
export function welcomeView(t: Translate, product: string, say: (words: string) => void): TemplateResult {
  const starters = [...(product ? [t("starterProduct", { product })] : []), ...STARTERS.map((key) => t(key))];
  return html`<div class="welcome">
    <h3>${t("welcomeTitle")}</h3>
    <p>${t("welcomeText")}</p>
    <ul class="starters" aria-label=${t("options")}>
      ${starters.map(
        (words) =>
          html`<li><button class="starter" type="button" @click=${() => say(words)}><span>${words}</span>${icons.go}</button></li>`,
      )}
    </ul>
  </div>`;
}

export function queueView(t: Translate, place: number | null, leave: () => void): TemplateResult {
  return html`<div class="bar" data-bar="queue">
    <p role="status">
      ${place === null ? t("queueWaiting") : place <= 1 ? t("queueFirst") : t("queuePlace", { n: place })}
    </p>
    <button class="link" type="button" @click=${leave}>${t("leave")}</button>
  </div>`;
}

export function launcherView(t: Translate, lang: string, count: number, open: () => void): TemplateResult {
  const label = count ? t("unread", { n: count }) : "";
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

function iconButton(label: string, icon: unknown, click: () => void, expanded?: boolean): TemplateResult {
  return html`<button
    class="icon"
    type="button"
    aria-label=${label}
    title=${label}
    aria-expanded=${expanded ?? nothing}
    @click=${click}
  >
    ${icon}
  </button>`;
}

export function headView(
  t: Translate,
  name: string,
  advisor: boolean,
  /** Whether the menu is open; undefined where there is nothing in it. */
  expanded: boolean | undefined,
  menu: () => void,
  close: () => void,
): TemplateResult {
  return html`<div class="top">
    <div class="who">
      <h2 id="name">${name}</h2>
      <p>${t(advisor ? "advisorRole" : "assistantRole")}</p>
    </div>
    ${expanded === undefined ? nothing : iconButton(t("menu"), icons.menu, menu, expanded)}
    ${iconButton(t("close"), icons.close, close)}
  </div>`;
}
