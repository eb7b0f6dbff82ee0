/** What an advisor does with a case. Each is true once the server has done it. */

import type { Colleagues } from "../generated/desk.js";
import { newKey } from "../shared/key.js";
import { api, type Ending } from "./api.js";

const TYPED_EVERY = 3_000;

export class Deeds {
  /** Who there is to pass a case to, as of the last `meet`. */
  colleagues: Colleagues = [];
  #typedAt = 0;

  constructor(private readonly attempt: (work: () => Promise<unknown>) => Promise<boolean>) {}

  claim(id: string): Promise<boolean> {
    return this.attempt(() => api.act(id, "claim"));
  }

  reveal(id: string): Promise<boolean> {
    return this.attempt(() => api.act(id, "reveal"));
  }

  close(id: string, action: Ending, note: string): Promise<boolean> {
    return this.attempt(() => api.close(id, action, note));
  }

  reopen(id: string): Promise<boolean> {
    return this.attempt(() => api.act(id, "reopen"));
  }

  /** Puts the case aside; without a time, takes it up again. */
  snooze(id: string, until: Date | null): Promise<boolean> {
    return this.attempt(() => api.snooze(id, until?.toISOString() ?? null));
  }

  passOn(id: string, to: string, note: string): Promise<boolean> {
    return this.attempt(() => api.passOn(id, to, note));
  }

  meet(): Promise<boolean> {
    return this.attempt(async () => (this.colleagues = await api.advisors()));
  }

  note(id: string, words: string): Promise<boolean> {
    const key = newKey();
    return this.attempt(() => api.note(id, key, words));
  }

  typing(id: string): void {
    if (Date.now() - this.#typedAt < TYPED_EVERY) return;
    this.#typedAt = Date.now();
    api.act(id, "typing").catch(() => undefined);
  }
}
