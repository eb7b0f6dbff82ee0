/** The desk's HTTP interface. A refusal carries the sentence the server wrote for the advisor. */

import type {
  Account,
  AccountDeed,
  Audit,
  Factor,
  Figures,
  Invitation,
  Invited,
  NewFactor,
  NewPassword,
  People,
  Aside,
  ClosingNote,
  Colleagues,
  Detail,
  Draft,
  Login,
  Me,
  Names,
  OneMessage,
  PassingOn,
  Replies,
  Reply,
  Rows,
  Search,
  Words,
} from "../generated/desk.js";
import { object, text } from "../shared/json.js";

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly by: string,
  ) {
    super(message);
  }

  /** Whether the same request may succeed later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

const UNREACHABLE = "The desk cannot be reached. Your text is still here: try again in a moment.";
const BASE = new URL("api/", new URL("./", location.href)).href;

async function call<T>(path: string, body?: unknown, init: RequestInit = {}): Promise<T> {
  const response = await request(path, body, init);
  return (response.status === 204 ? null : await response.json()) as T;
}

async function request(path: string, body?: unknown, init: RequestInit = {}): Promise<Response> {
  const headers: Record<string, string> = { "X-Concierge": "desk", ...(init.headers as Record<string, string>) };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method: body === undefined ? "GET" : "POST",
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      ...init,
      headers,
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Refusal(0, "unreachable", UNREACHABLE, "");
  }
  if (response.ok) return response;
  const said = object(await response.json().catch(() => null));
  throw new Refusal(response.status, text(said["error"]), text(said["message"]) || UNREACHABLE, text(said["by"]));
}

const one = (id: string): string => `cases/${encodeURIComponent(id)}`;

export type Ending = "hand-back" | "resolve" | "release" | "take-over";

export const api = {
  me: () => call<Me>("me"),
  login: (login: string, password: string, code = "") =>
    call<Me>("login", { login, password, ...(code ? { code } : {}) } satisfies Login),
  account: () => call<Account>("account"),
  password: (password: string, chosen: string) =>
    call<Account>("password", { password, new: chosen } satisfies NewPassword),
  endSessions: (id?: string) => call<Account>("sessions/end", id ? { id } : {}),
  newFactor: () => call<NewFactor>("second-factor/new", {}),
  factor: (factor: Factor) => call<Account>("second-factor", factor),
  accept: (token: string, password: string) => call<unknown>("invitation", { token, password } satisfies Invitation),
  people: () => call<People>("people"),
  invite: (invited: Invited) => call<People>("people", invited),
  change: (id: string, deed: AccountDeed) => call<People>(`people/${encodeURIComponent(id)}`, deed),
  figures: (days: number) => call<Figures>(`figures?days=${days}`),
  audit: (words: string) => call<Audit>(`audit?words=${encodeURIComponent(words)}`),
  logout: () => call<unknown>("logout", {}),
  names: () => call<Names>("names"),
  advisors: () => call<Colleagues>("advisors"),
  replies: () => call<Replies>("replies"),
  repliesFor: (id: string) => call<Replies>(`${one(id)}/replies`),
  putReply: (reply: Reply) => call<Replies>("replies", reply),
  mentions: () => call<Rows>("mentions"),
  cases: () => call<Rows>("cases?closed=1"),
  search: (words: string) => call<Rows>("search", { words } satisfies Search),
  one: (id: string) => call<Detail>(one(id)),
  act: (id: string, action: "claim" | "reveal" | "typing" | "reopen" | "seen", body: object = {}) =>
    call<unknown>(`${one(id)}/${action}`, body),
  close: (id: string, action: Ending, note: string) =>
    call<unknown>(`${one(id)}/${action}`, { note } satisfies ClosingNote),
  snooze: (id: string, until: string | null) => call<unknown>(`${one(id)}/snooze`, { until } satisfies Aside),
  passOn: (id: string, to: string, note: string) =>
    call<unknown>(`${one(id)}/pass-on`, { to, note } satisfies PassingOn),
  /** `leaving`: it goes out even while the page is being left. */
  draft: (id: string, kind: Draft["kind"], words: string, leaving = false) =>
    call<unknown>(`${one(id)}/draft`, { kind, text: words } satisfies Draft, { keepalive: leaving }),
  note: (id: string, key: string, words: string) =>
    call<Detail>(`${one(id)}/notes`, { client_key: key, text: words } satisfies Words),
  say: (id: string, key: string, words: string, leaving = false) =>
    call<OneMessage>(`${one(id)}/messages`, { client_key: key, text: words } satisfies Words, { keepalive: leaving }),
  stream: (lastId: string, signal: AbortSignal) =>
    request("stream", undefined, {
      signal,
      headers: { Accept: "text/event-stream", ...(lastId ? { "Last-Event-ID": lastId } : {}) },
    }),
};
