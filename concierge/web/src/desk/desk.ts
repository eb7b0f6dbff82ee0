/** What the advisor's page knows, kept up to date by one stream: who is signed in, the cases, the case that is open. */

import type { Advisor, CaseRow, Detail, Message, StreamEvents } from "../generated/desk.js";
import { backoff, pause } from "../shared/backoff.js";
import { parse } from "../shared/json.js";
import { newKey } from "../shared/key.js";
import { readStream, type ServerEvent } from "../shared/sse.js";
import { api, Refusal } from "./api.js";
import { Outbox } from "./outbox.js";
import { merged, sections, type Sections } from "./model.js";

const QUIET = 40_000;

export class Desk {
  me: Advisor | null = null;
  /** False until it is known whether somebody is signed in. */
  settled = false;
  cases = new Map<string, CaseRow>();
  detail: Detail | null = null;
  open: string | null = null;
  connected = false;
  problem = "";
  busy = false;

  readonly outbox: Outbox;

  #lastId = "";
  #stop: AbortController | null = null;
  #seen = new Map<string, number>();
  #typing = new Map<string, number>();
  #typedAt = 0;
  #reload = 0;
  #wanted = "";
  #found: CaseRow[] | null = null;

  constructor(
    private readonly changed: () => void,
    private readonly arrived: (row: CaseRow) => void,
  ) {
    this.outbox = new Outbox({
      changed,
      sent: (id, message) => this.#take(id, message),
      failed: (error) => error instanceof Refusal && error.status === 401 && this.#fail(error),
    });
  }

  get sections(): Sections {
    return sections(this.cases.values(), this.me?.id ?? "");
  }

  /** What was searched for, as it stands by now; null while nothing is. */
  get found(): CaseRow[] | null {
    return this.#found?.map((row) => this.cases.get(row.id) ?? row) ?? null;
  }

  /** Looks among all cases, old ones too; nothing ends the search. */
  async search(words: string): Promise<void> {
    const wanted = (this.#wanted = words.trim());
    try {
      const found = wanted ? await api.search(wanted) : null;
      if (wanted === this.#wanted) this.#found = found;
    } catch (error) {
      this.#fail(error);
    }
    this.changed();
  }

  /** What wants the advisor's attention: customers who wait, and own cases with something new. */
  get attention(): number {
    const { waiting, mine } = this.sections;
    return waiting.length + mine.filter((row) => this.fresh(row)).length;
  }

  /** Whether the customer wrote since the advisor last looked. */
  fresh(row: CaseRow): boolean {
    const said = row.last_message;
    return said?.role === "customer" && said.seq > (this.#seen.get(row.id) ?? 0) && row.id !== this.open;
  }

  customerTyping(id: string): boolean {
    return (this.#typing.get(id) ?? 0) > Date.now();
  }

  async begin(): Promise<void> {
    try {
      this.me = (await api.me()).advisor;
      this.#follow();
    } catch (error) {
      this.#fail(error);
    }
    this.settled = true;
    this.changed();
  }

  async login(login: string, password: string): Promise<void> {
    this.me = (await api.login(login, password)).advisor;
    this.problem = "";
    this.#follow();
    this.changed();
  }

  async logout(): Promise<void> {
    await api.logout().catch(() => undefined);
    this.#signedOut();
  }

  #signedOut(): void {
    this.#stop?.abort();
    this.#stop = null;
    this.#lastId = "";
    this.me = null;
    this.detail = null;
    this.cases.clear();
    this.#found = null;
    this.outbox.clear();
    this.changed();
  }

  #fail(error: unknown): void {
    if (error instanceof Refusal && error.status === 401) return this.me ? this.#signedOut() : undefined;
    this.problem = error instanceof Refusal ? error.message : "Something went wrong on this page. Reload it.";
    this.changed();
  }

  // --- cases

  async select(id: string | null): Promise<void> {
    if (id === this.open && this.detail) return;
    this.open = id;
    this.detail = null;
    this.problem = "";
    this.changed();
    if (id) await this.#read(id);
  }

  async #read(id: string): Promise<void> {
    try {
      const detail = await api.one(id);
      if (this.open !== id) return;
      const known = this.detail?.case.id === id ? this.detail.messages : [];
      this.detail = { ...detail, messages: merged(known, detail.messages) };
      this.#look(id);
    } catch (error) {
      if (this.open !== id) return;
      if (error instanceof Refusal && error.status === 404) this.open = null;
      this.#fail(error);
    }
    this.changed();
  }

  #look(id: string): void {
    this.#seen.set(id, this.detail?.messages.at(-1)?.seq ?? 0);
  }

  /** Reads the open case again, a little later, however often it is asked. */
  #readSoon(): void {
    clearTimeout(this.#reload);
    this.#reload = window.setTimeout(() => this.open && void this.#read(this.open), 250);
  }

  async #attempt(work: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    this.problem = "";
    this.changed();
    try {
      await work();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    } finally {
      this.busy = false;
      if (this.open) await this.#read(this.open);
    }
  }

  claim(id: string): Promise<boolean> {
    return this.#attempt(() => api.act(id, "claim"));
  }

  reveal(id: string): Promise<boolean> {
    return this.#attempt(() => api.act(id, "reveal"));
  }

  close(id: string, action: "hand-back" | "resolve", note: string): Promise<boolean> {
    return this.#attempt(() => api.close(id, action, note));
  }

  note(id: string, words: string): Promise<boolean> {
    const key = newKey();
    return this.#attempt(() => api.note(id, key, words));
  }

  typing(id: string): void {
    if (Date.now() - this.#typedAt < 3_000) return;
    this.#typedAt = Date.now();
    api.act(id, "typing").catch(() => undefined);
  }

  // --- the stream

  #follow(): void {
    this.#stop?.abort();
    this.#stop = new AbortController();
    void this.#run(this.#stop.signal);
  }

  async #run(stop: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stop.aborted) {
      const attempt = new AbortController();
      const abort = (): void => attempt.abort();
      stop.addEventListener("abort", abort, { once: true });
      try {
        if (!this.#lastId) await this.#list();
        const response = await api.stream(this.#lastId, attempt.signal);
        failures = 0;
        this.connected = true;
        this.changed();
        await readStream(response, (event) => this.#event(event), { quiet: QUIET, abort });
      } catch (error) {
        if (stop.aborted) return;
        failures += 1;
        if (error instanceof Refusal && error.status === 401) return this.#signedOut();
      } finally {
        stop.removeEventListener("abort", abort);
        attempt.abort();
      }
      if (stop.aborted) return;
      this.connected = false;
      this.changed();
      await pause(backoff(failures, { base: 500, cap: 15_000 }), stop);
    }
  }

  async #list(): Promise<void> {
    const rows = await api.cases();
    this.cases = new Map(rows.map((row) => [row.id, row]));
    for (const row of rows) if (!this.#seen.has(row.id)) this.#seen.set(row.id, row.last_message?.seq ?? 0);
    this.changed();
  }

  #event({ id, event, data }: ServerEvent): void {
    if (id) this.#lastId = id;
    const raw = parse(data) as never;
    if (event === "ready" && !(raw as StreamEvents["ready"]).resumed) {
      void this.#list().catch(() => undefined);
      this.#readSoon();
    } else if (event === "cases") this.#rows(raw);
    else if (event === "message") {
      const { case: id, message } = raw as StreamEvents["message"];
      this.#take(id, message);
    } else if (event === "typing") {
      const { case: id, until } = raw as StreamEvents["typing"];
      const end = new Date(until).getTime();
      this.#typing.set(id, end);
      setTimeout(this.changed, Math.max(0, end - Date.now()) + 50);
    } else if (event === "signed_out") return this.#signedOut();
    this.changed();
  }

  #rows(rows: CaseRow[]): void {
    for (const row of rows) {
      const before = this.cases.get(row.id);
      this.cases.set(row.id, row);
      if (row.status === "queued" && before?.status !== "queued") this.arrived(row);
      if (row.id === this.open && before?.version !== row.version) this.#readSoon();
    }
    this.cases = new Map(this.cases);
  }

  #take(id: string, message: Message): void {
    this.#typing.delete(id);
    if (message.client_key) this.outbox.arrived(message.client_key);
    if (this.detail?.case.id !== id) return;
    this.detail = { ...this.detail, messages: merged(this.detail.messages, [message]) };
    this.#look(id);
  }
}
