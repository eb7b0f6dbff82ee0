/**
 * What the advisor has begun to write, for each case: kept on the server, and on the page until it is there. A reload, an
 * expired session or another case in between takes nothing away.
 */

import type { Draft } from "../generated/desk.js";
import { api } from "./api.js";
import { kept } from "./kept.js";

export type Kind = Draft["kind"];
export const KINDS: readonly Kind[] = ["reply", "note", "closing"];

const PAUSE = 500;
const AGAIN = 5_000;

export class Drafts {
  #texts = new Map<string, string>();
  #unsaved = new Set<string>();
  #timer = 0;
  #saving = false;
  #whose = "";

  constructor(private readonly changed: () => void) {
    addEventListener("online", () => void this.flush());
    addEventListener("pagehide", () => void this.flush(true));
    document.addEventListener("visibilitychange", () => document.hidden && void this.flush());
  }

  /** Whose drafts these are from now on; what this tab could not save for them yet comes back. */
  begin(advisor: string): void {
    if (advisor !== this.#whose) {
      this.#texts.clear();
      this.#unsaved.clear();
    }
    this.#whose = advisor;
    for (const [name, text] of Object.entries(kept.inTab<Record<string, string>>(this.#place) ?? {})) {
      this.#texts.set(name, text);
      this.#unsaved.add(name);
    }
    void this.flush();
  }

  /** The advisor has signed out: nothing of theirs stays on the device. */
  async leave(): Promise<void> {
    await this.flush();
    kept.keepInTab(this.#place, null);
    this.#texts.clear();
    this.#unsaved.clear();
    this.#whose = "";
  }

  of(id: string, kind: Kind): string {
    return this.#texts.get(`${kind} ${id}`) ?? "";
  }

  write(id: string, kind: Kind, text: string): void {
    const name = `${kind} ${id}`;
    if ((this.#texts.get(name) ?? "") === text) return;
    this.#texts.set(name, text);
    this.#unsaved.add(name);
    this.#remember();
    this.#soon(text ? PAUSE : 0);
    this.changed();
  }

  /** The case is opened: what is saved may have been written on since, in another window. */
  reopen(id: string): void {
    for (const kind of KINDS) if (!this.#unsaved.has(`${kind} ${id}`)) this.#texts.delete(`${kind} ${id}`);
  }

  /** What the server has kept for this case, where the page knows nothing newer. */
  adopt(id: string, found: Partial<Record<Kind, string>>): void {
    for (const kind of KINDS) {
      const name = `${kind} ${id}`;
      if (!this.#texts.has(name)) this.#texts.set(name, found[kind] ?? "");
    }
  }

  async flush(leaving = false): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#whose || !this.#unsaved.size || (this.#saving && !leaving)) return;
    this.#saving = true;
    try {
      for (const name of [...this.#unsaved]) {
        const [kind, id] = name.split(" ") as [Kind, string];
        const text = this.#texts.get(name) ?? "";
        await api.draft(id, kind, text, leaving);
        if (text === this.#texts.get(name)) this.#unsaved.delete(name);
      }
    } catch {
      // Signed out, or out of reach: they are on the page, and are tried again.
    }
    this.#saving = false;
    this.#remember();
    if (this.#unsaved.size) this.#soon(AGAIN);
  }

  get #place(): string {
    return `desk:drafts:${this.#whose}`;
  }

  #remember(): void {
    const unsaved = Object.fromEntries([...this.#unsaved].map((name) => [name, this.#texts.get(name) ?? ""]));
    kept.keepInTab(this.#place, this.#unsaved.size ? unsaved : null);
  }

  #soon(pause: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.flush(), pause);
  }
}
