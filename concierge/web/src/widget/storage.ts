/** What survives a reload, kept apart per endpoint. A browser that refuses storage gets a conversation for this page only. */

import type { Choice } from "../generated/website.js";
import { number, object, parse, text } from "../shared/json.js";

export interface Pending {
  key: string;
  text: string;
  choice: Choice | null;
  at: string;
  /** Set once the server refused it for good; the customer decides what happens next. */
  refused: string;
  /** The conversation that it was written in, once that has been put away; null for the one in hand. */
  of: Session | null;
}

export interface Session {
  token: string;
  conversation: string;
  locale: string;
  region: string;
  /** Last seq the customer has seen. */
  seen: number;
  /** When something last happened, ms. */
  active: number;
}

export class Store {
  readonly #prefix: string;
  readonly #memory = new Map<string, string>();

  constructor(scope: string) {
    this.#prefix = `concierge:${scope}:`;
  }

  get lockName(): string {
    return `${this.#prefix}stream`;
  }

  #get(name: string): string | null {
    try {
      return localStorage.getItem(this.#prefix + name);
    } catch {
      return this.#memory.get(name) ?? null;
    }
  }

  #set(name: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(this.#prefix + name);
      else localStorage.setItem(this.#prefix + name, value);
    } catch {
      if (value === null) this.#memory.delete(name);
      else this.#memory.set(name, value);
    }
  }

  #names(start: string): string[] {
    const wanted = this.#prefix + start;
    try {
      return Object.keys(localStorage)
        .filter((name) => name.startsWith(wanted))
        .map((name) => name.slice(this.#prefix.length));
    } catch {
      return [...this.#memory.keys()].filter((name) => name.startsWith(start));
    }
  }

  get session(): Session | null {
    return this.readSession(parse(this.#get("session") ?? ""));
  }

  /** Null for what is none. */
  readSession(source: unknown): Session | null {
    const raw = object(source);
    const token = text(raw["token"]);
    if (!token) return null;
    return {
      token,
      conversation: text(raw["conversation"]),
      locale: text(raw["locale"]),
      region: text(raw["region"]),
      seen: number(raw["seen"]) ?? 0,
      active: number(raw["active"]) ?? 0,
    };
  }

  set session(value: Session | null) {
    this.#set("session", value && JSON.stringify(value));
  }

  /** What is still to be sent, oldest first. Each under its own name, so that two tabs cannot overwrite each other. */
  get outbox(): Pending[] {
    return this.#names("outbox:")
      .map((name) => object(parse(this.#get(name) ?? "")))
      .filter((raw) => text(raw["key"]))
      .map((raw) => {
        const choice = object(raw["choice"]);
        const seq = number(choice["seq"]);
        return {
          key: text(raw["key"]),
          text: text(raw["text"]),
          choice: seq === null ? null : { seq, index: number(choice["index"]) ?? 0 },
          at: text(raw["at"]),
          refused: text(raw["refused"]),
          of: this.readSession(raw["of"]),
        };
      })
      .sort((a, b) => a.at.localeCompare(b.at));
  }

  keep({ key, text, choice, at, refused, of }: Pending): void {
    this.#set(`outbox:${key}`, JSON.stringify({ key, text, choice, at, refused, of }));
  }

  drop(key: string): void {
    this.#set(`outbox:${key}`, null);
  }

  /** The conversations that were put away, as earlier.ts writes and reads them; null where there are none. */
  get earlier(): string | null {
    return this.#get("earlier");
  }

  set earlier(value: string | null) {
    this.#set("earlier", value);
  }

  /** Whether the house has spoken first on this device. */
  get greeted(): boolean {
    return this.#get("greeted") === "1";
  }

  set greeted(value: boolean) {
    this.#set("greeted", value ? "1" : null);
  }

  // Whether the panel is open, and what is half written, belong to the tab.

  get open(): boolean {
    return this.#ofTab("open") === "1";
  }

  set open(value: boolean) {
    this.#setOfTab("open", value ? "1" : "");
  }

  get draft(): string {
    return this.#ofTab("draft");
  }

  set draft(value: string) {
    this.#setOfTab("draft", value);
  }

  #ofTab(name: string): string {
    try {
      return sessionStorage.getItem(this.#prefix + name) ?? "";
    } catch {
      return "";
    }
  }

  #setOfTab(name: string, value: string): void {
    try {
      if (value) sessionStorage.setItem(this.#prefix + name, value);
      else sessionStorage.removeItem(this.#prefix + name);
    } catch {
      // Not remembered, then.
    }
  }

  /** Calls back when another tab changed something; returns how to stop. */
  watch(callback: (name: string) => void): () => void {
    const listener = (event: StorageEvent): void => {
      if (event.key?.startsWith(this.#prefix)) callback(event.key.slice(this.#prefix.length));
    };
    addEventListener("storage", listener);
    return () => removeEventListener("storage", listener);
  }
}
