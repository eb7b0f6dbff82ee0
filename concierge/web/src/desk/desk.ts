/** What the advisor's page knows, kept up to date by one stream: who is signed in, the cases, the case that is open. */

import type { Advisor, CaseRow, Colleague, Detail, Looked, Message, Reading, StreamEvents } from "../generated/desk.js";
import { backoff, pause } from "../shared/backoff.js";
import { parse } from "../shared/json.js";
import type { ServerEvent } from "../shared/sse.js";
import { api, Refusal } from "./api.js";
import { Deeds } from "./deeds.js";
import { Drafts } from "./drafts.js";
import { Line } from "./line.js";
import { learn } from "./names.js";
import { Outbox } from "./outbox.js";
import { Reads } from "./reading.js";
import { Sending } from "./sending.js";
import { Translating } from "./translating.js";
import { asleep, merged, mine, sections, type Sections } from "./model.js";
import { t } from "./tongue.js";

const PASSED_ON = "case_passed_on";
const WITHDRAWN = "withdrawn";
const OVERDUE = "case_overdue";
const FETCHED = 3_000; // ms until a file that a channel is asked for may be there
const HERE = 60_000; // ms: the customer's page says every 45 seconds that it is looked at
const LOST_AFTER = 2_500; // ms: one that comes back at once is no news
const UNREACHED = t("The desk cannot be reached. It is tried again by itself.");
const EXPIRED = t("You are signed out. Sign in again; what you have typed stays.");

/** What an advisor who looks elsewhere is told of. */
export interface News {
  arrived(row: CaseRow): void;
  replied(row: CaseRow): void;
  passed(row: CaseRow, by: string): void;
  /** A colleague has named the advisor in a note. */
  mentioned(id: string, by: string, note: string): void;
  /** What was put aside is in front again. */
  due(row: CaseRow): void;
  /** Its first answer has not come in time: told to leads, and to whoever has the case. */
  overdue(row: CaseRow): void;
}

export class Desk {
  me: Advisor | null = null;
  /** False until it is known whether somebody is signed in. */
  settled = false;
  cases = new Map<string, CaseRow>();
  detail: Detail | null = null;
  open: string | null = null;
  connected = false;
  /** Since when there is no connection, ms since the epoch; null while there is one, or has just been. */
  lost: number | null = null;
  /** Why it cannot be told yet whether somebody is signed in. */
  unreachable = "";
  problem = "";
  busy = false;
  /** What the sign-in page says first: why the advisor is there. */
  farewell = "";
  /** Cases in whose notes a colleague has named the advisor, who has not looked since. */
  mentions: CaseRow[] = [];
  /** Up to which message the customer of each case was told that it is read. */
  readonly #told = new Map<string, number>();

  readonly deeds = new Deeds((work) => this.#attempt(work));
  readonly outbox: Outbox;
  readonly sending: Sending;
  readonly drafts: Drafts;
  readonly translating: Translating;
  readonly reading: Reads;

  readonly #line = new Line({
    list: () => this.#list(),
    event: (event) => this.#event(event),
    connected: (connected) => this.#heard(connected),
    refused: (why) => this.#signedOut(why),
  });
  #typing = new Map<string, number>();
  /** How far customers have read. */
  #reading = new Map<string, Reading>();
  /** The case's last message when the advisor last looked away from it; what came since stands below a line. */
  #lineAt: { id: string; seq: number } | null = null;
  #reload = 0;
  #losing = 0;
  #woken = Date.now();
  #wanted = "";
  #streamed = new Map<string, CaseRow>();
  #found: CaseRow[] | null = null;

  /** Another one after each change but those of drafts, which come with every key. */
  revision = 0;

  constructor(
    private readonly draw: () => void,
    private readonly news: News,
  ) {
    const { changed } = this;
    const around = {
      changed,
      sent: (id: string, message: Message) => this.#take(id, message),
      failed: (error: unknown) => error instanceof Refusal && error.status === 401 && this.#fail(error),
    };
    this.outbox = new Outbox(around);
    this.sending = new Sending(around);
    this.drafts = new Drafts(draw);
    this.translating = new Translating(changed, () => this.detail);
    this.reading = new Reads((looks) => {
      if (!looks) return this.#drawLine(this.open);
      if (this.open) this.#look(this.open);
      changed();
    });
  }

  private changed = (): void => {
    this.revision += 1;
    this.draw();
  };

  get sections(): Sections {
    return this.sectionsOf(this.cases.values());
  }

  sectionsOf(rows: Iterable<CaseRow>): Sections {
    return sections(rows, this.me?.id ?? "", (row) => this.fresh(row));
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

  /** How far the customer has read; null where that is not known. */
  read(id: string): Reading | null {
    return this.#reading.get(id) ?? null;
  }

  /** Whether the customer has the conversation in front of them just now. */
  here(id: string, now = Date.now()): boolean {
    const at = this.read(id)?.at;
    return at !== undefined && now - new Date(at).getTime() < HERE;
  }

  /** The number of the last message that the advisor had seen before, where there is something newer. */
  unreadFrom(id: string): number | null {
    return this.#lineAt?.id === id ? this.#lineAt.seq : null;
  }

  customerTyping(id: string): boolean {
    return (this.#typing.get(id) ?? 0) > Date.now();
  }

  /** Once it is known who is signed in, however long the server cannot be reached. */
  async begin(): Promise<void> {
    for (let failures = 0; !this.settled; failures += 1) {
      try {
        this.#enter((await api.me()).advisor);
        this.settled = true;
      } catch (error) {
        this.settled = !(error instanceof Refusal && error.passing);
        this.unreachable = this.settled ? "" : UNREACHED;
        if (this.settled) this.#fail(error);
      }
      this.changed();
      if (!this.settled) await pause(backoff(failures, { base: 1_000, cap: 15_000 }));
    }
  }

  #heard(connected: boolean): void {
    this.connected = connected;
    if (connected) this.#notLost();
    else if (!this.#losing) {
      const since = Date.now();
      this.#losing = window.setTimeout(() => {
        this.lost = since;
        this.changed();
      }, LOST_AFTER);
    }
    this.changed();
  }

  #notLost(): void {
    clearTimeout(this.#losing);
    this.#losing = 0;
    this.lost = null;
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
    this.sending.leave();
    const left = await api.logout().catch(() => null);
    this.#signedOut();
    if (left) location.assign(left.next);
  }

  #signedOut(why = ""): void {
    this.#line.end();
    this.#notLost();
    this.me = null;
    this.#told.clear();
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
    this.problem = error instanceof Refusal ? error.message : t("Something went wrong on this page. Reload it.");
    this.changed();
  }

  // --- cases

  async select(id: string | null): Promise<void> {
    if (id === this.open && this.detail) return;
    this.open = id;
    this.detail = null;
    this.problem = "";
    this.#drawLine(id);
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
      if (detail.reading) this.#reading.set(id, detail.reading);
      this.#look(id);
      if (detail.messages.some(({ payload }) => payload.file?.state === "waiting")) this.#readSoon(FETCHED);
    } catch (error) {
      if (this.open !== id) return;
      if (error instanceof Refusal && error.status === 404) this.open = null;
      this.#fail(error);
    }
    this.changed();
  }

  #drawLine(id: string | null): void {
    const seq = id ? this.reading.seen(id) : 0;
    this.#lineAt = id && seq ? { id, seq } : null;
  }

  #look(id: string): void {
    void this.translating.follow();
    const last = this.detail?.case.id === id ? this.detail.messages.at(-1) : undefined;
    if (last) this.reading.look(id, last.seq);
    if (!last || document.hidden) return;
    const row = this.cases.get(id);
    const { seq = 0 } = this.detail?.messages.findLast(({ role }) => role === "customer") ?? {};
    const unread = row && mine(row, this.me?.id) && seq > (this.#told.get(id) ?? 0);
    if (!unread && !this.mentions.some((each) => each.id === id)) return;
    this.mentions = this.mentions.filter((each) => each.id !== id);
    if (unread) this.#told.set(id, seq);
    void api.act(id, "seen", { seq } satisfies Looked).catch(() => this.#told.delete(id));
  }

  /** Reads the open case again, a little later, however often it is asked. */
  #readSoon(wait = 250): void {
    clearTimeout(this.#reload);
    this.#reload = window.setTimeout(() => this.open && void this.#read(this.open), wait);
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

  async #meet(): Promise<void> {
    this.deeds.colleagues = await api.advisors().catch(() => this.deeds.colleagues);
    this.changed();
  }

  /** The advisor as colleagues see them, once that is known. */
  get own(): Colleague | undefined {
    return this.deeds.colleagues.find(({ id }) => id === this.me?.id);
  }

  async #list(): Promise<void> {
    this.#streamed = new Map();
    const rows = await api.cases();
    void this.#mentioned();
    void this.#meet();
    const before = this.cases;
    // What the stream has told meanwhile is newer than the list.
    this.cases = new Map([...rows.map((row): [string, CaseRow] => [row.id, row]), ...this.#streamed]);
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
      if (row && message.payload.event === OVERDUE && (this.me?.role !== "advisor" || mine(row, this.me.id)))
        this.news.overdue(row);
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
    } else if (event === "reading") {
      const { case: id, ...reading } = raw as StreamEvents["reading"];
      this.#reading.set(id, reading);
    } else if (event === "advisors") this.deeds.colleagues = raw;
    else if (event === "signed_out") return this.#signedOut(EXPIRED);
    this.changed();
  }

  #rows(rows: CaseRow[]): void {
    const before = this.cases;
    this.cases = new Map(before);
    for (const row of rows) {
      this.cases.set(row.id, row);
      this.#streamed.set(row.id, row);
      this.#compare(before.get(row.id), row);
      const known = before.get(row.id);
      if (row.id === this.open && (known?.version !== row.version || known.moved !== row.moved)) this.#readSoon();
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
    if (message.payload.event === WITHDRAWN) this.#readSoon();
    this.detail = { ...this.detail, messages: merged(this.detail.messages, [message]) };
    this.#look(id);
  }
}
