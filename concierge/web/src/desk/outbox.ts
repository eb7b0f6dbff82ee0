/**
 * What the advisor has sent and the log has not confirmed yet. It is held back for some seconds, in which it can be taken
 * back; then it is sent, in order, again and again until it is there, over a reload and a new login as well. The log keeps
 * each key once, so nothing is said twice.
 */

import type { Message } from "../generated/desk.js";
import { backoff } from "../shared/backoff.js";
import { newKey } from "../shared/key.js";
import { api, Refusal } from "./api.js";
import { kept } from "./kept.js";

export const HELD_FOR = 5_000;

export interface Outgoing {
  key: string;
  case: string;
  text: string;
  /** Until when it can be taken back, ms since the epoch. */
  held: number;
  /** Why the server will not have it, in its words; empty while it may still be sent. */
  failed: string;
  /** How often it could not be delivered. */
  tries: number;
}

export interface Around {
  changed(): void;
  sent(id: string, message: Message): void;
  failed(error: unknown): void;
}

export class Outbox {
  items: readonly Outgoing[] = [];
  #whose = "";
  #sending = false;
  #timer = 0;

  constructor(private readonly around: Around) {
    addEventListener("online", () => this.nudge());
    // Closed within the seconds in which it could be taken back: it was meant to go.
    addEventListener("pagehide", () => this.#next() && this.items.filter(({ failed }) => !failed).forEach(this.#throw));
  }

  /** How long a message can be taken back, in ms; the advisor may switch it off. */
  get holds(): number {
    return kept.onDevice<number>("desk:hold") ?? HELD_FOR;
  }

  set holds(time: number) {
    kept.keepOnDevice("desk:hold", time);
    this.around.changed();
  }

  begin(advisor: string): void {
    const known = advisor === this.#whose ? this.items : [];
    this.#whose = advisor;
    const before = kept.inTab<Outgoing[]>(this.#place) ?? [];
    this.#set([...known, ...before.filter((each) => !known.some(({ key }) => key === each.key))]);
    this.nudge();
  }

  /** The session is over. What is not sent yet waits for the same advisor to come back. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  leave(): void {
    this.#set([]);
    this.#whose = "";
  }

  say(id: string, text: string): void {
    const item = { key: newKey(), case: id, text, held: Date.now() + this.holds, failed: "", tries: 0 };
    this.#set([...this.items, item]);
    this.nudge();
  }

  retry(key: string): void {
    this.#mark(key, { failed: "", held: 0 });
    this.nudge();
  }

  /** Takes it out, and gives its text back; null where it has gone. */
  discard(key: string): string | null {
    const item = this.items.find((each) => each.key === key);
    this.arrived(key);
    return item?.text ?? null;
  }

  arrived(key: string): void {
    if (this.items.some((item) => item.key === key)) this.#set(this.items.filter((item) => item.key !== key));
  }

  /** Sends what may be sent by now. */
  nudge(): void {
    clearTimeout(this.#timer);
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    let pause = 0;
    for (let item = this.#next(); item && this.#whose && !pause; item = this.#next()) {
      if (item.held > Date.now()) pause = item.held - Date.now();
      else if (!(await this.#try(item))) pause = backoff(item.tries, { base: 1_000, cap: 15_000 });
    }
    this.#sending = false;
    if (pause) this.#timer = window.setTimeout(() => this.nudge(), pause);
  }

  #throw = ({ case: id, key, text }: Outgoing): void => {
    api.say(id, key, text, true).catch(() => undefined);
  };

  /** The oldest one: what was written later comes later, too. */
  #next(): Outgoing | undefined {
    return this.items.find((each) => !each.failed);
  }

  async #try(item: Outgoing): Promise<boolean> {
    this.#mark(item.key, { held: 0 });
    try {
      const { message } = await api.say(item.case, item.key, item.text);
      this.arrived(item.key);
      if (message?.seq) this.around.sent(item.case, message);
      return true;
    } catch (error) {
      const refused = error instanceof Refusal && !error.passing && error.status !== 401;
      this.#mark(item.key, refused ? { failed: error.message } : { tries: item.tries + 1 });
      this.around.failed(error);
      return refused;
    }
  }

  get #place(): string {
    return `desk:outbox:${this.#whose}`;
  }

  #mark(key: string, change: Partial<Outgoing>): void {
    this.#set(this.items.map((item) => (item.key === key ? { ...item, ...change } : item)));
  }

  #set(items: readonly Outgoing[]): void {
    this.items = items;
    if (this.#whose) kept.keepInTab(this.#place, items.length ? items : null);
    this.around.changed();
  }
}
