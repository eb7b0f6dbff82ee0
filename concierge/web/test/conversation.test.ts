import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "../src/widget/api.js";
import { Conversation } from "../src/widget/conversation.js";
import { Store } from "../src/widget/storage.js";

/** The little of a browser that a conversation needs. */
class Memory {
  [name: string]: unknown;
  getItem(name: string): string | null {
    return (this[name] as string | undefined) ?? null;
  }
  setItem(name: string, value: string): void {
    this[name] = value;
  }
  removeItem(name: string): void {
    delete this[name];
  }
}

interface Call {
  path: string;
  body: { client_key?: string; text?: string; choice?: object; token?: string; customer_token?: string };
  token: string | null;
}

let calls: Call[] = [];
let answer: (call: Call) => Response | Promise<Response>;
let stream: ReadableStreamDefaultController<Uint8Array> | null = null;

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers });

const server: typeof fetch = async (input, init) => {
  const path = new URL(String(input)).pathname;
  const headers = new Headers(init?.headers);
  const call = { path, body: JSON.parse(String(init?.body ?? "{}")), token: headers.get("Authorization") };
  calls.push(call);
  return answer(call);
};

/** Answers as the channel does while all is well. */
function well({ path }: Call): Response {
  if (path === "/sessions") return json({ conversation: "c1", token: "t1", last_seq: 0 }, 201);
  if (path === "/messages") return json({ seq: 1 }, 202);
  if (path === "/events") return json({ messages: [], owner: "assistant", queue: null });
  if (path === "/stream")
    return new Response(new ReadableStream({ start: (controller) => void (stream = controller) }), { status: 200 });
  return json({}, 200);
}

const push = (event: string, data: object): void =>
  stream?.enqueue(new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));

let talk: Conversation;
const begin = (customer = ""): Conversation =>
  (talk = new Conversation(
    new Api("https://house.example", "en", server),
    new Store("x"),
    "en",
    "EU",
    () => undefined,
    customer,
  ));
const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const sent = (): Call[] => calls.filter((call) => call.path === "/messages");

beforeEach(() => {
  vi.useFakeTimers();
  const listeners = { addEventListener: () => undefined, removeEventListener: () => undefined };
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("document", { hidden: false, ...listeners });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
  vi.stubGlobal("location", { origin: "https://shop.example", pathname: "/bags" });
  vi.stubGlobal("localStorage", new Memory());
  vi.stubGlobal("navigator", {}); // no locks: every tab streams for itself
  calls = [];
  stream = null;
  answer = well;
});

afterEach(() => {
  talk.dispose();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("sending", () => {
  it("opens a session with the first message only", async () => {
    begin().start();
    await settle();
    expect(calls).toEqual([]);
    talk.send("Hello");
    await settle();
    expect(calls.slice(0, 2).map((call) => call.path)).toEqual(["/sessions", "/messages"]);
    expect(sent()[0]).toMatchObject({ token: "Bearer t1", body: { text: "Hello" } });
    expect(talk.outgoing[0]?.delivery).toBe("sent");
    expect(talk.thinking).toBe(true);
  });

  it("tries again under the same key until it gets through, in order", async () => {
    let down = true;
    answer = (call) => (down && call.path === "/messages" ? Promise.reject(new TypeError("offline")) : well(call));
    begin().send("one");
    talk.send("two");
    await settle(3000);
    expect(talk.outgoing.map((item) => item.delivery)).toEqual(["waiting", "waiting"]);
    down = false;
    await settle(60_000);
    const keys = sent().map((call) => call.body.client_key);
    expect(new Set(keys).size).toBe(2);
    expect(sent().map((call) => call.body.text).at(-1)).toBe("two");
    expect(new Store("x").outbox).toEqual([]);
  });

  it("sends after a reload what was not sent before", async () => {
    answer = () => Promise.reject(new TypeError("offline"));
    begin().send("kept");
    await settle(10);
    talk.dispose();
    const key = talk.outgoing[0]?.key;
    answer = well;
    new Store("x").session = { token: "t1", conversation: "c1", locale: "en", region: "EU", seen: 0, active: 0 };
    calls = [];
    begin().start();
    await settle();
    expect(sent().map((call) => call.body)).toEqual([{ client_key: key, text: "kept" }]);
  });

  it("says so when the server refuses, and goes on with the next", async () => {
    answer = (call) =>
      call.body.text === "bad" ? json({ error: "bad_request", message: "Not like this." }, 400) : well(call);
    begin().send("bad");
    talk.send("good");
    await settle();
    expect(talk.outgoing.map(({ delivery, refused }) => [delivery, refused])).toEqual([
      ["refused", "Not like this."],
      ["sent", ""],
    ]);
    talk.discard(talk.outgoing[0]!.key);
    expect(talk.outgoing.map((item) => item.text)).toEqual(["good"]);
  });

  it("waits as long as it is told", async () => {
    let busy = true;
    answer = (call) =>
      busy && call.path === "/messages" ? json({ error: "too_many" }, 429, { "Retry-After": "20" }) : well(call);
    begin().send("Hello");
    await settle(19_000);
    expect(sent()).toHaveLength(1);
    busy = false;
    await settle(2_000);
    expect(talk.outgoing[0]?.delivery).toBe("sent");
  });

  it("begins anew when the conversation is gone, and still delivers, the button as its words", async () => {
    new Store("x").session = { token: "old", conversation: "c0", locale: "en", region: "EU", seen: 4, active: 0 };
    answer = (call) => (call.token === "Bearer old" ? json({ error: "not_signed_in" }, 401) : well(call));
    begin().send("Yes", { seq: 3, index: 0 });
    await settle(2_000);
    expect(calls.find((call) => call.path === "/sessions")?.body.token).toBe("old");
    expect(sent().at(-1)).toMatchObject({ token: "Bearer t1", body: { text: "Yes" } });
    expect(sent().at(-1)?.body.choice).toBeUndefined();
  });
});

describe("receiving", () => {
  const message = (seq: number, more: object = {}): object => ({ seq, role: "assistant", kind: "text", text: `m${seq}`, ...more });

  beforeEach(async () => {
    begin().send("Hello");
    await settle();
  });

  it("keeps messages in order, each once", async () => {
    for (const seq of [3, 2, 3, 5]) push("message", message(seq));
    await settle();
    expect(talk.messages.map((each) => each.seq)).toEqual([2, 3, 5]);
    expect(talk.thinking).toBe(false);
  });

  it("puts the confirmed message in the place of the one under way", async () => {
    push("message", message(1, { role: "customer", client_key: sent()[0]?.body.client_key }));
    await settle();
    expect(talk.outgoing).toEqual([]);
    expect(talk.messages).toHaveLength(1);
  });

  it("follows who is speaking", async () => {
    push("message", message(2, { role: "system", kind: "event", payload: { event: "handoff_queued", position: 2 } }));
    await settle();
    expect(talk.status).toMatchObject({ owner: "queue", position: 2 });
    const told = { owner: "advisor", advisor: "Camille", position: null, typing: "advisor" };
    push("status", told);
    await settle();
    expect(talk.status).toEqual({ owner: "advisor", advisor: "Camille", position: null, typing: true, told });
    push("message", message(3, { role: "system", kind: "event", payload: { event: "case_resolved" } }));
    await settle();
    expect(talk.status.owner).toBe("assistant");
  });

  it("comes back after a cut, from where it was", async () => {
    push("message", message(4));
    await settle();
    stream?.close();
    const before = calls.length;
    await settle(5_000);
    expect(calls.slice(before).map((call) => call.path)).toEqual(["/events", "/stream"]);
  });

  it("fetches what a proxy holds back", async () => {
    answer = (call) =>
      call.path === "/events"
        ? json({ messages: [message(1, { role: "customer" }), message(2)], owner: "assistant", queue: null })
        : well(call);
    await settle(3_500);
    expect(talk.messages.map((each) => each.seq)).toEqual([1, 2]);
  });

  it("forgets the conversation when asked to", async () => {
    push("message", message(2));
    await settle();
    talk.renew();
    expect(talk.messages).toEqual([]);
    expect(talk.known).toBe(false);
    expect(new Store("x").session).toBeNull();
  });
});

describe("a customer who is signed in to the shop", () => {
  const opened = (): Call[] => calls.filter((call) => call.path === "/sessions");

  it("is introduced when the session opens, and no other customer is", async () => {
    begin("signed").send("hello");
    await settle();
    expect(opened().map((call) => call.body.customer_token)).toEqual(["signed"]);
    expect(sent()).toHaveLength(1);
  });

  it("says nothing where there is no token", async () => {
    begin().send("hello");
    await settle();
    expect(opened()[0]?.body).not.toHaveProperty("customer_token");
  });

  it("is introduced once to a conversation that was under way before", async () => {
    begin().send("hello");
    await settle();
    talk.dispose();
    begin("signed").start();
    await settle();
    const last = opened().at(-1)?.body;
    expect(opened()).toHaveLength(2);
    expect([last?.token, last?.customer_token]).toEqual(["t1", "signed"]);
    expect(talk.connection).toBe("live");
  });

  it("follows the other conversation that the server opens for another customer", async () => {
    begin("signed").send("hello");
    await settle();
    push("message", { seq: 1, role: "customer", kind: "text", text: "hello", created_at: "2026-01-01T10:00:00Z" });
    await settle();
    expect(talk.messages).toHaveLength(1);
    answer = (call) =>
      call.path === "/sessions" ? json({ conversation: "c2", token: "t2", last_seq: 0 }, 201) : well(call);
    talk.identify("another");
    await settle();
    expect(talk.messages).toHaveLength(0);
    expect(calls.at(-1)).toMatchObject({ path: "/stream", token: "Bearer t2" });
    talk.identify("another");
    await settle();
    expect(opened()).toHaveLength(2);
  });

  it("leaves nothing on the device after signing out", async () => {
    begin("signed").send("hello");
    await settle();
    talk.identify("");
    expect([talk.known, new Store("x").session]).toEqual([false, null]);
    talk.send("hello again");
    await settle();
    expect(opened().at(-1)?.body).not.toHaveProperty("customer_token");
    expect(opened().at(-1)?.body).not.toHaveProperty("token");
  });
});
