/** What an advisor does with a case. Each is true once the server has done it. */

import type { Colleague, Colleagues, PassingOn, Queues } from "../generated/desk.js";
import { newKey } from "../shared/key.js";
import { api, type Ending } from "./api.js";

const TYPED_EVERY = 3_000;

export class Deeds {
  /** Who there is to pass a case to: the stream tells what changes. */
  colleagues: Colleagues = [];
  /** And which queues, as of the last `meet`. */
  queues: Queues = [];
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

  passOn(id: string, to: PassingOn): Promise<boolean> {
    return this.attempt(() => api.passOn(id, to));
  }

  /** Closes the other one, of the same customer, into the case. */
  merge(id: string, other: string): Promise<boolean> {
    return this.attempt(() => api.merge(id, other));
  }

  meet(): Promise<boolean> {
    return this.attempt(async () => {
      [this.colleagues, this.queues] = await Promise.all([api.advisors(), api.queues()]);
    });
  }

  choosePresence(presence: Colleague["presence"]): Promise<boolean> {
    return this.attempt(async () => {
      await api.presence(presence);
      this.colleagues = await api.advisors();
    });
  }

  /** What the customer meant with a question of a message; nothing: the mark is taken away. */
  meant(id: string, seq: number, part: number, intent: string): Promise<boolean> {
    return this.attempt(() => api.meant(id, { seq, part, intent }));
  }

  note(id: string, words: string): Promise<boolean> {
    const key = newKey();
    return this.attempt(() => api.note(id, key, words));
  }

  sendAgain(id: string, seq: number): Promise<boolean> {
    return this.attempt(() => api.sendAgain(id, seq));
  }

  /** By e-mail to the customer. */
  mailTranscript(id: string): Promise<boolean> {
    const key = newKey();
    return this.attempt(() => api.mailTranscript(id, key));
  }

  sendTemplate(id: string, key: string, name: string): Promise<boolean> {
    return this.attempt(() => api.sendTemplate(id, key, name));
  }

  sendWebsiteLink(id: string, key: string): Promise<boolean> {
    return this.attempt(() => api.sendWebsiteLink(id, key));
  }

  typing(id: string): void {
    if (Date.now() - this.#typedAt < TYPED_EVERY) return;
    this.#typedAt = Date.now();
    api.act(id, "typing").catch(() => undefined);
  }
}
