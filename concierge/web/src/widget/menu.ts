/** What a customer may do with the conversation as a whole: begin another, keep a copy, read what becomes of their data. */

import { html, nothing, type TemplateResult } from "lit";
import type { Message, Status } from "./model.js";
import type { Translate } from "./strings.js";
import { dayLabel, timeLabel } from "./time.js";
import { anchor, nameOf, type Scene } from "./views.js";

export interface Choices {
  renew: () => void;
  save: () => void;
}

export function menuView(scene: Scene, privacy: string, { renew, save }: Choices): TemplateResult {
  const { t } = scene;
  return html`<div class="bar" role="group" aria-label=${t("menu")} id="menu" data-bar="menu">
    ${scene.messages.length
      ? html`<button class="link" type="button" @click=${renew}>${t("newConversation")}</button>
          <button class="link" type="button" @click=${save}>${t("save")}</button>`
      : nothing}
    ${privacy ? anchor(privacy, t("privacy"), scene, "link") : nothing}
  </div>`;
}

/** Says what becomes of the conversation that is put away. */
export function questionView(
  t: Translate,
  { owner, advisor }: Status,
  confirm: () => void,
  cancel: () => void,
): TemplateResult {
  return html`<div class="bar" role="group" aria-labelledby="question" data-bar="new">
    <p id="question">
      ${owner === "advisor"
        ? t("newWithAdvisor", { name: advisor || t("advisorRole") })
        : t(owner === "queue" ? "newInQueue" : "newQuestion")}
    </p>
    <button class="link" type="button" @click=${confirm}>${t("newConfirm")}</button>
    <button class="link" type="button" @click=${cancel}>${t("newCancel")}</button>
  </div>`;
}

/** The conversation as a text to keep: who said what, and when. */
export function written(messages: readonly Message[], locale: string, t: Translate): string {
  const lines: string[] = [];
  let last = "";
  for (const message of messages) {
    if (message.role === "system" || !message.text) continue;
    const day = dayLabel(message.createdAt, locale, t);
    if (day !== last) lines.push(day, "");
    last = day;
    const name = nameOf(message.role, message.author, t);
    lines.push(`${timeLabel(message.createdAt, locale)} ${name}`, message.text, "");
  }
  return lines.join("\n");
}

/** Hands it to the browser as a file; nothing goes over the network. */
export function save(messages: readonly Message[], locale: string, t: Translate): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([written(messages, locale, t)], { type: "text/plain;charset=utf-8" }));
  link.download = `${t("assistant")}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
