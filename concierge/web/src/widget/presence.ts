/** What an advisor is told of the customer: that they write, how far they have read, and that they have put it away. */

import { backoff, pause } from "../shared/backoff.js";
import { Refusal, type Api } from "./api.js";
import type { Sessions } from "./sessions.js";
import type { Transcript } from "./transcript.js";

const STILL_HERE = 45_000; // ms after which an advisor is told again that the customer looks at it
const WRITING = 3_000; // ms, the same of writing

export class Presence {
  #typedAt = 0;
  #told = { seq: 0, at: 0 };

  constructor(
    private readonly api: Api,
    private readonly sessions: Sessions,
    private readonly transcript: Transcript,
  ) {}

  /** Nothing was told in a conversation that has just been taken up. */
  reset(): void {
    this.#told = { seq: 0, at: 0 };
  }

  /** Calls back now and then while somebody waits for the customer, or with them. */
  beat(stop: AbortSignal, again: () => void): void {
    const timer = setInterval(() => this.#awaited && again(), STILL_HERE);
    stop.addEventListener("abort", () => clearInterval(timer));
  }

  typing(): void {
    const session = this.sessions.current;
    if (!session || !this.#awaited || Date.now() - this.#typedAt < WRITING) return;
    this.#typedAt = Date.now();
    this.api.typing(session.token).catch(() => undefined);
  }

  /** The customer has all of it in front of them. */
  seen(): void {
    const { lastSeq } = this.transcript;
    const session = this.sessions.current;
    if (!session) return;
    if (this.#awaited && (lastSeq > this.#told.seq || Date.now() - this.#told.at > STILL_HERE - 1_000)) {
      this.#told = { seq: lastSeq, at: Date.now() };
      this.api.seen(session.token, lastSeq).catch(() => undefined);
    }
    if (lastSeq > session.seen) this.sessions.remember({ ...session, seen: lastSeq });
  }

  /** The conversation of this token has been put away. */
  async end(token: string): Promise<void> {
    for (let failures = 0; failures < 5; failures += 1) {
      try {
        return await this.api.end(token);
      } catch (error) {
        if (error instanceof Refusal && !error.passing) return;
        await pause(backoff(failures, { base: 1_000, cap: 30_000 }));
      }
    }
  }

  get #awaited(): boolean {
    return this.transcript.status.owner !== "assistant";
  }
}
