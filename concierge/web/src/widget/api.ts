/** The website channel's HTTP interface. Every failure is either a Refusal (the server answered) or a network error. */

import type { ChosenButton, Hours, Satisfaction, Session, SessionOpening, Words } from "../generated/website.js";
import { number, object, text } from "../shared/json.js";
import { readMessage, readStatus, type Message, type Status } from "./model.js";
import type { Pending } from "./storage.js";

export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter: number | null,
  ) {
    super(message);
  }

  /** Whether the same request may succeed later. */
  get passing(): boolean {
    return this.status === 429 || this.status === 408 || this.status >= 500;
  }
}

export interface OpenedSession extends Pick<Session, "conversation" | "token"> {
  /** Whether the shop's token for the customer has run out. */
  expired: boolean;
}

export interface Catch {
  messages: Message[];
  status: Status;
}

const PATIENCE = 20_000;

export class Api {
  constructor(
    readonly endpoint: string,
    /** In which language refusals are explained. */
    public language: string,
    private readonly request: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  /** Of a request that is made elsewhere. */
  headers(token: string): Record<string, string> {
    return { "Accept-Language": this.language, Authorization: `Bearer ${token}` };
  }

  async #call(path: string, init: RequestInit & { token?: string } = {}): Promise<Response> {
    const { token, ...rest } = init;
    const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": this.language };
    if (rest.body) headers["Content-Type"] = "application/json";
    if (token) headers["Authorization"] = `Bearer ${token}`;
    const response = await this.request(this.endpoint + path, {
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
      ...rest,
      headers: { ...headers, ...(rest.headers as Record<string, string> | undefined) },
    });
    if (response.ok) return response;
    const body = object(await response.json().catch(() => null));
    throw new Refusal(response.status, text(body["message"]), number(response.headers.get("Retry-After")));
  }

  #post(path: string, token: string, body: unknown): Promise<Response> {
    return this.#call(path, { method: "POST", token, body: JSON.stringify(body) });
  }

  async openSession(
    locale: string,
    region: string,
    page: string,
    token: string | null,
    customer: string,
    link = "",
  ): Promise<OpenedSession> {
    const opening: SessionOpening = {
      locale,
      region,
      page,
      ...(token ? { token } : {}),
      ...(customer ? { customer_token: customer } : {}),
      ...(link ? { link } : {}),
    };
    const response = await this.#call("/sessions", { method: "POST", body: JSON.stringify(opening) });
    const body = object(await response.json());
    const opened = { conversation: text(body["conversation"]), token: text(body["token"]), expired: body["reason"] === "expired" };
    if (!opened.token) throw new Refusal(502, "", null);
    return opened;
  }

  /** The sequence number under which the server keeps it; sending it again gives the same one. */
  async send(token: string, { key, text: words, choice }: Pending): Promise<number | null> {
    const body: Words | ChosenButton = choice ? { client_key: key, choice } : { client_key: key, text: words };
    const response = await this.#post("/messages", token, body);
    return number(object(await response.json().catch(() => null))["seq"]);
  }

  async leave(token: string, key: string): Promise<void> {
    await this.#post("/leave", token, { client_key: key });
  }

  /** Tells that nobody reads this conversation any longer; it goes out even while the page is being left. */
  async end(token: string): Promise<void> {
    await this.#call("/end", { method: "POST", token, body: "{}", keepalive: true });
  }

  async typing(token: string): Promise<void> {
    await this.#post("/typing", token, {});
  }

  /** The conversation is in front of the customer, up to this message. */
  async seen(token: string, seq: number): Promise<void> {
    await this.#post("/seen", token, { seq });
  }

  /** How it was, of the case that has asked. */
  async rate(token: string, score: number, comment: string): Promise<void> {
    const told: Satisfaction = { score, comment };
    await this.#post("/satisfaction", token, told);
  }

  async events(token: string, after: number): Promise<Catch> {
    const response = await this.#call(`/events?after=${after}`, { token });
    const body = object(await response.json());
    const raw = Array.isArray(body["messages"]) ? body["messages"] : [];
    return { messages: raw.map(readMessage).filter((m) => m !== null), status: readStatus(body) };
  }

  async hours(): Promise<Hours> {
    return (await (await this.#call("/hours")).json()) as Hours;
  }

  stream(token: string, after: number, signal: AbortSignal): Promise<Response> {
    return this.#call(`/stream?after=${after}`, {
      token,
      signal,
      headers: { Accept: "text/event-stream", ...(after ? { "Last-Event-ID": String(after) } : {}) },
    });
  }
}
