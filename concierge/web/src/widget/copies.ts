/** Copies of the conversation that its customer keeps: a text, and what the server sets; or on paper. */

import { html, nothing, render, type TemplateResult } from "lit";
import { saveAs } from "../shared/pictures.js";
import { saidBy } from "../shared/rich-text.js";
import type { Conversation } from "./conversation.js";
import type { Message } from "./model.js";
import type { MoreTexts } from "./more-texts.js";
import { aroundPaper, notOnPaper, paper } from "./styles/paper.js";
import { dayLabel, timeLabel } from "./time.js";
import { nameOf, type Scene } from "./views.js";

type Said = Pick<Scene, "messages" | "locale" | "t" | "kind">;

interface Line {
  /** Where another day begins. */
  day: string;
  time: string;
  name: string;
  /** What stands for a file; empty where words were said. */
  file: string;
  message: Message;
}

function lines({ messages, locale, t, kind }: Said): Line[] {
  let last = "";
  return messages
    .filter(({ role, text }) => role !== "system" && text)
    .map((message) => {
      const { createdAt, role, author, sent } = message;
      const on = dayLabel(createdAt, locale, t);
      const day = on === last ? "" : on;
      last = on;
      const file = sent ? sent.title || kind(sent.kind) : "";
      return { day, time: timeLabel(createdAt, locale), name: nameOf(role, author, t), file, message };
    });
}

const written = (said: Said): string =>
  lines(said)
    .flatMap(({ day, time, name, file, message }) => [...(day ? [day, ""] : []), `${time} ${name}`, file || message.text, ""])
    .join("\n");

/** Hands it to the browser as a file; nothing goes over the network. */
function save(scene: Scene): void {
  saveAs(`${scene.t("assistant")}.txt`, new Blob([written(scene)], { type: "text/plain;charset=utf-8" }));
}

/** As the server sets it; where it cannot just now, as a text. */
async function fetched(talk: Conversation, scene: Scene, form: "pdf" | "json"): Promise<void> {
  const options = { credentials: "omit", cache: "no-store" } as const;
  const got = await talk
    .using((api, token) => fetch(`${api.endpoint}/transcript?format=${form}`, { ...options, headers: api.headers(token) }))
    .catch(() => null);
  if (got?.ok) saveAs(`${scene.t("assistant")}.${form}`, await got.blob());
  else save(scene);
}

/** Alone on the paper, without the shop's page: for as long as the browser prints. */
function print(scene: Scene, widget: ShadowRoot): void {
  const host = Object.assign(document.createElement("div"), { id: "concierge-paper", lang: scene.locale });
  const page = aroundPaper;
  const hidden = notOnPaper; // no style of the page reaches the widget
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [paper];
  const said = lines(scene).map(
    ({ day, time, name, file, message }) => html`${day ? html`<h2>${day}</h2>` : nothing}
      <section><h3>${name} <time>${time}</time></h3>${file ? html`<p>${file}</p>` : saidBy(message.role, message.text)}</section>`,
  );
  render(html`<h1>${scene.t("assistant")}</h1>${said}`, root);
  const sheets = [
    [document, page],
    [widget, hidden],
  ] as const;
  for (const [where, sheet] of sheets) where.adoptedStyleSheets.push(sheet);
  document.body.append(host);
  const away = (): void => {
    host.remove();
    for (const [where, sheet] of sheets) where.adoptedStyleSheets = where.adoptedStyleSheets.filter((each) => each !== sheet);
  };
  addEventListener("afterprint", away, { once: true });
  window.print();
}

/** To the address that the customer has proved or left. */
export class Mailing {
  #state: "" | "sending" | "mailed" | "notMailed" = "";
  /** Of what is asked for once the menu was opened: asked again it is sent once. */
  readonly #key = `mail.${Date.now()}`;

  constructor(
    /** As it is shown: most of it hidden. */
    private readonly address: string,
    private readonly changed: () => void,
  ) {}

  async #send(talk: Conversation): Promise<void> {
    this.#become("sending");
    const body = JSON.stringify({ client_key: this.#key });
    const ask = { method: "POST", credentials: "omit", cache: "no-store", body } as const;
    const got = await talk
      .using((api, token) =>
        fetch(`${api.endpoint}/transcript/mail`, { ...ask, headers: { ...api.headers(token), "Content-Type": "application/json" } }),
      )
      .catch(() => null);
    this.#become(got?.ok ? "mailed" : "notMailed");
  }

  #become(state: "sending" | "mailed" | "notMailed"): void {
    this.#state = state;
    this.changed();
  }

  view(talk: Conversation, more: MoreTexts): TemplateResult {
    const { address } = this;
    const state = this.#state;
    return html`${state === "mailed"
        ? nothing
        : html`<button class="link" type="button" ?disabled=${state === "sending"} @click=${() => void this.#send(talk)}>
            ${more("saveMail", { address })}
          </button>`}
      <p role="status">${state === "mailed" || state === "notMailed" ? more(state, { address }) : nothing}</p>`;
  }
}

export function copiesView(
  scene: Scene,
  talk: Conversation,
  more: MoreTexts,
  close: () => void,
  mailing: Mailing | undefined,
): TemplateResult {
  const choice = (label: string, deed: (widget: ShadowRoot) => unknown): TemplateResult => {
    const chosen = (event: Event): void => {
      const widget = (event.currentTarget as Element).getRootNode() as ShadowRoot;
      close();
      deed(widget);
    };
    return html`<button class="link" type="button" @click=${chosen}>${label}</button>`;
  };
  return html`<div class="bar" role="group" aria-label=${more("save")} data-bar="copies">
    ${choice(more("saveText"), () => save(scene))} ${choice(more("savePdf"), () => fetched(talk, scene, "pdf"))}
    ${choice(more("saveData"), () => fetched(talk, scene, "json"))}
    ${"print" in window ? choice(more("print"), (widget) => print(scene, widget)) : nothing}
    ${mailing?.view(talk, more) ?? nothing}
  </div>`;
}
