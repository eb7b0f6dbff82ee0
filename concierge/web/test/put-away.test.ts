/** What becomes of a conversation, and of what is on its way in it, when another takes its place. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Api } from "../src/widget/api.js";
import { Conversation } from "../src/widget/conversation.js";
import { earlier, putAway, takeOut } from "../src/widget/earlier.js";
import type { Message } from "../src/widget/model.js";
import { Store, type Session } from "../src/widget/storage.js";

interface Call {
  path: string;
  token: string;
  text: string;
}

const session = (name: string): Session => ({ token: `t-${name}`, conversation: name, locale: "en", region: "EU", seen: 0, active: Date.now() });
const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const message = (role: string, words: string): object => ({ seq: 1, role, kind: "text", text: words });

let calls: Call[];
let down: boolean;
/** What each conversation says when it is asked; a promise is waited for. */
let said: Record<string, object[] | Promise<object[]>>;
let store: Store;
let talk: Conversation;

const server: typeof fetch = async (input, init) => {
  const path = new URL(String(input)).pathname;
  const token = (new Headers(init?.headers).get("Authorization") ?? "").replace("Bearer t-", "");
  const body = JSON.parse(String(init?.body ?? "{}")) as { text?: string };
  calls.push({ path, token, text: body.text ?? "" });
  if (path === "/messages" && down) throw new TypeError("offline");
  if (path === "/messages" && body.text === "too late") return json({ error: "not_signed_in" }, 401);
  if (path === "/messages") return json({ seq: 2 }, 202);
  if (path === "/events") return json({ messages: await (said[token] ?? []), owner: "assistant", queue: null });
  if (path === "/stream") return new Response(new ReadableStream());
  return json({});
};

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const sent = (): Call[] => calls.filter(({ path }) => path === "/messages");

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("document", { hidden: false, addEventListener: () => undefined, removeEventListener: () => undefined });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
  vi.stubGlobal("location", { origin: "https://shop.example", pathname: "/" });
  vi.stubGlobal("navigator", {});
  [calls, down, said] = [[], false, { now: [message("customer", "of now")], before: [message("customer", "of before")] }];
  store = new Store("x"); // without a browser: in memory
  store.session = session("now");
  talk = new Conversation(new Api("https://house.example", "en", server), store, "en", "EU", () => undefined);
  talk.start();
  await settle();
});

afterEach(() => {
  talk.dispose();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("ends the one in hand, and follows the other", async () => {
  talk.renew(session("before"));
  await settle();
  expect(calls.filter(({ path }) => path === "/end").map(({ token }) => token)).toEqual(["now"]);
  expect(talk.messages.map(({ text }) => text)).toEqual(["of before"]);
  expect(store.session?.conversation).toBe("before");
});

it("takes nothing of the one in hand, which was still on its way, for the other's", async () => {
  let come: (messages: object[]) => void = () => undefined;
  said["before"] = new Promise((done) => (come = done));
  talk.renew(session("before"));
  await settle();
  talk.renew(session("third"));
  come([message("customer", "of before")]);
  await settle();
  expect(talk.messages).toEqual([]);
});

it.each(["another of before", "a new one"])("sends what was not sent yet where it was written, beside %s", async (which) => {
  down = true;
  talk.send("not sent");
  await settle(10);
  talk.renew(which === "a new one" ? null : session("before"));
  expect(talk.outgoing).toEqual([]);
  down = false;
  await settle(60_000);
  expect(sent().at(-1)).toMatchObject({ token: "now", text: "not sent" });
  expect(sent().filter(({ token }) => token !== "now")).toEqual([]);
  expect(store.outbox).toEqual([]);
});

it("shows it again where that one is taken up before it was sent, and over a reload", async () => {
  down = true;
  talk.send("not sent");
  await settle(10);
  talk.renew(session("before"));
  talk.dispose();
  talk = new Conversation(new Api("https://house.example", "en", server), store, "en", "EU", () => undefined);
  expect(talk.outgoing).toEqual([]);
  talk.renew(session("now"));
  expect(talk.outgoing.map(({ text }) => text)).toEqual(["not sent"]);
});

it("keeps nothing for a conversation that is no longer there", async () => {
  down = true;
  talk.send("too late");
  await settle(10);
  talk.renew(session("before"));
  down = false;
  await settle(60_000);
  expect(store.outbox).toEqual([]);
  expect(talk.id).toBe("before");
});

it("is among those of before under the customer's first words, or the kind of what they sent", () => {
  const photo = { role: "customer", text: "[photo]", sent: { kind: "photo" } } as Message;
  const words = { role: "customer", text: "The handle is torn", sent: null } as Message;
  const put = (name: string, messages: Message[]): void => putAway(store, { session: session(name), messages } as unknown as Conversation);
  put("one", [photo]);
  put("two", [photo, words]);
  expect(earlier(store).map(({ title, kind }) => [title, kind])).toEqual([["The handle is torn", ""], ["", "photo"]]);
  takeOut(store, earlier(store)[0]!);
  expect(earlier(store).map((one) => one.session.conversation)).toEqual(["one"]);
});
