/** Where the advisor writes to the customer: one draft for each case, kept while they do something else. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { CaseRow } from "../generated/desk.js";
import type { Desk } from "./desk.js";
import { language } from "./format.js";
import { blankIn, Replies } from "./replies.js";

export const LONGEST = 4000;

export class Composer implements ReactiveController {
  /** What the box was fitted to last. */
  #fitted: { input: HTMLTextAreaElement; words: string; width: number } | null = null;

  readonly #replies: Replies;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly desk: Desk,
  ) {
    this.#replies = new Replies(host);
    host.addController(this);
  }

  hostConnected(): void {}

  /** The box is as high as what is in it, whether it was typed, kept, or put there. */
  hostUpdated(): void {
    const input = this.#input;
    if (!input) return;
    const { value: words, clientWidth: width } = input;
    const { input: before, words: fitted, width: was } = this.#fitted ?? {};
    if (input === before && words === fitted && width === was) return;
    this.#fitted = { input, words, width };
    input.style.blockSize = "auto";
    input.style.blockSize = `${input.scrollHeight}px`;
  }

  focus(): void {
    this.#input?.focus();
  }

  get #input(): HTMLTextAreaElement | null {
    return this.host.querySelector<HTMLTextAreaElement>(".composer textarea");
  }

  render(row: CaseRow): TemplateResult {
    const draft = this.desk.drafts.of(row.id, "reply");
    const left = LONGEST - [...draft.trim()].length;
    const open = this.#replies.offered(row.id).length > 0;
    const blank = blankIn(draft);
    return html`${this.#replies.render(row.id, (words) => this.put(row.id, words))}
    <form class="composer" @submit=${(event: Event) => this.#submit(event, row)}>
      <textarea
        rows="1"
        dir="auto"
        aria-label="Message to the customer"
        placeholder="Write to ${row.customer.name || "the customer"} in ${language(row.language)}, or / for a reply"
        enterkeyhint="send"
        aria-autocomplete="list"
        aria-controls=${open ? "replies" : nothing}
        aria-activedescendant=${open ? this.#replies.active : nothing}
        .value=${draft}
        @input=${(event: Event) => this.#write(event, row)}
        @blur=${() => this.#replies.close()}
        @keydown=${(event: KeyboardEvent) => {
          if (this.#choose(event, row)) return;
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event, row);
        }}
      ></textarea>
      ${blank ? html`<span class="left" role="status">To fill in: ${blank}</span>` : nothing}
      ${left < 400 ? html`<span class="left ${left < 0 ? "over" : ""}" role="status">${left}</span>` : nothing}
      <button class="primary" type="submit" ?disabled=${!draft.trim() || left < 0}>Send</button>
    </form>`;
  }

  /** Whether the key was for the list of replies. */
  #choose(event: KeyboardEvent, row: CaseRow): boolean {
    if (event.isComposing) return false;
    const chosen = this.#replies.key(event, row.id, event.target as HTMLTextAreaElement);
    if (chosen) event.preventDefault();
    if (typeof chosen === "string") this.put(row.id, chosen);
    return chosen !== false;
  }

  #write(event: Event, row: CaseRow): void {
    this.#replies.listen(row.id, event.target as HTMLTextAreaElement);
    this.put(row.id, (event.target as HTMLTextAreaElement).value);
    this.desk.deeds.typing(row.id);
  }

  put(id: string, words: string): void {
    this.desk.drafts.write(id, "reply", words);
  }

  #submit(event: Event, row: CaseRow): void {
    event.preventDefault();
    const words = this.desk.drafts.of(row.id, "reply").trim();
    if (!words || [...words].length > LONGEST) return;
    this.put(row.id, "");
    this.desk.outbox.say(row.id, words);
    void this.host.updateComplete.then(() => this.focus());
  }
}
