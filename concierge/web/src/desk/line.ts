/** The stream of what happens, followed for as long as somebody is signed in: lost, it is taken up where it ended. */

import { backoff, pause } from "../shared/backoff.js";
import { readStream, type ServerEvent } from "../shared/sse.js";
import { api, Refusal } from "./api.js";

const QUIET = 40_000;

export interface Hears {
  /** Reads the lists: nothing is known yet. */
  list(): Promise<void>;
  event(event: ServerEvent): void;
  connected(connected: boolean): void;
  refused(why: string): void;
}

export class Line {
  #lastId = "";
  #stop: AbortController | null = null;

  constructor(private readonly hears: Hears) {}

  follow(): void {
    this.#stop?.abort();
    this.#stop = new AbortController();
    void this.#run(this.#stop.signal);
  }

  end(): void {
    this.#stop?.abort();
    this.#stop = null;
    this.#lastId = "";
  }

  async #run(stop: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stop.aborted) {
      const attempt = new AbortController();
      const abort = (): void => attempt.abort();
      stop.addEventListener("abort", abort, { once: true });
      addEventListener("offline", abort, { once: true });
      try {
        if (!this.#lastId) await this.hears.list();
        const response = await api.stream(this.#lastId, attempt.signal);
        failures = 0;
        this.hears.connected(true);
        await readStream(response, (event) => this.#take(event), { quiet: QUIET, abort });
      } catch (error) {
        if (stop.aborted) return;
        failures += 1;
        if (error instanceof Refusal && error.status === 401) return this.hears.refused(error.message);
      } finally {
        stop.removeEventListener("abort", abort);
        removeEventListener("offline", abort);
        attempt.abort();
      }
      if (stop.aborted) return;
      this.hears.connected(false);
      await this.#rest(backoff(failures, { base: 500, cap: 15_000 }), stop);
    }
  }

  /** For so long, or until there is a network again. */
  async #rest(time: number, stop: AbortSignal): Promise<void> {
    const over = new AbortController();
    const end = (): void => over.abort();
    addEventListener("online", end, { once: true });
    await pause(time, AbortSignal.any([stop, over.signal]));
    removeEventListener("online", end);
  }

  #take(event: ServerEvent): void {
    if (event.id) this.#lastId = event.id;
    this.hears.event(event);
  }
}
