/**
 * What the customer wrote and the server has not confirmed yet. It is kept before it is sent, in order and each message under
 * its own key, until the conversation shows it: neither a reload nor a lost answer can lose or double it.
 */

import { backoff, pause } from "../shared/backoff.js";
import { newKey } from "../shared/key.js";
import { Refusal } from "./api.js";
import type { Pending, Session, Store } from "./storage.js";

/** "elsewhere": another tab of the same customer is sending it. */
export type Delivery = "sending" | "waiting" | "sent" | "refused" | "elsewhere";

export interface Outgoing extends Pending {
  delivery: Delivery;
}

const RENEWALS = 3;
/** ms until a message of another tab is sent from here: that tab may be gone, and the server takes each key once. */
const ABANDONED = 15_000;

export interface Courier {
  /** Brings one message to the server; rejects with a Refusal, or with anything else when it was not reached. */
  deliver(item: Outgoing): Promise<void>;
  /** Called when the token was not accepted. */
  renew(): Promise<unknown>;
  changed(): void;
}

export class Outbox {
  #all: Outgoing[] = [];
  #wake = new AbortController();
  #busy = false;
  #timer = 0;

  constructor(
    private readonly store: Store,
    private readonly courier: Courier,
  ) {
    this.#all = store.outbox.map((item) => ({ ...item, delivery: item.refused ? "refused" : this.#state() }));
  }

  /** Those of the conversation in hand. */
  get items(): readonly Outgoing[] {
    return this.#all.filter((item) => !item.of);
  }

  add(text: string, choice: Pending["choice"]): void {
    const item: Outgoing = { key: newKey(), text, choice, at: new Date().toISOString(), refused: "", of: null, delivery: this.#state() };
    this.#all = [...this.#all, item];
    this.store.keep(item);
    this.courier.changed();
    void this.flush();
  }

  /** What is written where the network is known to be away is not on its way. */
  #state(): Delivery {
    return navigator.onLine === false || this.#all.some((item) => item.delivery === "waiting") ? "waiting" : "sending";
  }

  retry(key: string): void {
    this.#edit(key, { refused: "", delivery: this.#state() });
    void this.flush();
  }

  drop(key: string): void {
    if (!this.#all.some((item) => item.key === key)) return;
    this.#all = this.#all.filter((item) => item.key !== key);
    this.store.drop(key);
    this.courier.changed();
  }

  clear(): void {
    for (const item of this.#all) this.drop(item.key);
  }

  /** Another conversation has taken the place of the one in hand: a button belongs to that, its words can be said in any. */
  intoWords(): void {
    this.#all = this.#all.map((item) => (item.of ? item : { ...item, choice: null }));
  }

  /** One conversation is put away and another taken up: what was written in each stays its own, and is sent there. */
  turn(from: Session | null, to: Session | null): void {
    this.#all = this.#all.map((item) => {
      if (!item.of) return { ...item, of: from };
      return item.of.conversation === to?.conversation ? { ...item, of: null } : item;
    });
    for (const item of this.#all) if (item.delivery !== "sent" && item.delivery !== "elsewhere") this.store.keep(item);
  }

  /** Another tab put something in, or took something out. The tab that wrote a message is the one to send it, while it is there. */
  synchronise(): void {
    const kept = this.store.outbox;
    this.#all = [
      ...this.#all.filter((item) => item.delivery === "sent" || kept.some((other) => other.key === item.key)),
      ...kept
        .filter((item) => !this.#all.some((own) => own.key === item.key))
        .map((item): Outgoing => ({ ...item, delivery: item.refused ? "refused" : "elsewhere" })),
    ];
    clearTimeout(this.#timer);
    if (this.#all.some((item) => item.delivery === "elsewhere")) this.#timer = window.setTimeout(() => this.#takeOver(), ABANDONED);
  }

  #takeOver(): void {
    const kept = this.store.outbox;
    for (const { key, delivery } of this.#all) {
      if (delivery !== "elsewhere") continue;
      if (kept.some((other) => other.key === key)) this.#edit(key, { delivery: this.#state() });
      else this.#all = this.#all.filter((item) => item.key !== key);
    }
    void this.flush();
  }

  /** No timer of it is left behind. */
  dispose(): void {
    clearTimeout(this.#timer);
  }

  /** Tries again now, rather than when the wait is over. */
  nudge(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
    void this.flush();
  }

  async flush(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    let attempt = 0;
    try {
      for (;;) {
        const next = this.#all.find((item) => item.delivery === "sending" || item.delivery === "waiting");
        if (!next) return;
        try {
          await this.courier.deliver(next);
          this.#edit(next.key, { delivery: "sent" });
          attempt = 0;
        } catch (error) {
          const refusal = error instanceof Refusal ? error : null;
          if (refusal?.status === 401 && attempt < RENEWALS) {
            attempt += 1;
            await this.courier.renew().catch(() => undefined);
          } else if (refusal && !refusal.passing) {
            this.#edit(next.key, { delivery: "refused", refused: refusal.message || "refused" });
          } else {
            // Those behind it wait as well, and are not said to be on their way.
            for (const item of this.#all) if (item.delivery === "sending") this.#edit(item.key, { delivery: "waiting" });
            await pause(Math.max((refusal?.retryAfter ?? 0) * 1000, backoff(attempt)), this.#wake.signal);
            attempt += 1;
          }
        }
      }
    } finally {
      this.#busy = false;
    }
  }

  #edit(key: string, change: Partial<Outgoing>): void {
    this.#all = this.#all.map((item) => (item.key === key ? { ...item, ...change } : item));
    const item = this.#all.find((other) => other.key === key);
    if (item?.delivery === "sent") this.store.drop(key);
    else if (item) this.store.keep(item);
    this.courier.changed();
  }
}
