/** One conversation as the customer's page keeps it: what joins session, transcript, outbox and line. */

import type { Hours } from "../generated/website.js";
import { parse } from "../shared/json.js";
import { newKey } from "../shared/key.js";
import type { ServerEvent } from "../shared/sse.js";
import { Api, Refusal } from "./api.js";
import { Line, type Connection } from "./line.js";
import { readMessage, readStatus, type Message, type Status } from "./model.js";
import { Outbox, type Outgoing } from "./outbox.js";
import { Presence } from "./presence.js";
import { Sessions } from "./sessions.js";
import type { Pending, Session, Store } from "./storage.js";
import { Transcript } from "./transcript.js";

export class Conversation {
  /** Whether what was said before has been fetched: until then nothing is announced as new. */
  ready = false;
  /** What went wrong with the last request, in the server's words (none: it was not reached); null when nothing did. */
  notice: string | null = null;

  readonly #sessions: Sessions;
  readonly #transcript: Transcript;
  readonly #outbox: Outbox;
  readonly #line: Line;
  readonly #presence: Presence;
  #stop: AbortController | null = null;
  #unwatch: () => void;

  /** `customer` and `link` as in `Visitor`; `expired` is called where the customer's token has run out. */
  constructor(
    private readonly api: Api,
    private readonly store: Store,
    locale: string,
    region: string,
    private readonly changed: () => void,
    customer = "",
    link = "",
    expired: () => void = () => undefined,
  ) {
    const replaced = (): void => (this.#outbox.intoWords(), this.#begin());
    this.#sessions = new Sessions(api, store, { locale, region, customer, link }, { replaced, expired });
    this.#outbox = new Outbox(store, {
      deliver: (item) => (item.of ? this.#deliverApart(item, item.of) : this.#deliver(item)),
      renew: () => this.#sessions.renew(),
      changed,
    });
    this.#transcript = new Transcript(changed);
    this.#presence = new Presence(api, this.#sessions, this.#transcript);
    this.#line = new Line({
      lock: store.lockName,
      lastSeq: () => this.#transcript.lastSeq,
      running: () => this.#stop !== null,
      waiting: () => this.thinking,
      catchUp: () => this.#catchUp(),
      stream: async (signal) => this.api.stream((await this.#sessions.ensure()).token, this.#transcript.lastSeq, signal),
      event: (event) => this.#event(event),
      renew: () => this.#sessions.renew(),
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

  get endpoint(): string {
    return this.api.endpoint;
  }

  /** When client service is there; null where that cannot be had. */
  hours(): Promise<Hours | null> {
    return this.api.hours().catch(() => null);
  }

  get session(): Session | null {
    return this.#sessions.current;
  }

  get known(): boolean {
    return this.session !== null;
  }

  /** Empty before it has begun. */
  get id(): string {
    return this.session?.conversation ?? "";
  }

  get seen(): number {
    return this.session?.seen ?? 0;
  }

  /** When something last happened in it, ms since the epoch. */
  get active(): number {
    return this.session?.active ?? 0;
  }

  /** Fetches and follows the conversation, where there is one. Calling it again is harmless. */
  start(): void {
    const { invited, introduced } = this.#sessions;
    if (this.#stop || (!this.known && !invited)) return;
    const stop = (this.#stop = new AbortController());
    this.#presence.beat(stop.signal, this.changed);
    const go = (): void => {
      if (stop.signal.aborted) return;
      void this.#line.follow(stop.signal);
      void this.#outbox.flush();
    };
    if (introduced && !invited) go();
    else void this.#sessions.renew().then(go, go);
  }

  #halt(): void {
    this.#stop?.abort();
    this.#stop = null;
  }

  /** Lets go of the network and of the page. */
  dispose(): void {
    this.#halt();
    this.#line.dispose();
    this.#outbox.dispose();
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

  /** Calls the server in this conversation's name, which is begun if need be, and followed from then on. */
  async using<T>(call: (api: Api, token: string) => Promise<T>): Promise<T> {
    const { token } = await this.#sessions.ensure();
    const done = await call(this.api, token).catch(async (error: unknown) => {
      if (!(error instanceof Refusal && error.status === 401)) throw error;
      return call(this.api, (await this.#sessions.renew()).token);
    });
    this.start();
    return done;
  }

  /** Throws what the server refuses; the answer itself comes by the line. */
  rate(score: number, comment: string): Promise<void> {
    return this.using((api, token) => api.rate(token, score, comment));
  }

  /** Gives up the place in the queue. Where that fails, `notice` says so. */
  async leave(): Promise<void> {
    this.notice = null;
    try {
      const { token } = await this.#sessions.ensure();
      await this.api.leave(token, newKey());
    } catch (error) {
      this.notice = error instanceof Refusal ? error.message : "";
      this.changed();
    }
    await this.#catchUp().catch(() => undefined);
  }

  /** Tells the advisor, now and then, that the customer is writing. */
  typing(): void {
    this.#presence.typing();
  }

  /** The customer has all of it in front of them; who waits for them, or with them, is told. */
  markSeen(): void {
    this.#presence.seen();
  }

  /** Puts this conversation away and goes on with another of this device; null: with a new one, from the next message on. */
  renew(next: Session | null = null): void {
    // Nobody should wait in a queue, and no advisor write, for a conversation that was put away.
    if (this.session) void this.#presence.end(this.session.token);
    this.#resume(next);
  }

  #resume(session: Session | null): void {
    this.#halt();
    this.#outbox.turn(this.session, session);
    this.#sessions.remember(session);
    this.#begin();
    this.start();
  }

  speak(locale: string, region: string): Promise<void> {
    return this.#sessions.speak(locale, region);
  }

  /** The customer has signed in to the shop, and the server says whose conversation this is; or has signed out of it. */
  identify(customer: string): void {
    if (this.#sessions.identify(customer)) {
      this.#outbox.clear();
      return this.renew();
    }
    if (this.#sessions.introduced || !this.#stop) return;
    this.#halt();
    this.start();
  }

  /** Nothing of another conversation is left. */
  #begin(): void {
    this.ready = false;
    this.notice = null;
    this.#presence.reset();
    this.#line.reset();
    this.#transcript.clear();
    this.changed();
  }

  /** In a conversation that was put away: its answer is found there. */
  async #deliverApart(item: Outgoing, { token }: Session): Promise<void> {
    await this.api.send(token, item).catch((error: unknown) => {
      if (!(error instanceof Refusal && error.status === 401)) throw error; // else it is no longer there to be sent to
    });
    this.#outbox.drop(item.key);
  }

  async #deliver(item: Outgoing): Promise<void> {
    const { token, conversation } = await this.#sessions.ensure();
    const seq = (await this.api.send(token, item)) ?? 0;
    if (conversation !== this.id) return; // it has been put away meanwhile
    if (this.#transcript.has(item.key)) this.#outbox.drop(item.key);
    if (this.session) this.#sessions.remember({ ...this.session, active: Date.now() });
    if (this.status.owner === "assistant" && !this.#transcript.answeredAfter(seq)) this.#transcript.think(true);
    this.start();
    this.#line.expect(seq);
  }

  async #catchUp(): Promise<void> {
    if (!this.session) return;
    const { conversation, token } = this.session;
    const { messages, status } = await this.api.events(token, this.#transcript.lastSeq);
    if (conversation !== this.id) return; // it has been put away meanwhile
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

  #nudge = (): void => {
    if (document.hidden) return;
    this.#line.nudge();
    this.#outbox.nudge();
    this.changed(); // it may be another day
  };

  #fromOtherTab(name: string): void {
    if (name === "session") {
      const session = this.store.session;
      if (session && session.conversation === this.id) this.#sessions.current = session;
      else this.#resume(session);
    } else if (name.startsWith("outbox:")) this.#outbox.synchronise();
    this.changed();
  }
}
