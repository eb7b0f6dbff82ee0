/**
 * One conversation as the customer's page keeps it: what was said, who is speaking, whether the server is in reach. What
 * comes in is ordered and told apart by sequence number alone; what goes out is the outbox's business.
 */

import { backoff, pause } from "../shared/backoff.js";
import { parse } from "../shared/json.js";
import { newKey } from "../shared/key.js";
import { readStream, type ServerEvent } from "../shared/sse.js";
import { Api, Refusal } from "./api.js";
import { readMessage, readStatus, type Message, type Status } from "./model.js";
import { Outbox, type Outgoing } from "./outbox.js";
import { Store, type Pending, type Session } from "./storage.js";
import { permission, whenHiddenLong } from "./turns.js";

export type Connection = "idle" | "connecting" | "live" | "retrying";

const QUIET = 40_000;
const THINKING = 30_000;
const MISSED = 3_000;
const ALONE: Status = { owner: "assistant", advisor: "", position: null, typing: false };

/** Events of a case, and who owns the conversation from then on. */
const OWNER_AFTER: Record<string, Status["owner"]> = {
  handoff_queued: "queue",
  advisor_joined: "advisor",
  handed_back: "assistant",
  case_resolved: "assistant",
  customer_left: "assistant",
};

export class Conversation {
  messages: Message[] = [];
  status: Status = ALONE;
  connection: Connection = "idle";
  /** Whether what was said before has been fetched: until then nothing is announced as new. */
  ready = false;
  thinking = false;
  /** What went wrong with the last request, in the server's words (none: it was not reached); null when nothing did. */
  notice: string | null = null;

  readonly #outbox: Outbox;
  #session: Session | null;
  /** The customer's token that the server has seen. */
  #introduced = "";
  #lastSeq = 0;
  #stop: AbortController | null = null;
  #wake = new AbortController();
  #opening: Promise<Session> | null = null;
  #thinkingTimer = 0;
  #polling = 0;
  #expected = 0;
  #deaf = false;
  #typedAt = 0;
  #unwatch: () => void;

  constructor(
    private readonly api: Api,
    private readonly store: Store,
    private locale: string,
    private region: string,
    private readonly changed: () => void,
    /** What the shop signed for a customer who is signed in there; empty for any other. */
    private customer = "",
  ) {
    this.#session = store.session;
    this.#outbox = new Outbox(store, {
      deliver: (item) => this.#deliver(item),
      renew: () => this.#renewToken(),
      changed,
    });
    this.#unwatch = store.watch((name) => this.#fromOtherTab(name));
    addEventListener("online", this.#nudge);
    document.addEventListener("visibilitychange", this.#nudge);
  }

  get outgoing(): readonly Outgoing[] {
    return this.#outbox.items;
  }

  get known(): boolean {
    return this.#session !== null;
  }

  get seen(): number {
    return this.#session?.seen ?? 0;
  }

  /** When something last happened in it, ms since the epoch. */
  get active(): number {
    return this.#session?.active ?? 0;
  }

  /** Fetches and follows the conversation, where there is one. Calling it again is harmless. */
  start(): void {
    if (this.#stop || !this.#session) return;
    const stop = (this.#stop = new AbortController());
    const go = (): void => {
      if (stop.signal.aborted) return;
      void this.#follow(stop.signal);
      void this.#outbox.flush();
    };
    if (this.customer === this.#introduced) go();
    else void this.#renewToken().then(go, go);
  }

  /** Lets go of the network and of the page. */
  dispose(): void {
    this.#stop?.abort();
    this.#stop = null;
    clearTimeout(this.#polling);
    clearTimeout(this.#thinkingTimer);
    this.#unwatch();
    removeEventListener("online", this.#nudge);
    document.removeEventListener("visibilitychange", this.#nudge);
  }

  send(text: string, choice: Pending["choice"] = null): void {
    this.#outbox.add(text, choice);
  }

  retry(key: string): void {
    this.#outbox.retry(key);
  }

  discard(key: string): void {
    this.#outbox.drop(key);
  }

  /** Gives up the place in the queue. Where that fails, `notice` says so. */
  async leave(): Promise<void> {
    this.notice = null;
    try {
      const session = await this.#ensure();
      await this.api.leave(session.token, newKey());
    } catch (error) {
      this.notice = error instanceof Refusal ? error.message : "";
      this.changed();
    }
    await this.#catchUp().catch(() => undefined);
  }

  /** Tells the advisor, now and then, that the customer is writing. */
  typing(): void {
    if (!this.#session || this.status.owner === "assistant" || Date.now() - this.#typedAt < 3_000) return;
    this.#typedAt = Date.now();
    this.api.typing(this.#session.token).catch(() => undefined);
  }

  markSeen(): void {
    if (!this.#session || this.#lastSeq <= this.#session.seen) return;
    this.#remember({ ...this.#session, seen: this.#lastSeq });
  }

  /** Forgets this conversation on this device and begins another one with the next message. */
  renew(): void {
    // Nobody should wait in a queue for a conversation that was put away.
    if (this.#session && this.status.owner === "queue")
      this.api.leave(this.#session.token, newKey()).catch(() => undefined);
    this.#stop?.abort();
    this.#stop = null;
    this.#adopt(null);
  }

  async speak(locale: string, region: string): Promise<void> {
    this.locale = locale;
    this.region = region;
    this.api.language = locale;
    const session = this.#session;
    if (!session || (session.locale === locale && session.region === region)) return;
    await this.#open(session.token).catch(() => undefined);
  }

  /** The customer has signed in to the shop, and the server says whose conversation this is; or has signed out of it. */
  identify(customer: string): void {
    this.customer = customer;
    if (!customer && this.#introduced) {
      this.#introduced = "";
      return this.renew();
    }
    if (customer === this.#introduced || !this.#stop) return;
    this.#stop.abort();
    this.#stop = null;
    this.start();
  }

  // --- session

  #remember(session: Session | null): void {
    this.#session = session;
    this.store.session = session;
  }

  #adopt(session: Session | null): void {
    this.#remember(session);
    this.messages = [];
    this.#lastSeq = 0;
    this.#expected = 0;
    this.status = ALONE;
    this.ready = false;
    this.connection = "idle";
    this.#think(false);
    if (session) this.#outbox.intoWords();
    else this.#outbox.clear();
    this.changed();
  }

  async #open(token: string | null): Promise<Session> {
    const page = location.origin + location.pathname;
    const customer = this.customer;
    const opened = await this.api.openSession(this.locale, this.region, page, token, customer);
    this.#introduced = customer;
    const before = this.#session;
    const same = before?.conversation === opened.conversation;
    const session: Session = {
      ...opened,
      locale: this.locale,
      region: this.region,
      seen: same ? before.seen : 0,
      active: Date.now(),
    };
    if (before && !same) this.#adopt(session);
    else this.#remember(session);
    return session;
  }

  #ensure(): Promise<Session> {
    this.#session ??= this.store.session; // another tab may have been first
    if (this.#session) return Promise.resolve(this.#session);
    this.#opening ??= this.#open(null).finally(() => (this.#opening = null));
    return this.#opening;
  }

  #renewToken(): Promise<Session> {
    this.#opening ??= this.#open(this.#session?.token ?? null).finally(() => (this.#opening = null));
    return this.#opening;
  }

  // --- outgoing

  async #deliver(item: Outgoing): Promise<void> {
    const { token } = await this.#ensure();
    const seq = (await this.api.send(token, item)) ?? 0;
    if (this.messages.some((message) => message.clientKey === item.key)) this.#outbox.drop(item.key);
    if (this.#session) this.#remember({ ...this.#session, active: Date.now() });
    if (this.status.owner === "assistant" && !this.messages.some((m) => m.role === "assistant" && m.seq > seq))
      this.#think(true);
    this.start();
    this.#expected = Math.max(this.#expected, seq);
    this.#poll();
  }

  /** Some proxies hold a stream back: what was accepted and is not there after a while is fetched, and so is the rest. */
  #poll(): void {
    clearTimeout(this.#polling);
    this.#polling = window.setTimeout(() => {
      const missing = this.#expected > this.#lastSeq;
      if (missing && this.connection === "live") this.#deaf = true;
      if (!this.#stop || !(missing || this.#deaf || this.thinking)) return;
      if (document.hidden || !(missing || this.#deaf)) return this.#poll();
      void this.#catchUp()
        .catch(() => undefined)
        .then(() => this.#poll());
    }, MISSED);
  }

  // --- incoming

  async #catchUp(): Promise<void> {
    if (!this.#session) return;
    const { messages, status } = await this.api.events(this.#session.token, this.#lastSeq);
    for (const message of messages) this.#take(message);
    this.#setStatus(status);
    this.ready = true;
    this.changed();
  }

  async #follow(stop: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stop.aborted && this.#session) {
      const release = await permission(this.store.lockName, stop);
      if (stop.aborted) return release();
      const attempt = new AbortController();
      const abort = (): void => attempt.abort();
      const shown = whenHiddenLong(abort);
      stop.addEventListener("abort", abort, { once: true });
      try {
        if (this.connection !== "live") this.#setConnection(failures ? "retrying" : "connecting");
        await this.#catchUp();
        const response = await this.api.stream(this.#session.token, this.#lastSeq, attempt.signal);
        this.#setConnection("live");
        const since = Date.now();
        await readStream(response, (event) => this.#event(event), { quiet: QUIET, abort });
        failures = Date.now() - since > 5_000 ? 0 : failures + 1;
      } catch (error) {
        if (stop.aborted) return;
        failures += 1;
        if (error instanceof Refusal && error.status === 401) await this.#renewToken().catch(() => undefined);
      } finally {
        shown();
        stop.removeEventListener("abort", abort);
        attempt.abort();
        release();
      }
      if (stop.aborted) return;
      if (failures > 1) this.#setConnection("retrying");
      await pause(backoff(Math.max(0, failures - 1), { base: 500 }), this.#wake.signal);
    }
  }

  #event({ event, data }: ServerEvent): void {
    const raw = parse(data);
    if (event === "status") this.#setStatus(readStatus(raw));
    else if (event === "message") {
      const message = readMessage(raw);
      this.#deaf = false;
      if (message) this.#take(message);
    }
    this.changed();
  }

  #take(message: Message): void {
    if (message.clientKey) this.#outbox.drop(message.clientKey);
    this.#lastSeq = Math.max(this.#lastSeq, message.seq);
    if (this.messages.some((known) => known.seq === message.seq)) return;
    const later = this.messages.findIndex((known) => known.seq > message.seq);
    this.messages =
      later < 0 ? [...this.messages, message] : this.messages.toSpliced(later, 0, message);
    if (message.role === "assistant" || message.role === "advisor") this.#think(false);
    // What was being written is here; the server only notices a pause some seconds later.
    if (message.role === "advisor") this.status = { ...this.status, typing: false };
    const owner = OWNER_AFTER[message.event];
    if (message.role === "system" && owner) {
      this.notice = null;
      this.#think(false);
      this.status = { owner, advisor: message.author, position: message.position, typing: false };
    }
  }

  #setStatus(status: Status): void {
    this.status = { ...status, advisor: status.advisor || (status.owner === "advisor" ? this.status.advisor : "") };
  }

  #setConnection(connection: Connection): void {
    this.connection = connection;
    this.changed();
  }

  #think(thinking: boolean): void {
    clearTimeout(this.#thinkingTimer);
    this.thinking = thinking;
    if (thinking) this.#thinkingTimer = window.setTimeout(() => (this.#think(false), this.changed()), THINKING);
    this.changed();
  }

  // --- the rest of the world

  #nudge = (): void => {
    if (document.hidden) return;
    this.#wake.abort();
    this.#wake = new AbortController();
    this.#outbox.nudge();
  };

  #fromOtherTab(name: string): void {
    if (name === "session") {
      const session = this.store.session;
      if (session && session.conversation === this.#session?.conversation) this.#session = session;
      else {
        this.#stop?.abort();
        this.#stop = null;
        this.#adopt(session);
        this.start();
      }
    } else if (name.startsWith("outbox:")) this.#outbox.synchronise();
    this.changed();
  }
}
