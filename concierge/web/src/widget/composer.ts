/** Where the customer writes: it grows with the text, says when there is too much of it, and keeps it over a reload. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Store } from "./storage.js";
import type { Translate } from "./strings.js";
import { icons } from "./icons.js";

const LOWEST = 52;

export interface Writer {
  say(words: string): void;
  /** Sends what is to go with the words, or alone. */
  also(): void;
  typing(): void;
}

export class Composer implements ReactiveController {
  #draft = "";
  #store?: Store;

  constructor(
    private readonly host: ReactiveControllerHost & { renderRoot: ParentNode; maxLength: number },
    private readonly writer: Writer,
  ) {
    host.addController(this);
  }

  hostConnected(): void {}

  /** Goes on with what was half written. */
  resume(store: Store): void {
    this.#store = store;
    this.#draft = store.draft;
  }

  fit(): void {
    const input = this.#input;
    if (!input) return;
    input.style.blockSize = "auto";
    input.style.blockSize = `${Math.max(LOWEST, input.scrollHeight)}px`;
  }

  get #input(): HTMLTextAreaElement | null {
    return this.host.renderRoot.querySelector("textarea");
  }

  get #left(): number {
    return this.host.maxLength - [...this.#draft.trim()].length;
  }

  #set(draft: string): void {
    this.#draft = draft;
    if (this.#store) this.#store.draft = draft;
    this.host.requestUpdate();
  }

  #onInput(event: Event): void {
    this.#set((event.target as HTMLTextAreaElement).value);
    this.fit();
    this.writer.typing();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
  }

  #submit(event: Event): void {
    event.preventDefault();
    const words = this.#draft.trim();
    if (this.#left < 0) return;
    this.writer.also();
    if (!words) return;
    this.#set("");
    this.writer.say(words);
    void this.host.updateComplete.then(() => this.fit());
    this.#input?.focus();
  }

  /** `before`: what stands before the input; `more`: whether there is something to be sent without words. */
  render(t: Translate, before: unknown, more: boolean): TemplateResult {
    const left = this.#left;
    const near = left <= Math.min(200, this.host.maxLength / 10);
    return html`<form @submit=${(event: Event) => this.#submit(event)}>
        ${before}
        <textarea
          rows="1"
          dir="auto"
          aria-label=${t("placeholder")}
          aria-describedby=${near ? "limit" : nothing}
          aria-invalid=${left < 0 ? "true" : nothing}
          placeholder=${t("placeholder")}
          autocomplete="off"
          enterkeyhint="send"
          .value=${this.#draft}
          @input=${(event: Event) => this.#onInput(event)}
          @keydown=${(event: KeyboardEvent) => this.#onKey(event)}
        ></textarea>
        <button class="icon" type="submit" aria-label=${t("send")} ?disabled=${!(this.#draft.trim() || more) || left < 0}>
          ${icons.send}
        </button>
      </form>
      ${near
        ? html`<div id="limit" class="limit ${left < 0 ? "over" : ""}" role="status">
            ${left < 0 ? t("tooLong", { n: -left }) : t("remaining", { n: left })}
          </div>`
        : nothing}`;
  }
}
