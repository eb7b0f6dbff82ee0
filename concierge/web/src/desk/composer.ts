/** Where the advisor writes to the customer: one draft for each case, kept while they look at another. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { CaseRow } from "../generated/desk.js";
import type { Desk } from "./desk.js";
import { language } from "./format.js";

export const LONGEST = 4000;

export class Composer implements ReactiveController {
  #drafts = new Map<string, string>();

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly desk: Desk,
  ) {
    host.addController(this);
  }

  hostConnected(): void {}

  focus(): void {
    this.#input?.focus();
  }

  get #input(): HTMLTextAreaElement | null {
    return this.host.querySelector<HTMLTextAreaElement>(".composer textarea");
  }

  render(row: CaseRow): TemplateResult {
    const draft = this.#drafts.get(row.id) ?? "";
    const left = LONGEST - [...draft.trim()].length;
    return html`<form class="composer" @submit=${(event: Event) => this.#submit(event, row)}>
      <textarea
        rows="1"
        dir="auto"
        aria-label="Message to the customer"
        placeholder="Write to ${row.customer.name || "the customer"} in ${language(row.language)}"
        enterkeyhint="send"
        .value=${draft}
        @input=${(event: Event) => this.#write(event, row)}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event, row);
        }}
      ></textarea>
      ${left < 400 ? html`<span class="left ${left < 0 ? "over" : ""}" role="status">${left}</span>` : nothing}
      <button class="primary" type="submit" ?disabled=${!draft.trim() || left < 0}>Send</button>
    </form>`;
  }

  #write(event: Event, row: CaseRow): void {
    const input = event.target as HTMLTextAreaElement;
    this.#set(row.id, input.value);
    this.#fit(input);
    this.desk.typing(row.id);
  }

  #set(id: string, draft: string): void {
    this.#drafts.set(id, draft);
    this.host.requestUpdate();
  }

  #fit(input: HTMLTextAreaElement): void {
    input.style.blockSize = "auto";
    input.style.blockSize = `${input.scrollHeight}px`;
  }

  #submit(event: Event, row: CaseRow): void {
    event.preventDefault();
    const words = (this.#drafts.get(row.id) ?? "").trim();
    if (!words || [...words].length > LONGEST) return;
    this.#set(row.id, "");
    this.desk.outbox.say(row.id, words);
    void this.host.updateComplete.then(() => {
      if (this.#input) this.#fit(this.#input);
      this.focus();
    });
  }
}
