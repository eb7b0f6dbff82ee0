/**
 * A long conversation is drawn from its end: what was said last at once, the rest of it a piece at a time, so that nobody
 * waits for two thousand messages and no key waits for them either. On paper all of it is there.
 */

import type { Message } from "../generated/desk.js";

const AT_ONCE = 300; // messages; most cases have fewer
const PIECE = 100;

export interface Block {
  /** Which of all messages its first one is. */
  first: number;
  messages: readonly Message[];
}

/** The messages from `skipped` on, in pieces that stay the same when there are more at either end. */
export function blocks(messages: readonly Message[], skipped: number): Block[] {
  const found: Block[] = [];
  for (let first = skipped; first < messages.length; ) {
    const next = Math.min(messages.length, (Math.floor(first / PIECE) + 1) * PIECE);
    found.push({ first, messages: messages.slice(first, next) });
    first = next;
  }
  return found;
}

const whole = (count: number): number => Math.max(0, Math.floor(count / PIECE) * PIECE);

export class Unrolled {
  /** How many of the first messages are not drawn. */
  left = 0;
  #case = "";
  #waiting = false;
  /** How many of them the next drawing adds. */
  #more = 0;

  /** `draw` draws the page anew; `now` does so before it returns. */
  constructor(
    private readonly draw: () => void,
    private readonly now: () => void,
  ) {
    matchMedia("print").addEventListener("change", () => this.#all());
  }

  /** The same, of this case; another one than before begins anew. */
  skipped(id: string, messages: readonly Message[]): number {
    if (id !== this.#case) {
      this.#case = id;
      this.left = whole(messages.length - AT_ONCE);
    } else this.left = whole(this.left - this.#more);
    this.#more = 0;
    return this.left;
  }

  /** What is drawn is on the screen: more of it, when the page has nothing else to do. */
  drawn(): void {
    if (!this.left || this.#waiting) return;
    this.#waiting = true;
    const go = (): void => {
      this.#waiting = false;
      this.#more = PIECE;
      this.draw();
    };
    requestAnimationFrame(() => setTimeout(go));
  }

  #all(): void {
    if (!this.left) return;
    this.#more = this.left;
    this.now();
  }
}
