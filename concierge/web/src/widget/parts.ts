/** The parts of the panel around the messages: head and welcome. */

import { html, nothing, type TemplateResult } from "lit";
import type { Conversation } from "./conversation.js";
import type { Translate } from "./strings.js";
import { icons } from "./icons.js";

const STARTERS = ["starterOrder", "starterReturn", "starterRepair", "starterAdvisor"] as const;

/** What the page shows, if the shop has told it, is the first thing to ask about. */
export function welcomeView(t: Translate, product: string, hours: string, say: (words: string) => void): TemplateResult {
  const starters = [...(product ? [t("starterProduct", { product })] : []), ...STARTERS.map((key) => t(key))];
  return html`<div class="welcome">
    <h3>${t("welcomeTitle")}</h3>
    <p>${t("welcomeText")}</p>
    ${hours ? html`<p class="hours">${hours}</p>` : nothing}
    <ul class="starters" aria-label=${t("options")}>
      ${starters.map(
        (words) =>
          html`<li><button class="starter" type="button" @click=${() => say(words)}><span>${words}</span>${icons.go}</button></li>`,
      )}
    </ul>
  </div>`;
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
  portrait: unknown,
  /** Whether the menu is open; undefined where there is nothing in it. */
  expanded: boolean | undefined,
  menu: () => void,
  close: () => void,
): TemplateResult {
  return html`<div class="top">
    ${portrait}
    <div class="who">
      <h2 id="name">${name}</h2>
      <p>${t(advisor ? "advisorRole" : "assistantRole")}</p>
    </div>
    ${expanded === undefined ? nothing : iconButton(t("menu"), icons.menu, menu, expanded)}
    ${iconButton(t("close"), icons.close, close)}
  </div>`;
}

/** What the customer ought to know about the connection, in a sentence; empty when all is well. */
export function troubleOf(talk: Conversation | undefined, online: boolean, t: Translate): string {
  if (!online) return t("offline");
  if (talk?.notice != null) return talk.notice || t("unavailable");
  if (talk?.connection !== "retrying") return "";
  return t(talk.ready ? "reconnecting" : "unavailable");
}
