/** How far the advisor has read each case on this device. A page that nobody looks at reads nothing. */

import { kept } from "./kept.js";

const REMEMBERED = 500;

export class Reads {
  #seen = new Map<string, number>();
  #place = "";

  /** `turned`: called when the advisor looks at the page again, or away from it. */
  constructor(turned: (looks: boolean) => void) {
    document.addEventListener("visibilitychange", () => turned(!document.hidden));
  }

  begin(advisor: string): void {
    this.#place = `desk:seen:${advisor}`;
    this.#seen = new Map(kept.onDevice<[string, number][]>(this.#place) ?? []);
  }

  seen(id: string): number {
    return this.#seen.get(id) ?? 0;
  }

  look(id: string, seq: number): void {
    if (document.hidden || seq <= this.seen(id)) return;
    this.#seen.delete(id); // the one read last goes to the end
    this.#seen.set(id, seq);
    kept.keepOnDevice(this.#place, [...this.#seen].slice(-REMEMBERED));
  }
}
