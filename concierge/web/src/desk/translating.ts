/** Customers' words in the advisor's language, for those who want them: fetched for the open case, never kept. */

import type { Detail } from "../generated/desk.js";
import { api } from "./api.js";
import { base, LANGUAGE } from "./format.js";
import { kept } from "./kept.js";
import { translates } from "./names.js";

const REMEMBERED = "desk:translate";
const NONE: ReadonlyMap<number, string> = new Map();

export class Translating {
  /** Why there is no translation just now, in the server's words. */
  problem = "";
  #of: { id: string; upTo: number; words: ReadonlyMap<number, string> } | null = null;
  #asking = false;

  constructor(
    private readonly changed: () => void,
    private readonly detail: () => Detail | null,
  ) {}

  get on(): boolean {
    return kept.onDevice<boolean>(REMEMBERED) ?? false;
  }

  set(on: boolean): void {
    kept.keepOnDevice(REMEMBERED, on);
    this.#of = null;
    this.problem = "";
    this.changed();
    void this.follow();
  }

  /** What is known of this case, by the message's number. */
  of(id: string): ReadonlyMap<number, string> {
    return this.on && this.#of?.id === id ? this.#of.words : NONE;
  }

  /** Fetches what is new in the case that is open. */
  async follow(): Promise<void> {
    const detail = this.detail();
    if (!this.on || !detail || this.#asking || !translates() || base(detail.case.language) === LANGUAGE) return;
    const { id } = detail.case;
    const upTo = detail.messages.findLast(({ role }) => role === "customer")?.seq ?? 0;
    if (this.#of?.id === id && this.#of.upTo >= upTo) return;
    this.#asking = true;
    try {
      const found = await api.translations(id, LANGUAGE);
      this.#of = { id, upTo, words: new Map(found.map(({ seq, text }) => [seq, text])) };
      this.problem = "";
    } catch (error) {
      this.#of = { id, upTo, words: this.of(id) };
      this.problem = error instanceof Error ? error.message : "";
    }
    this.#asking = false;
    this.changed();
    if (this.detail()?.case.id !== id) void this.follow();
  }
}
