/**
 * What the customer wrote and the server has not confirmed yet. It is kept before it is sent, in order and each message under
 * its own key, until the conversation shows it: neither a reload nor a lost answer can lose or double it.
 */

import { backoff, pause } from "../shared/backoff.js";
import { newKey } from "../shared/key.js";
import { Refusal } from "./api.js";
import type { Pending, Store } from "./storage.js";

/** "elsewhere": another tab of the same customer is sending it. */
export type Delivery = "sending" | "waiting" | "sent" | "refused" | "elsewhere";

export interface Outgoing extends Pending {
  delivery: Delivery;
}

const RENEWALS = 3;

export interface Courier {
  /** Brings one message to the server; rejects with a Refusal, or with anything else when it was not reached. */
  deliver(item: Outgoing): Promise<void>;
  /** Called when the token was not accepted. */
  renew(): Promise<unknown>;
  changed(): void;
}

export class Outbox {
  items: Outgoing[] = [];

  #wake = new AbortController();
  #busy = false;

  constructor(
    private readonly store: Store,
    private readonly courier: Courier,
  ) {
    this.items = store.outbox.map((item) => ({ ...item, delivery: item.refused ? "refused" : this.#state() }));
  }

  add(text: string, choice: Pending["choice"]): void {
    const item: Outgoing = { key: newKey(), text, choice, at: new Date().toISOString(), refused: "", delivery: this.#state() };
    this.items = [...this.items, item];
    this.store.keep(item);
    this.courier.changed();
    void this.flush();
  }

  /** What is written where the network is known to be away is not on its way. */
  #state(): Delivery {
    return navigator.onLine === false || this.items.some((item) => item.delivery === "waiting") ? "waiting" : "sending";
  }

  retry(key: string): void {
    this.#edit(key, { refused: "", delivery: this.#state() });
    void this.flush();
  }

  drop(key: string): void {
    if (!this.items.some((item) => item.key === key)) return;
    this.items = this.items.filter((item) => item.key !== key);
    this.store.drop(key);
    this.courier.changed();
  }

  clear(): void {
    for (const item of this.items) this.drop(item.key);
  }

  /** For another conversation: a button belongs to the one it was shown in, its words can be said in any. */
  intoWords(): void {
    this.items = this.items.map((item) => ({ ...item, choice: null }));
  }

  /** Another tab put something in, or took something out. The tab that wrote a message is the one to send it. */
  synchronise(): void {
    const kept = this.store.outbox;
    this.items = [
      ...this.items.filter((item) => item.delivery === "sent" || kept.some((other) => other.key === item.key)),
      ...kept
        .filter((item) => !this.items.some((own) => own.key === item.key))
        .map((item): Outgoing => ({ ...item, delivery: item.refused ? "refused" : "elsewhere" })),
    ];
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
        const next = this.items.find((item) => item.delivery === "sending" || item.delivery === "waiting");
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
            for (const item of this.items) if (item.delivery === "sending") this.#edit(item.key, { delivery: "waiting" });
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
    this.items = this.items.map((item) => (item.key === key ? { ...item, ...change } : item));
    const item = this.items.find((other) => other.key === key);
    if (item?.delivery === "sent") this.store.drop(key);
    else if (item) this.store.keep(item);
    this.courier.changed();
  }
}
