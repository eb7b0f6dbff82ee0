/** Replies written once for everybody: “/” in an empty place of the draft lists them, filled for this case. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Replies as Written, Reply } from "../generated/desk.js";
import { api } from "./api.js";
import { t } from "./tongue.js";

/** The word after a slash that stands at the beginning, or after a space, right before the cursor. */
const ASKED = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u;
const BLANK = /\[[^\]\n]{1,40}\]/;
const SHOWN = 6;

export class Replies implements ReactiveController {
  #known = new Map<string, Written>();
  #asked: string | null = null;
  #at = 0;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {}

  /** What is offered; nothing while no slash was written. */
  offered(id: string): Written {
    if (this.#asked === null) return [];
    const asked = this.#asked.toLowerCase();
    const fits = ({ name, title }: Reply): boolean => name.startsWith(asked) || title.toLowerCase().includes(asked);
    return (this.#known.get(id) ?? []).filter(fits).slice(0, SHOWN);
  }

  get active(): string | null {
    return this.#asked === null ? null : `reply-${this.#at}`;
  }

  /** The draft has changed. */
  listen(id: string, input: HTMLTextAreaElement): void {
    const before = input.value.slice(0, input.selectionStart);
    const asked = ASKED.exec(before)?.[1] ?? null;
    if (asked !== this.#asked) this.#at = 0;
    if (asked !== null && this.#asked === null) void this.#fetch(id);
    this.#asked = asked;
  }

  close(): void {
    this.#asked = null;
    this.host.requestUpdate();
  }

  /** The new draft where the key chose a reply; true where it was the list's; false where it is the draft's own. */
  key(event: KeyboardEvent, id: string, input: HTMLTextAreaElement): string | boolean {
    const offered = this.offered(id);
    if (!offered.length) return false;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step) this.#at = (this.#at + step + offered.length) % offered.length;
    else if (event.key === "Escape") this.#asked = null;
    else if (event.key === "Enter" || event.key === "Tab") return this.#put(offered[this.#at] ?? offered[0]!, input);
    else return false;
    this.host.requestUpdate();
    return true;
  }

  #put(reply: Reply, input: HTMLTextAreaElement): string {
    const cursor = input.selectionStart;
    const before = input.value.slice(0, cursor).replace(/\/[\p{L}\p{N}_-]*$/u, "");
    this.close();
    void this.host.updateComplete.then(() => this.#toBlank(input, before.length, before.length + reply.text.length));
    return before + reply.text + input.value.slice(cursor);
  }

  /** To what could not be filled, so that it is typed over; else behind the reply. */
  #toBlank(input: HTMLTextAreaElement, from: number, end: number): void {
    input.focus();
    const blank = BLANK.exec(input.value.slice(from, end));
    if (blank) input.setSelectionRange(from + blank.index, from + blank.index + blank[0].length);
    else input.setSelectionRange(end, end);
  }

  async #fetch(id: string): Promise<void> {
    try {
      this.#known.set(id, await api.repliesFor(id));
      this.host.requestUpdate();
    } catch {
      // The advisor writes it by hand, then.
    }
  }

  render(id: string, choose: (draft: string) => void): TemplateResult | typeof nothing {
    const offered = this.offered(id);
    if (!offered.length) return nothing;
    const input = (): HTMLTextAreaElement => this.host.querySelector<HTMLTextAreaElement>(".composer textarea")!;
    return html`<ul class="replies" id="replies" role="listbox" aria-label=${t("Replies")}>
      ${offered.map(
        (each, index) =>
          html`<li
            id="reply-${index}"
            role="option"
            aria-selected=${String(index === this.#at)}
            @mousedown=${(event: Event) => event.preventDefault()}
            @click=${() => choose(this.#put(each, input()))}
          >
            <b>/${each.name}</b> ${each.title}
            <span dir="auto" lang=${each.language}>${each.text}</span>
          </li>`,
      )}
    </ul>`;
  }
}

/** What was left to fill in, in the words of the first such place; empty where nothing is. */
export const blankIn = (draft: string): string => BLANK.exec(draft)?.[0].slice(1, -1) ?? "";
