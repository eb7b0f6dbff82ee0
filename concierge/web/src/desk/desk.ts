/** What the advisor's page knows, kept up to date by one stream: who is signed in, the cases, the case that is open. */

import type { Advisor, CaseRow, Detail, Message, StreamEvents } from "../generated/desk.js";
import { parse } from "../shared/json.js";
import type { ServerEvent } from "../shared/sse.js";
import { api, Refusal } from "./api.js";
import { Deeds } from "./deeds.js";
import { Drafts } from "./drafts.js";
import { Line } from "./line.js";
import { learn } from "./names.js";
import { Outbox } from "./outbox.js";
import { Reading } from "./reading.js";
import { asleep, merged, mine, sections, type Sections } from "./model.js";

const PASSED_ON = "case_passed_on";
const EXPIRED = "You are signed out. Sign in again; what you have typed stays.";

/** What an advisor who looks elsewhere is told of. */
export interface News {
  arrived(row: CaseRow): void;
  replied(row: CaseRow): void;
  passed(row: CaseRow, by: string): void;
  /** A colleague has named the advisor in a note. */
  mentioned(id: string, by: string, note: string): void;
  /** What was put aside is in front again. */
  due(row: CaseRow): void;
}

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
  /** What the sign-in page says first: why the advisor is there. */
  farewell = "";
  /** Cases in whose notes a colleague has named the advisor, who has not looked since. */
  mentions: CaseRow[] = [];

  readonly deeds = new Deeds((work) => this.#attempt(work));
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly reading: Reading;

  readonly #line = new Line({
    list: () => this.#list(),
    event: (event) => this.#event(event),
    connected: (connected) => {
      this.connected = connected;
      this.changed();
    },
    refused: (why) => this.#signedOut(why),
  });
  #typing = new Map<string, number>();
  #reload = 0;
  #woken = Date.now();
  #wanted = "";
  #found: CaseRow[] | null = null;

  /** Another one after each change but those of drafts, which come with every key. */
  revision = 0;

  constructor(
    private readonly draw: () => void,
    private readonly news: News,
  ) {
    const { changed } = this;
    this.outbox = new Outbox({
      changed,
      sent: (id, message) => this.#take(id, message),
      failed: (error) => error instanceof Refusal && error.status === 401 && this.#fail(error),
    });
    this.drafts = new Drafts(draw);
    this.reading = new Reading(() => {
      if (this.open) this.#look(this.open);
      changed();
    });
  }

  private changed = (): void => {
    this.revision += 1;
    this.draw();
  };

  get sections(): Sections {
    return sections(this.cases.values(), this.me?.id ?? "", (row) => this.fresh(row));
  }

  /** What was searched for, as it stands by now; null while nothing is. */
  get found(): CaseRow[] | null {
    return this.#found?.map((row) => ({ ...row, ...this.cases.get(row.id) })) ?? null;
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
    return waiting.length + this.mentions.length + mine.filter((row) => this.fresh(row)).length;
  }

  /** Whether the customer of an own case wrote since the advisor last looked. */
  fresh(row: CaseRow): boolean {
    const said = row.last_message;
    return mine(row, this.me?.id) && said?.role === "customer" && said.seq > this.reading.seen(row.id);
  }

  customerTyping(id: string): boolean {
    return (this.#typing.get(id) ?? 0) > Date.now();
  }

  async begin(): Promise<void> {
    try {
      this.#enter((await api.me()).advisor);
    } catch (error) {
      this.#fail(error);
    }
    this.settled = true;
    this.changed();
  }

  async login(login: string, password: string, code: string): Promise<void> {
    this.#enter((await api.login(login, password, code)).advisor);
    this.changed();
  }

  #enter(advisor: Advisor): void {
    this.me = advisor;
    this.problem = this.farewell = "";
    this.reading.begin(advisor.id);
    this.drafts.begin(advisor.id);
    this.outbox.begin(advisor.id);
    this.#line.follow();
    void api.names().then(learn, () => undefined).then(this.changed);
  }

  async logout(): Promise<void> {
    await this.drafts.leave();
    this.outbox.leave();
    await api.logout().catch(() => undefined);
    this.#signedOut();
  }

  #signedOut(why = ""): void {
    this.#line.end();
    this.me = null;
    this.detail = null;
    this.farewell = why;
    this.cases.clear();
    this.mentions = [];
    this.#found = null;
    this.outbox.pause();
    this.changed();
  }

  #fail(error: unknown): void {
    if (error instanceof Refusal && error.status === 401) return this.me ? this.#signedOut(error.message) : undefined;
    this.problem = error instanceof Refusal ? error.message : "Something went wrong on this page. Reload it.";
    this.changed();
  }

  // --- cases

  async select(id: string | null): Promise<void> {
    if (id === this.open && this.detail) return;
    this.open = id;
    this.detail = null;
    this.problem = "";
    if (id) this.drafts.reopen(id);
    this.changed();
    if (id) await this.#read(id);
  }

  async #read(id: string): Promise<void> {
    try {
      const detail = await api.one(id);
      if (this.open !== id) return;
      const known = this.detail?.case.id === id ? this.detail.messages : [];
      this.detail = { ...detail, messages: merged(known, detail.messages) };
      this.drafts.adopt(id, detail.drafts);
      this.#look(id);
    } catch (error) {
      if (this.open !== id) return;
      if (error instanceof Refusal && error.status === 404) this.open = null;
      this.#fail(error);
    }
    this.changed();
  }

  #look(id: string): void {
    const last = this.detail?.case.id === id ? this.detail.messages.at(-1) : undefined;
    if (last) this.reading.look(id, last.seq);
    if (last && !document.hidden && this.mentions.some((row) => row.id === id)) {
      this.mentions = this.mentions.filter((row) => row.id !== id);
      void api.act(id, "seen").catch(() => undefined);
    }
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

  /** Tells of cases whose time has come since it was called last. */
  wake(now = Date.now()): void {
    const due = [...this.cases.values()].filter((row) => mine(row, this.me?.id) && asleep(row, this.#woken) && !asleep(row, now));
    this.#woken = now;
    for (const row of due) this.news.due(row);
  }

  // --- the stream

  /** Whoever looks at the case just now has seen it. */
  async #mentioned(): Promise<void> {
    this.mentions = await api.mentions().catch(() => this.mentions);
    if (this.open) this.#look(this.open);
    this.changed();
  }

  async #list(): Promise<void> {
    const rows = await api.cases();
    void this.#mentioned();
    const before = this.cases;
    this.cases = new Map(rows.map((row) => [row.id, row]));
    if (before.size) for (const row of rows) this.#compare(before.get(row.id), row);
    this.changed();
  }

  #event({ event, data }: ServerEvent): void {
    const raw = parse(data) as never;
    if (event === "ready") {
      this.outbox.nudge();
      void this.drafts.flush();
      if (!(raw as StreamEvents["ready"]).resumed) {
        void this.#list().catch(() => undefined);
        this.#readSoon();
      }
    } else if (event === "cases") this.#rows(raw);
    else if (event === "message") {
      const { case: id, message } = raw as StreamEvents["message"];
      const row = this.cases.get(id);
      if (row && message.payload.to_id && message.payload.to_id === this.me?.id && message.payload.event === PASSED_ON)
        this.news.passed(row, message.payload.advisor ?? "");
      if (message.payload.mentions?.includes(this.me?.id ?? "")) {
        this.news.mentioned(id, message.payload.advisor ?? "", message.payload.note ?? "");
        void this.#mentioned();
      }
      this.#take(id, message);
    } else if (event === "typing") {
      const { case: id, until } = raw as StreamEvents["typing"];
      const end = new Date(until).getTime();
      this.#typing.set(id, end);
      setTimeout(this.changed, Math.max(0, end - Date.now()) + 50);
    } else if (event === "signed_out") return this.#signedOut(EXPIRED);
    this.changed();
  }

  #rows(rows: CaseRow[]): void {
    const before = this.cases;
    this.cases = new Map(before);
    for (const row of rows) {
      this.cases.set(row.id, row);
      this.#compare(before.get(row.id), row);
      if (row.id === this.open && before.get(row.id)?.version !== row.version) this.#readSoon();
    }
  }

  /** Tells what is new of a case to an advisor who cannot have seen it. */
  #compare(before: CaseRow | undefined, row: CaseRow): void {
    if (row.status === "queued" && before?.status !== "queued") this.news.arrived(row);
    const said = row.last_message;
    const news = said?.role === "customer" && said.seq > (before?.last_message?.seq ?? 0);
    if (news && mine(row, this.me?.id) && (document.hidden || row.id !== this.open)) this.news.replied(row);
  }

  #take(id: string, message: Message): void {
    this.#typing.delete(id);
    if (message.client_key) this.outbox.arrived(message.client_key);
    if (this.detail?.case.id !== id) return;
    this.detail = { ...this.detail, messages: merged(this.detail.messages, [message]) };
    this.#look(id);
  }
}
