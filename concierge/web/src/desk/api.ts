/** The desk's HTTP interface. A refusal carries the sentence the server wrote for the advisor. */

import type {
  Account,
  AccountDeed,
  ChosenTemplate,
  Audit,
  Comments,
  Factor,
  Figures,
  GroupMeant,
  Invitation,
  Invited,
  NewFactor,
  NewPassword,
  NotUnderstood,
  People,
  Aside,
  ClosingNote,
  Colleagues,
  Detail,
  Draft,
  Elsewhere,
  Leave,
  Login,
  Me,
  Meant,
  Merging,
  Names,
  OneMessage,
  PassingOn,
  Presence,
  Queues,
  Replies,
  Reply,
  Rows,
  Search,
  Skills,
  Suggestions,
  Templates,
  Translations,
  Undelivered,
  View,
  Views,
  Ways,
  Words,
} from "../generated/desk.js";
import { object, text } from "../shared/json.js";
import { LANGUAGE, t, told } from "./tongue.js";

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

export const UNREACHABLE = t("The desk cannot be reached. Your text is still here: try again in a moment.");
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
  throw new Refusal(response.status, text(said["error"]), told(text(said["message"])) || UNREACHABLE, text(said["by"]));
}

const one = (id: string): string => `cases/${encodeURIComponent(id)}`;

/** Where a case's files go, or the one of a message is. */
export const fileAddress = (id: string, seq?: number): string => `${BASE}${one(id)}/files${seq === undefined ? "" : `/${seq}`}`;

export const transcriptAddress = (id: string, form: string, language: string): string =>
  `${BASE}${one(id)}/transcript?format=${form}&language=${language}`;

/** Where what was said in another conversation of the case's customer can be read. */
export const historyAddress = (id: string, conversation: string, language: string): string =>
  `${BASE}${one(id)}/elsewhere/${encodeURIComponent(conversation)}?language=${language}`;

export const portraitAddress = (name: string): string => `${BASE}portraits/${encodeURIComponent(name)}`;

export type Ending = "hand-back" | "resolve" | "release" | "take-over";

export const api = {
  me: () => call<Me>("me"),
  login: (login: string, password: string, code = "") =>
    call<Me>("login", { login, password, ...(code ? { code } : {}) } satisfies Login),
  account: () => call<Account>("account"),
  /** Null: none any longer. */
  portrait: (photo: File | null) =>
    call<Account>("portrait", undefined, { method: "POST", body: photo, headers: { "Content-Type": "application/octet-stream" } }),
  password: (password: string, chosen: string) =>
    call<Account>("password", { password, new: chosen } satisfies NewPassword),
  endSessions: (id?: string) => call<Account>("sessions/end", id ? { id } : {}),
  newFactor: () => call<NewFactor>("second-factor/new", {}),
  factor: (factor: Factor) => call<Account>("second-factor", factor),
  accept: (token: string, password: string) => call<unknown>("invitation", { token, password } satisfies Invitation),
  people: () => call<People>("people"),
  invite: (invited: Invited) => call<People>("people", invited),
  change: (id: string, deed: AccountDeed) => call<People>(`people/${encodeURIComponent(id)}`, deed),
  figures: (asked: string) => call<Figures>(`figures?${asked}`),
  elsewhere: (id: string) => call<Elsewhere>(`${one(id)}/elsewhere`),
  comments: (asked: string) => call<Comments>(`figures/comments?${asked}`),
  notUnderstood: (asked: string) => call<NotUnderstood>(`figures/not-understood?${asked}`),
  groupMeant: (meant: GroupMeant) => call<unknown>("figures/not-understood", meant),
  undelivered: () => call<Undelivered>("undelivered"),
  sendAnyAgain: (conversation: string, seq: number) =>
    call<Undelivered>(`undelivered/${encodeURIComponent(conversation)}/${seq}/retry`, {}),
  audit: (words: string) => call<Audit>(`audit?words=${encodeURIComponent(words)}`),
  logout: () => call<Leave | null>("logout", {}),
  ways: () => call<Ways>("ways"),
  names: () => call<Names>(`names?language=${LANGUAGE}`),
  advisors: () => call<Colleagues>("advisors"),
  skills: (id: string, skills: Skills) => call<Colleagues>(`advisors/${encodeURIComponent(id)}`, skills),
  presence: (presence: Presence["presence"]) => call<unknown>("presence", { presence } satisfies Presence),
  views: () => call<Views>("views"),
  keepView: (view: View) => call<Views>("views", view),
  forgetView: (name: string) => call<Views>("views/forget", { name }),
  queues: () => call<Queues>("queues"),
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
  merge: (id: string, other: string) => call<unknown>(`${one(id)}/merge`, { other } satisfies Merging),
  passOn: (id: string, to: PassingOn) => call<unknown>(`${one(id)}/pass-on`, to),
  /** `leaving`: it goes out even while the page is being left. */
  draft: (id: string, kind: Draft["kind"], words: string, leaving = false) =>
    call<unknown>(`${one(id)}/draft`, { kind, text: words } satisfies Draft, { keepalive: leaving }),
  sendAgain: (id: string, seq: number) => call<Detail>(`${one(id)}/messages/${seq}/retry`, {}),
  templates: (id: string) => call<Templates>(`${one(id)}/templates`),
  sendTemplate: (id: string, key: string, name: string) =>
    call<OneMessage>(`${one(id)}/templates`, { client_key: key, name } satisfies ChosenTemplate),
  sendWebsiteLink: (id: string, key: string) => call<OneMessage>(`${one(id)}/website-link`, { client_key: key }),
  meant: (id: string, mark: Meant) => call<unknown>(`${one(id)}/meant`, mark),
  suggestions: (id: string) => call<Suggestions>(`${one(id)}/suggestions`),
  translations: (id: string, to: string) => call<Translations>(`${one(id)}/translations`, { to }),
  note: (id: string, key: string, words: string) =>
    call<Detail>(`${one(id)}/notes`, { client_key: key, text: words } satisfies Words),
  mailTranscript: (id: string, key: string) => call<Detail>(`${one(id)}/transcript/mail`, { client_key: key }),
  say: (id: string, key: string, words: string, leaving = false) =>
    call<OneMessage>(`${one(id)}/messages`, { client_key: key, text: words } satisfies Words, { keepalive: leaving }),
  stream: (lastId: string, signal: AbortSignal) =>
    request("stream", undefined, {
      signal,
      headers: { Accept: "text/event-stream", ...(lastId ? { "Last-Event-ID": lastId } : {}) },
    }),
};
