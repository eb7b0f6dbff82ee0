/**
 * The line to the server: a stream that is opened again whenever it breaks, and a look at what was missed where a proxy
 * holds the stream back.
 */

import { backoff, pause } from "../shared/backoff.js";
import { readStream, type ServerEvent } from "../shared/sse.js";
import { Refusal } from "./api.js";
import { permission, whenHiddenLong } from "./turns.js";

export type Connection = "idle" | "connecting" | "live" | "retrying";

const QUIET = 40_000;
const MISSED = 3_000;
const STEADY = 5_000;

export interface Ends {
  readonly lock: string;
  /** The last message that is here. */
  lastSeq(): number;
  /** Whether the conversation is followed at all, and whether an answer is expected. */
  running(): boolean;
  waiting(): boolean;
  catchUp(): Promise<void>;
  stream(signal: AbortSignal): Promise<Response>;
  event(event: ServerEvent): void;
  /** Called when the token was not accepted. */
  renew(): Promise<unknown>;
  changed(): void;
}

export class Line {
  connection: Connection = "idle";

  #wake = new AbortController();
  #timer = 0;
  #expected = 0;
  #deaf = false;

  constructor(private readonly ends: Ends) {}

  reset(): void {
    this.#expected = 0;
    this.connection = "idle";
  }

  /** Tries again now, rather than when the wait is over. */
  nudge(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  heard(): void {
    this.#deaf = false;
  }

  /** Runs until `stop`. */
  async follow(stop: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stop.aborted) {
      const release = await permission(this.ends.lock, stop);
      if (stop.aborted) return release();
      const attempt = new AbortController();
      const abort = (): void => attempt.abort();
      const shown = whenHiddenLong(abort);
      stop.addEventListener("abort", abort, { once: true });
      const had = this.ends.lastSeq();
      let since = Infinity;
      try {
        if (this.connection !== "live") this.#set(failures ? "retrying" : "connecting");
        await this.#catchUp();
        const response = await this.ends.stream(attempt.signal);
        this.#set("live");
        since = Date.now();
        await readStream(response, (event) => this.ends.event(event), { quiet: QUIET, abort });
      } catch (error) {
        if (stop.aborted) return;
        if (error instanceof Refusal && error.status === 401) await this.ends.renew().catch(() => undefined);
      } finally {
        shown();
        stop.removeEventListener("abort", abort);
        attempt.abort();
        release();
      }
      failures = Date.now() - since > STEADY || this.ends.lastSeq() > had ? 0 : failures + 1;
      if (stop.aborted) return;
      if (failures > 1) this.#set("retrying");
      await pause(backoff(Math.max(0, failures - 1), { base: 500 }), this.#wake.signal);
    }
  }

  /** Where the line breaks before all that was missed is here, the stream brings it message by message. */
  async #catchUp(): Promise<void> {
    try {
      await this.ends.catchUp();
    } catch (error) {
      if (error instanceof Refusal) throw error;
    }
  }

  /** Some proxies hold a stream back: what was accepted and is not there after a while is fetched, and so is the rest. */
  expect(seq: number): void {
    this.#expected = Math.max(this.#expected, seq);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      const missing = this.#expected > this.ends.lastSeq();
      if (missing && this.connection === "live") this.#deaf = true;
      if (!this.ends.running() || !(missing || this.#deaf || this.ends.waiting())) return;
      if (document.hidden || !(missing || this.#deaf)) return this.expect(0);
      void this.ends
        .catchUp()
        .catch(() => undefined)
        .then(() => this.expect(0));
    }, MISSED);
  }

  /** No timer of it is left behind. */
  dispose(): void {
    clearTimeout(this.#timer);
  }

  #set(connection: Connection): void {
    this.connection = connection;
    this.ends.changed();
  }
}
