/** One conversation as the customer's page keeps it: whose it is, and what joins transcript, outbox and line. */

import { backoff, pause } from "../shared/backoff.js";
import { parse } from "../shared/json.js";
import { newKey } from "../shared/key.js";
import type { ServerEvent } from "../shared/sse.js";
import { Api, Refusal } from "./api.js";
import { Line, type Connection } from "./line.js";
import { readMessage, readStatus, type Message, type Status } from "./model.js";
import { Outbox, type Outgoing } from "./outbox.js";
import { Store, type Pending, type Session } from "./storage.js";
import { Transcript } from "./transcript.js";

export class Conversation {
  /** Whether what was said before has been fetched: until then nothing is announced as new. */
  ready = false;
  /** What went wrong with the last request, in the server's words (none: it was not reached); null when nothing did. */
  notice: string | null = null;

  readonly #transcript: Transcript;
  readonly #outbox: Outbox;
  readonly #line: Line;
  #session: Session | null;
  /** The customer's token that the server has seen. */
  #introduced = "";
  #stop: AbortController | null = null;
  #opening: Promise<Session> | null = null;
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
    /** The token of a link in a mail of the house that has opened this page, until the server has seen it. */
    private link = "",
    /** Called where that token has run out. */
    private readonly expired: () => void = () => undefined,
  ) {
    this.#session = store.session;
    this.#outbox = new Outbox(store, {
      deliver: (item) => this.#deliver(item),
      renew: () => this.#renewToken(),
      changed,
    });
    this.#transcript = new Transcript(changed);
    this.#line = new Line({
      lock: store.lockName,
      lastSeq: () => this.#transcript.lastSeq,
      running: () => this.#stop !== null,
      waiting: () => this.thinking,
      catchUp: () => this.#catchUp(),
      stream: async (signal) => this.api.stream((await this.#ensure()).token, this.#transcript.lastSeq, signal),
      event: (event) => this.#event(event),
      renew: () => this.#renewToken(),
      changed,
    });
    this.#unwatch = store.watch((name) => this.#fromOtherTab(name));
    addEventListener("online", this.#nudge);
    document.addEventListener("visibilitychange", this.#nudge);
  }

  get messages(): readonly Message[] {
    return this.#transcript.messages;
  }

  get status(): Status {
    return this.#transcript.status;
  }

  get thinking(): boolean {
    return this.#transcript.thinking;
  }

  get connection(): Connection {
    return this.#line.connection;
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
    if (this.#stop || (!this.#session && !this.link)) return;
    const stop = (this.#stop = new AbortController());
    const go = (): void => {
      if (stop.signal.aborted) return;
      void this.#line.follow(stop.signal);
      void this.#outbox.flush();
    };
    if (this.customer === this.#introduced && !this.link) go();
    else void this.#renewToken().then(go, go);
  }

  /** Lets go of the network and of the page. */
  dispose(): void {
    this.#stop?.abort();
    this.#stop = null;
    this.#line.dispose();
    this.#transcript.dispose();
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
    const { lastSeq } = this.#transcript;
    if (!this.#session || lastSeq <= this.#session.seen) return;
    this.#remember({ ...this.#session, seen: lastSeq });
  }

  /** Forgets this conversation on this device and begins another one with the next message. */
  renew(): void {
    // Nobody should wait in a queue, and no advisor write, for a conversation that was put away.
    if (this.#session) void this.#end(this.#session.token);
    this.#stop?.abort();
    this.#stop = null;
    this.#adopt(null);
  }

  async #end(token: string): Promise<void> {
    for (let failures = 0; failures < 5; failures += 1) {
      try {
        return await this.api.end(token);
      } catch (error) {
        if (error instanceof Refusal && !error.passing) return;
        await pause(backoff(failures, { base: 1_000, cap: 30_000 }));
      }
    }
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
    this.ready = false;
    this.#line.reset();
    this.#transcript.clear();
    if (session) this.#outbox.intoWords();
    else this.#outbox.clear();
    this.changed();
  }

  async #open(token: string | null): Promise<Session> {
    const page = location.origin + location.pathname;
    const { customer, link } = this;
    const { expired, ...opened } = await this.api.openSession(this.locale, this.region, page, token, customer, link);
    if (expired) this.expired();
    this.#introduced = customer;
    this.link = "";
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
    if (this.#transcript.has(item.key)) this.#outbox.drop(item.key);
    if (this.#session) this.#remember({ ...this.#session, active: Date.now() });
    if (this.status.owner === "assistant" && !this.#transcript.answeredAfter(seq)) this.#transcript.think(true);
    this.start();
    this.#line.expect(seq);
  }

  // --- incoming

  async #catchUp(): Promise<void> {
    if (!this.#session) return;
    const { messages, status } = await this.api.events(this.#session.token, this.#transcript.lastSeq);
    for (const message of messages) this.#take(message);
    this.#transcript.setStatus(status);
    this.ready = true;
    this.changed();
  }

  #event({ event, data }: ServerEvent): void {
    const raw = parse(data);
    if (event === "status") this.#transcript.setStatus(readStatus(raw));
    else if (event === "message") {
      const message = readMessage(raw);
      this.#line.heard();
      if (message) this.#take(message);
    }
    this.changed();
  }

  #take(message: Message): void {
    if (message.clientKey) this.#outbox.drop(message.clientKey);
    if (this.#transcript.take(message)) this.notice = null;
  }

  // --- the rest of the world

  #nudge = (): void => {
    if (document.hidden) return;
    this.#line.nudge();
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
