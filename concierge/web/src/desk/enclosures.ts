/** How files look at the desk: above the composer before they are sent, in the transcript, in the client file. */

import { html, nothing, svg, type TemplateResult } from "lit";
import type { Detail, Message, SentFile } from "../generated/desk.js";
import { draw } from "../shared/pictures.js";
import { ACCEPT, sizeLabel } from "../shared/upload.js";
import { fileAddress } from "./api.js";
import { LOCALE, moment, words } from "./format.js";
import type { Enclosed, Sending } from "./sending.js";
import type { Template } from "./term.js";
import { t } from "./tongue.js";

const clip = svg`<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M15.5 9.5l-5.8 5.8a3.4 3.4 0 0 1-4.8-4.8l6.6-6.6a2.3 2.3 0 0 1 3.2 3.2l-6.4 6.4a1.1 1.1 0 0 1-1.6-1.6l5.6-5.6" /></svg>`;
export function attachView(id: string, sending: Sending): TemplateResult {
  return html`<button
      class="icon attach"
      type="button"
      aria-label=${t("Add photos or PDF files")}
      title=${t("Add photos or PDF files")}
      @click=${(event: Event) => ((event.currentTarget as HTMLElement).nextElementSibling as HTMLInputElement).click()}
    >
      ${clip}
    </button>
    <input
      type="file"
      hidden
      multiple
      aria-label=${t("Photos or PDF files")}
      accept=${ACCEPT}
      @change=${(event: Event) => {
        const input = event.target as HTMLInputElement;
        sending.add(id, [...(input.files ?? [])]);
        input.value = "";
      }}
    />`;
}

export function waitingView(id: string, sending: Sending): Template {
  const items = sending.of(id);
  if (!items.length) return nothing;
  return html`<ul class="enclosed" aria-label=${t("To be sent")}>
    ${items.map((item) => waiting(item, sending))}
  </ul>`;
}

/** Draws the pictures of what waits; called after each update. */
export function drawWaiting(root: ParentNode, sending: Sending): void {
  for (const canvas of root.querySelectorAll<HTMLCanvasElement>(".enclosed canvas:not([data-drawn])")) {
    canvas.dataset["drawn"] = "";
    const item = sending.items.find(({ key }) => key === canvas.dataset["key"]);
    if (item) void draw(canvas, item.file).then((drawn) => (canvas.hidden = !drawn));
  }
}

function waiting({ key, file, state, part, problem, again }: Enclosed, sending: Sending): TemplateResult {
  const name = file.name || t("Photo");
  return html`<li data-file=${state}>
    ${file.type === "application/pdf" ? html`<span class="paper" aria-hidden="true">${t("PDF")}</span>` : html`<canvas data-key=${key} aria-hidden="true"></canvas>`}
    <span class="piece">
      <span>${name}</span>
      ${problem ? html`<small class="problem" role="alert">${problem}</small>` : html`<small>${sizeLabel(file.size, LOCALE)}</small>`}
      ${state === "sending" ? html`<progress max="1" value=${part} aria-label=${name}></progress>` : nothing}
    </span>
    ${again ? html`<button class="link" type="button" @click=${() => sending.retry(key)}>${t("Send again")}<span class="unseen"> ${name}</span></button>` : nothing}
    <button class="link" type="button" @click=${() => sending.remove(key)}>
      ${state === "sending" ? t("Cancel") : t("Remove")}<span class="unseen"> ${name}</span>
    </button>
  </li>`;
}

const nameOf = ({ title, kind }: SentFile): string => title || words(kind);

/** What was sent with a message, in its place. */
export function sentView(id: string, { seq, payload }: Message): Template {
  const { file } = payload;
  if (!file) return nothing;
  const name = nameOf(file);
  if (file.state === "waiting") return html`<p class="extra" role="status">${t("{name}: it is being fetched.", { name })}</p>`;
  if (file.state === "refused") return html`<p class="extra">${t("{name}: not kept.", { name })}</p>`;
  return html`<a class="sent" href=${fileAddress(id, seq)} download=${name}>
    ${file.small ? html`<img src="${fileAddress(id, seq)}?small=1" alt="" loading="lazy" />` : html`<span class="paper" aria-hidden="true">${ending(name)}</span>`}
    <span class="piece"><span>${name}</span><small>${sizeLabel(file.size, LOCALE)}</small></span>
  </a>`;
}

const ending = (name: string): string => (name.includes(".") ? name.split(".").at(-1)!.slice(0, 4).toUpperCase() : "");

/** All of a conversation's, for the client file; null where there are none. */
export function filesView({ case: row, messages }: Pick<Detail, "case" | "messages">): TemplateResult | null {
  const sent = messages.filter(({ payload }) => payload.file?.state === "kept");
  if (!sent.length) return null;
  return html`<ul class="files">
    ${sent.map(
      (message) =>
        html`<li>
          ${sentView(row.id, message)}
          <small>${message.role === "advisor" ? message.author : t("From the customer")}, ${moment(message.created_at)}</small>
        </li>`,
    )}
  </ul>`;
}
