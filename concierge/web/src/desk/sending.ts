/** Photos and papers that the advisor is about to send: chosen, pasted or dropped for a case, and sent with the next words. */

import type { Message } from "../generated/desk.js";
import { text } from "../shared/json.js";
import { newKey } from "../shared/key.js";
import { LARGEST, sizeLabel, taken, upload } from "../shared/upload.js";
import { fileAddress, Refusal, UNREACHABLE } from "./api.js";
import { LOCALE } from "./format.js";
import { t } from "./tongue.js";

export interface Enclosed {
  key: string;
  case: string;
  file: File;
  state: "ready" | "sending" | "failed";
  /** How much of it is there, from nought to one. */
  part: number;
  problem: string;
  /** Whether trying again may help. */
  again: boolean;
}

export interface Around {
  changed(): void;
  sent(id: string, message: Message): void;
  failed(error: unknown): void;
}

export class Sending {
  items: readonly Enclosed[] = [];
  readonly #calls = new Map<string, AbortController>();
  #busy = false;

  constructor(private readonly around: Around) {}

  of(id: string): Enclosed[] {
    return this.items.filter((item) => item.case === id);
  }

  ready(id: string): boolean {
    return this.of(id).some(({ state }) => state === "ready");
  }

  add(id: string, files: readonly File[]): void {
    const added = files.map((file): Enclosed => {
      const problem =
        file.size > LARGEST
          ? t("Too large: {size} are possible", { size: sizeLabel(LARGEST, LOCALE) })
          : taken(file)
            ? ""
            : t("Only photos and PDF files can be sent");
      return { key: newKey(), case: id, file, state: problem ? "failed" : "ready", part: 0, problem, again: false };
    });
    if (added.length) this.#set([...this.items, ...added]);
  }

  /** Sends all that are ready for this case, one after the other. */
  send(id: string): void {
    this.#set(this.items.map((each) => (each.case === id && each.state === "ready" ? { ...each, state: "sending" } : each)));
    if (!this.#busy) void this.#send();
  }

  retry(key: string): void {
    this.#edit(key, { state: "sending", problem: "", again: false, part: 0 });
    if (!this.#busy) void this.#send();
  }

  /** Calls off what is on its way, too. */
  remove(key: string): void {
    this.#calls.get(key)?.abort();
    this.#set(this.items.filter((item) => item.key !== key));
  }

  /** Nothing of this advisor is left for the next. */
  leave(): void {
    for (const call of this.#calls.values()) call.abort();
    this.#set([]);
  }

  async #send(): Promise<void> {
    this.#busy = true;
    for (let item = this.#next(); item; item = this.#next()) await this.#deliver(item);
    this.#busy = false;
  }

  #next(): Enclosed | undefined {
    return this.items.find(({ state }) => state === "sending");
  }

  async #deliver(item: Enclosed): Promise<void> {
    const called = new AbortController();
    this.#calls.set(item.key, called);
    try {
      const headers = { "X-Concierge": "desk", "X-Client-Key": item.key };
      const told = (part: number): void => this.#edit(item.key, { part });
      const answer = await upload(fileAddress(item.case), item.file, headers, told, called.signal);
      if (answer.status >= 300) throw new Refusal(answer.status, text(answer.body["error"]), answer.message, "");
      this.remove(item.key);
      this.around.sent(item.case, answer.body["message"] as Message);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : null;
      const again = !refusal || refusal.passing || refusal.status === 401;
      this.#edit(item.key, { state: "failed", problem: refusal?.message || UNREACHABLE, again });
      this.around.failed(error);
    } finally {
      this.#calls.delete(item.key);
    }
  }

  #edit(key: string, change: Partial<Enclosed>): void {
    this.#set(this.items.map((item) => (item.key === key ? { ...item, ...change } : item)));
  }

  #set(items: readonly Enclosed[]): void {
    this.items = items;
    this.around.changed();
  }
}
