/** Where the advisor writes, to the customer or a note for colleagues: a draft of each for each case, kept meanwhile. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { CaseRow, Detail } from "../generated/desk.js";
import { filesIn } from "../shared/upload.js";
import { Window, windowOver } from "./delivery.js";
import type { Desk } from "./desk.js";
import { attachView, drawWaiting, waitingView } from "./enclosures.js";
import { language } from "./format.js";
import { takesFiles } from "./names.js";
import { blankIn, Replies } from "./replies.js";
import { Suggested } from "./suggested.js";
import { t } from "./tongue.js";

export const LONGEST = 4000;

const NARROW = "(max-width: 480px)"; // as wide as a phone: a longer placeholder would be cut off

export class Composer implements ReactiveController {
  /** What the box was fitted to last. */
  #fitted: { input: HTMLTextAreaElement; words: string; width: number } | null = null;

  readonly #replies: Replies;
  readonly #window: Window;
  readonly #suggested: Suggested;
  /** Whether it is a note that is written. */
  #noting = false;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly desk: Desk,
  ) {
    this.#replies = new Replies(host);
    this.#window = new Window(host, desk);
    this.#suggested = new Suggested(host);
    host.addController(this);
  }

  hostConnected(): void {}

  /** The box is as high as what is in it, whether it was typed, kept, or put there. */
  hostUpdated(): void {
    drawWaiting(this.host, this.desk.sending);
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

  /** To the customer, or for colleagues; the draft of either stays. */
  turn(noting: boolean): void {
    this.#noting = noting;
    this.host.requestUpdate();
    void this.host.updateComplete.then(() => this.focus());
  }

  get #input(): HTMLTextAreaElement | null {
    return this.host.querySelector<HTMLTextAreaElement>(".composer textarea");
  }

  render(row: CaseRow, detail: Detail): TemplateResult {
    const turn = (noting: boolean, title: string): TemplateResult =>
      html`<button type="button" aria-pressed=${this.#noting === noting} @click=${() => this.turn(noting)}>${title}</button>`;
    return html`<div class="writes tabs" role="group" aria-label=${t("Write")}>${turn(false, t("To the customer"))} ${turn(true, t("Note for colleagues"))}</div>
      ${this.#noting ? this.#note(row) : this.#reply(row, detail)}`;
  }

  /** Of a case that is not the advisor's: a note alone, once they want to write one. */
  noteAlone(row: CaseRow): TemplateResult {
    if (this.#noting) return this.#note(row);
    return html`<p class="foot aside"><button class="link" type="button" @click=${() => this.turn(true)}>${t("Write a note for colleagues")}</button></p>`;
  }

  #note(row: CaseRow): TemplateResult {
    const note = this.desk.drafts.of(row.id, "note");
    const submit = async (event: Event): Promise<void> => {
      event.preventDefault();
      const words = this.desk.drafts.of(row.id, "note").trim();
      if (words && (await this.desk.deeds.note(row.id, words))) this.desk.drafts.write(row.id, "note", "");
    };
    return html`<form class="composer noting" @submit=${(event: Event) => void submit(event)}>
      <textarea
        id="colleagues"
        rows="1"
        dir="auto"
        maxlength=${LONGEST}
        .value=${note}
        aria-label=${t("Note for colleagues; the customer does not see it")}
        placeholder=${t("The customer does not see it; @login reaches a colleague")}
        @input=${(event: Event) => this.desk.drafts.write(row.id, "note", (event.target as HTMLTextAreaElement).value)}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing) void submit(event);
          else if (event.key === "Escape") this.turn(false);
        }}
      ></textarea>
      <button class="primary" type="submit" ?disabled=${this.desk.busy || !note.trim()}>${t("Add the note")}</button>
    </form>`;
  }

  #reply(row: CaseRow, detail: Detail): TemplateResult {
    const draft = this.desk.drafts.of(row.id, "reply");
    const left = LONGEST - [...draft.trim()].length;
    const open = this.#replies.offered(row.id).length > 0;
    const blank = blankIn(draft);
    const { sending } = this.desk;
    const files = takesFiles(row.channel);
    const more = sending.ready(row.id);
    const over = windowOver(row);
    return html`${this.#window.render(row)} ${this.#replies.render(row.id, (words) => this.put(row.id, words))}
    ${draft || over ? nothing : this.#suggested.render(detail, (words) => this.#begin(row.id, words))} ${waitingView(row.id, sending)}
    <form
      class="composer"
      @submit=${(event: Event) => this.#submit(event, row)}
      @paste=${(event: ClipboardEvent) => files && this.#take(event, event.clipboardData, row)}
      @dragover=${(event: DragEvent) => files && event.dataTransfer?.types.includes("Files") && event.preventDefault()}
      @drop=${(event: DragEvent) => files && this.#take(event, event.dataTransfer, row)}
    >
      ${files ? attachView(row.id, sending) : nothing}
      <textarea
        rows="1"
        dir="auto"
        aria-label=${t("Message to the customer")}
        placeholder=${this.#invitation(row)}
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
      ${blank ? html`<span class="left" role="status">${t("To fill in: {what}", { what: blank })}</span>` : nothing}
      ${left < 400 ? html`<span class="left ${left < 0 ? "over" : ""}" role="status">${left}</span>` : nothing}
      <button class="primary" type="submit" ?disabled=${over || !(draft.trim() || more) || left < 0}>${t("Send")}</button>
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

  #invitation(row: CaseRow): string {
    const name = row.customer.name || t("the customer");
    if (matchMedia(NARROW).matches) return t("Write to {name}", { name });
    return t("Write to {name} in {language}, or / for a reply", { name, language: language(row.language) });
  }

  #write(event: Event, row: CaseRow): void {
    this.#replies.listen(row.id, event.target as HTMLTextAreaElement);
    this.put(row.id, (event.target as HTMLTextAreaElement).value);
    this.desk.deeds.typing(row.id);
  }

  /** Files alone: what else is pasted or dropped is the input's. */
  #take(event: Event, data: DataTransfer | null, row: CaseRow): void {
    const files = filesIn(data);
    if (!files.length) return;
    event.preventDefault();
    this.desk.sending.add(row.id, files);
  }

  #begin(id: string, words: string): void {
    this.put(id, words);
    void this.host.updateComplete.then(() => this.focus());
  }

  put(id: string, words: string): void {
    this.desk.drafts.write(id, "reply", words);
  }

  #submit(event: Event, row: CaseRow): void {
    event.preventDefault();
    const words = this.desk.drafts.of(row.id, "reply").trim();
    if ([...words].length > LONGEST || windowOver(row)) return;
    this.desk.sending.send(row.id);
    if (!words) return;
    this.put(row.id, "");
    this.desk.outbox.say(row.id, words);
    void this.host.updateComplete.then(() => this.focus());
  }
}
