/** How files look: before they are sent, above the input; and as messages. */

import { html, nothing, svg } from "lit";
import { ACCEPT, sizeLabel } from "../shared/upload.js";
import type { FileKey } from "./file-texts.js";
import type { Files, Waiting } from "./files.js";
import { icons } from "./icons.js";
import type { SentFile } from "./model.js";
import type { Template } from "./views.js";

export type FileTexts = (key: FileKey, values?: Record<string, string | number>) => string;

const clip = svg`<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M15.5 9.5l-5.8 5.8a3.4 3.4 0 0 1-4.8-4.8l6.6-6.6a2.3 2.3 0 0 1 3.2 3.2l-6.4 6.4a1.1 1.1 0 0 1-1.6-1.6l5.6-5.6" /></svg>`;
const camera = svg`<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 6.5h3l1.5-2h5l1.5 2h3v9H3zM10 13.6a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6z" /></svg>`;
const again = svg`<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M15.8 8.5A6 6 0 1 0 16 11M16 4.5v4h-4" /></svg>`;

/** The buttons beside the input. A phone gets its camera at once as well. */
export function attachView(files: Files, t: FileTexts | undefined): Template {
  if (!t) return nothing;
  const button = (label: string, icon: unknown, camera: boolean): Template =>
    html`<button
        class="icon attach"
        type="button"
        aria-label=${label}
        title=${label}
        @click=${(event: Event) => ((event.currentTarget as HTMLElement).nextElementSibling as HTMLInputElement).click()}
      >
        ${icon}
      </button>
      <input
        type="file"
        hidden
        aria-label=${label}
        multiple
        accept=${camera ? "image/*" : ACCEPT}
        capture=${camera ? "environment" : nothing}
        @change=${(event: Event) => {
          const input = event.target as HTMLInputElement;
          files.add([...(input.files ?? [])]);
          input.value = "";
        }}
      />`;
  const phone = matchMedia("(pointer: coarse) and (hover: none)").matches;
  return html`${button(t("attach"), clip, false)}${phone ? button(t("camera"), camera, true) : nothing}`;
}

/** What is about to be sent, and how it goes. */
export function trayView(files: Files, t: FileTexts | undefined): Template {
  if (!t) return nothing;
  return html`${files.over ? html`<p class="drop">${t("drop")}</p>` : nothing}
  ${files.items.length
    ? html`<ul class="tray" aria-label=${t("waiting")}>
        ${files.items.map((item) => waiting(item, files, t))}
      </ul>`
    : nothing}`;
}

function waiting(item: Waiting, files: Files, t: FileTexts): Template {
  const { key, file, state, part, problem } = item;
  const name = file.name || t("photo");
  const label = state === "sending" ? t("cancel", { name }) : t("remove", { name });
  return html`<li data-file=${state}>
    ${file.type === "application/pdf" ? html`<span class="paper" aria-hidden="true">PDF</span>` : html`<canvas data-key=${key} aria-hidden="true"></canvas>`}
    <span class="piece">
      <span class="title">${name}</span>
      ${problem
        ? html`<small class="problem" role="alert">${problem}</small>`
        : html`<small>${sizeLabel(file.size, files.locale)}</small>`}
      ${state === "sending" || state === "sent" ? html`<progress max="1" value=${part} aria-label=${name}></progress>` : nothing}
    </span>
    ${item.again
      ? html`<button class="icon" type="button" aria-label=${t("retry", { name })} title=${t("retry", { name })} @click=${() => files.retry(key)}>
          ${again}
        </button>`
      : nothing}
    ${state === "sent"
      ? nothing
      : html`<button class="icon" type="button" aria-label=${label} title=${label} @click=${() => files.remove(key)}>
          ${icons.close}
        </button>`}
  </li>`;
}

/** One that was sent, from either side: pressed, it is saved. */
export function sentView(
  seq: number,
  { kind, title, size, small, state }: SentFile,
  locale: string,
  t: FileTexts,
  failed: boolean,
  save: () => void,
): ReturnType<typeof html> {
  const name = title || t(kind === "photo" ? "photo" : "file");
  return html`<button
      class="sent"
      type="button"
      ?disabled=${state !== "kept"}
      @click=${save}
    >
      ${small ? html`<canvas data-seq=${seq} aria-hidden="true"></canvas>` : html`<span class="paper" aria-hidden="true">${ending(title)}</span>`}
      <span class="unseen">${t("save", { name })}</span>
      <span class="piece" aria-hidden="true"><span class="title">${name}</span><small>${sizeLabel(size, locale)}</small></span>
    </button>
    ${failed ? html`<p class="failure" role="alert">${t("notSaved")}</p>` : nothing}`;
}

const ending = (title: string): string => (title.includes(".") ? title.split(".").at(-1)!.slice(0, 4).toUpperCase() : "");
