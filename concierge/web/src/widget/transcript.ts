/** What was said and how things stand, as the server tells it: ordered and told apart by sequence number alone. */

import type { Message, Status } from "./model.js";

const THINKING = 30_000;
/** Before anything is known. */
export const ALONE: Status = { owner: "assistant", advisor: "", position: null, typing: false, told: {} };

/** Events of a case, and who owns the conversation from then on. */
const OWNER_AFTER: Record<string, Status["owner"]> = {
  handoff_queued: "queue",
  advisor_joined: "advisor",
  handed_back: "assistant",
  case_resolved: "assistant",
  customer_left: "assistant",
};

export class Transcript {
  messages: Message[] = [];
  status: Status = ALONE;
  lastSeq = 0;
  /** Whether the assistant is taken to be at work on an answer. */
  thinking = false;

  #timer = 0;

  constructor(private readonly changed: () => void) {}

  clear(): void {
    this.messages = [];
    this.lastSeq = 0;
    this.status = ALONE;
    this.think(false);
  }

  /** Whether the message changed who owns the conversation. */
  take(message: Message): boolean {
    this.lastSeq = Math.max(this.lastSeq, message.seq);
    if (this.messages.some((known) => known.seq === message.seq)) return false;
    const later = this.messages.findIndex((known) => known.seq > message.seq);
    this.messages = later < 0 ? [...this.messages, message] : this.messages.toSpliced(later, 0, message);
    if (message.role === "assistant" || message.role === "advisor") this.think(false);
    // What was being written is here; the server only notices a pause some seconds later.
    if (message.role === "advisor") this.status = { ...this.status, typing: false };
    const owner = OWNER_AFTER[message.event];
    if (message.role !== "system" || !owner) return false;
    this.think(false);
    this.status = { owner, advisor: message.author, position: message.position, typing: false, told: {} };
    return true;
  }

  setStatus(status: Status): void {
    this.status = { ...status, advisor: status.advisor || (status.owner === "advisor" ? this.status.advisor : "") };
  }

  has(clientKey: string): boolean {
    return this.messages.some((message) => message.clientKey === clientKey);
  }

  answeredAfter(seq: number): boolean {
    return this.messages.some((message) => message.role === "assistant" && message.seq > seq);
  }

  think(thinking: boolean): void {
    clearTimeout(this.#timer);
    this.thinking = thinking;
    if (thinking) this.#timer = window.setTimeout(() => this.think(false), THINKING);
    this.changed();
  }

  /** No timer of it is left behind. */
  dispose(): void {
    clearTimeout(this.#timer);
  }
}
