/** What the advisor wrote and the log has not confirmed yet: it stays on the page until it is there, and is sent once. */

import type { Message } from "../generated/desk.js";
import { newKey } from "../shared/key.js";
import { api, Refusal } from "./api.js";

export interface Outgoing {
  key: string;
  case: string;
  text: string;
  failed: string;
}

export interface Around {
  changed(): void;
  sent(id: string, message: Message): void;
  failed(error: unknown): void;
}

export class Outbox {
  items: Outgoing[] = [];

  constructor(private readonly around: Around) {}

  say(id: string, text: string): void {
    const item = { key: newKey(), case: id, text, failed: "" };
    this.items = [...this.items, item];
    void this.#send(item);
  }

  retry(key: string): void {
    const item = this.items.find((other) => other.key === key);
    if (item) void this.#send(item);
  }

  discard(key: string): void {
    this.arrived(key);
    this.around.changed();
  }

  arrived(key: string): void {
    this.items = this.items.filter((item) => item.key !== key);
  }

  clear(): void {
    this.items = [];
  }

  async #send(item: Outgoing): Promise<void> {
    this.#mark(item.key, "");
    try {
      const { message } = await api.say(item.case, item.key, item.text);
      this.arrived(item.key);
      if (message?.seq) this.around.sent(item.case, message);
    } catch (error) {
      this.#mark(item.key, error instanceof Refusal ? error.message : "It was not sent.");
      this.around.failed(error);
    }
    this.around.changed();
  }

  #mark(key: string, failed: string): void {
    this.items = this.items.map((item) => (item.key === key ? { ...item, failed } : item));
    this.around.changed();
  }
}
