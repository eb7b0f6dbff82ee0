import { describe, expect, it, vi } from "vitest";
import type { CaseRow, Colleague, Message } from "../src/generated/desk.js";
import { ago, citation, moment, money, percent, quantity, waited, words } from "../src/desk/format.js";
import { choices, field, narrowed, NOTHING, type Narrowed } from "../src/desk/filters.js";
import { byFitness, merged, sections } from "../src/desk/model.js";
import { answeredBy, sureness, understood } from "../src/desk/understood.js";

describe("quantity", () => {
  it.each([
    [30, "days", "30 days"],
    [1, "days", "1 day"],
    [[3, 7], "business_days", "3 to 7 business days"],
    [["2", "6"], "weeks", "2 to 6 weeks"],
    [3, "times", "3 times"],
    [["Visa", "Klarna"], "list", "Visa, Klarna"],
    ["UPS", "text", "UPS"],
    [{ street: "Via Bentivoglio", city: "Bologna" }, "address", "Via Bentivoglio, Bologna"],
    [{ amount: "20", currency: "EUR" }, "money", "€20.00"],
    [true, "", "yes"],
    [null, "days", ""],
  ])("says %j %s as %j", (value, unit, said) => expect(quantity(value, unit)).toBe(said));
});

it("writes codes, money, shares and sources", () => {
  expect(words("utter_return_too_late")).toBe("Return too late");
  expect(words("returns.window")).toBe("Returns window");
  expect(words("")).toBe("");
  expect(money("950.00", "EUR")).toBe("€950.00");
  expect(money("12", "not a currency")).toBe("12.00 not a currency");
  expect(money("•••", "EUR")).toBe("•••");
  expect(percent(0.934)).toBe("93 %");
  expect(citation("FAQ#Returns")).toBe("FAQ, Returns");
  expect(citation({ document: "FAQ", section: "Returns" })).toBe("FAQ, Returns");
  expect(citation(undefined)).toBe("");
});

it("says how long somebody waited", () => {
  const now = Date.parse("2026-03-10T12:00:00Z");
  const since = (iso: string): string => waited(iso, now);
  expect(since("2026-03-10T11:59:40Z")).toBe("just now");
  expect(since("2026-03-10T11:48:00Z")).toBe("12 min");
  expect(since("2026-03-10T10:56:00Z")).toBe("1 h 04");
  expect(since("2026-03-08T10:00:00Z")).toBe("2 days");
  expect(since("2026-03-10T12:00:30Z")).toBe("just now");
  expect(since("")).toBe("");
  expect(ago("2026-03-10T11:48:00Z", now)).toBe("12 min ago");
  expect(ago("2026-03-10T12:00:00Z", now)).toBe("just now");
});

it("tells a message that may have arrived from one that did not", async () => {
  vi.stubGlobal("location", new URL("https://desk.example/"));
  const { undelivered, unknown } = await import("../src/desk/delivery.js");
  expect(unknown("outcome_unknown")).toBe("Not known whether it arrived");
  expect(undelivered("outcome_unknown")).toBe("The channel does not tell; sent again, it may come twice.");
  expect(unknown("meta_131026")).toBe("");
  expect(undelivered("meta_131026")).toBe("The channel answered: meta_131026");
  expect(unknown(undefined)).toBe("");
  vi.unstubAllGlobals();
});

it("names the year only when it is another one", () => {
  const now = new Date(2026, 2, 10);
  expect(moment(new Date(2026, 1, 3, 9, 5).toISOString(), now)).toBe("3 Feb, 09:05");
  expect(moment(new Date(2025, 1, 3, 9, 5).toISOString(), now)).toBe("3 Feb 2025, 09:05");
  expect(moment(null, now)).toBe("");
});

const row = (id: string, more: Partial<CaseRow>): CaseRow =>
  ({ id, status: "queued", priority: "normal", waiting_since: "2026-03-10T10:00:00Z", advisor: null, snoozed_until: null, before: null, ...more }) as CaseRow;

it("offers who is here, serves the case and has room before anybody else", () => {
  const colleague = (id: string, more: Partial<Colleague>): Colleague =>
    ({ id, presence: "here", cases: 1, capacity: null, languages: [], queues: [], ...more }) as Colleague;
  const team = [
    colleague("off", { presence: "off", cases: 0 }),
    colleague("full", { cases: 2, capacity: 2 }),
    colleague("french", { languages: ["fr"] }),
    colleague("away", { presence: "away", cases: 0 }),
    colleague("busy", { cases: 5 }),
    colleague("italian", { languages: ["it"], queues: ["vip"], cases: 2, capacity: 3 }),
  ];
  const order = team.sort(byFitness(row("one", { language: "it-CH", queue: "vip" }))).map(({ id }) => id);
  expect(order).toEqual(["italian", "busy", "full", "french", "away", "off"]);
});

it("narrows the list by several fields, each with how many cases the others leave of it", () => {
  const past = new Date(Date.now() - 60_000).toISOString();
  const rows = [
    row("one", { queue: "vip", topic: "Return", due_at: past, replied_at: null }),
    row("two", { queue: "vip", topic: "Repair", due_at: past, replied_at: null, status: "accepted", advisor: { id: "me", name: "Camille" } }),
    row("three", { queue: "returns", topic: "Return", due_at: null, replied_at: null }),
  ];
  const ids = (only: Partial<Narrowed>): string[] => narrowed(rows, { ...NOTHING, ...only }).map(({ id }) => id);
  expect(ids({})).toEqual(["one", "two", "three"]);
  expect(ids({ due: "late" })).toEqual(["one", "two"]);
  expect(ids({ due: "late", topic: "Return" })).toEqual(["one"]);
  expect(ids({ holder: "me" })).toEqual(["two"]);
  expect(choices(rows, { ...NOTHING, queue: "vip" }, field("topic"))).toEqual([["Repair", "Repair", 1], ["Return", "Return", 1]]);
  expect(choices(rows, { ...NOTHING, topic: "Return" }, field("holder"))).toEqual([["me", "Camille", 0]]);
});

it("sorts cases by whose they are, then by urgency, then by waiting", () => {
  const me = { id: "me", name: "Camille" };
  const found = sections(
    [
      row("late", { waiting_since: "2026-03-10T11:00:00Z" }),
      row("early", {}),
      row("urgent", { priority: "urgent", waiting_since: "2026-03-10T11:30:00Z" }),
      row("mine", { status: "accepted", advisor: me }),
      row("other", { status: "accepted", advisor: { id: "x", name: "Antoine" } }),
      row("done", { status: "resolved", closed_at: "2026-03-10T11:00:00Z" }),
      row("left", { status: "left", closed_at: "2026-03-10T11:40:00Z" }),
    ],
    "me",
  );
  const ids = Object.fromEntries(Object.entries(found).map(([name, rows]) => [name, rows.map((each: CaseRow) => each.id)]));
  expect(ids).toEqual({ waiting: ["urgent", "early", "late"], mine: ["mine"], later: [], others: ["other"], closed: ["left", "done"] });
});

it("puts unread own cases first, those put aside last, and whoever comes back before the queue", () => {
  const me = { id: "me", name: "Camille" };
  const mine = { status: "accepted", advisor: me } as const;
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const found = sections(
    [
      row("read", mine),
      row("unread", { ...mine, waiting_since: "2026-03-10T11:00:00Z" }),
      row("aside", { ...mine, snoozed_until: later }),
      row("due", { ...mine, snoozed_until: "2026-03-10T09:00:00Z", waiting_since: "2026-03-10T12:00:00Z" }),
      row("new", { priority: "urgent" }),
      row("back", { before: me }),
    ],
    "me",
    (each) => each.id === "unread",
  );
  const ids = (rows: CaseRow[]): string[] => rows.map((each) => each.id);
  expect(ids(found.mine)).toEqual(["unread", "read", "due"]);
  expect(ids(found.later)).toEqual(["aside"]);
  expect(ids(found.waiting)).toEqual(["back", "new"]);
});

const turn = (seq: number, role: string, meta: object = {}): Message => ({ seq, role, payload: {}, meta }) as unknown as Message;

it("tells what was understood of the message that a turn answers", () => {
  const rows = [
    turn(1, "customer", { intent: "greet", confidence: 0.9 }),
    turn(2, "assistant"),
    turn(3, "assistant"),
    turn(4, "customer", { intent: { name: "repair_item", confidence: 0.4 } }),
    turn(5, "assistant"),
  ];
  expect(understood(answeredBy(rows, 2))).toMatchObject([{ intent: "greet", confidence: 0.9 }]);
  expect(understood(answeredBy(rows, 4))).toMatchObject([{ intent: "repair_item", confidence: 0.4 }]);
  expect(understood(answeredBy(rows, 0))).toEqual([]);
  expect(understood(turn(1, "customer"))).toEqual([]);
  const ended = { ...turn(6, "system"), payload: { event: "case_resolved" } };
  expect(answeredBy([...rows, ended, turn(7, "assistant")], 6)).toBeUndefined();
});

it("tells of each question in a message what was understood, and is as sure as of the worst", () => {
  const parts = [
    { text: "Where is my order?", intent: "track_order", confidence: 0.98 },
    { text: "And the label?", intent: "lost_label", confidence: 0.55 },
  ];
  const known = understood(turn(1, "customer", { intent: "track_order", confidence: 0.98, parts }));
  expect(known).toMatchObject([
    { of: "Where is my order?", intent: "track_order" },
    { of: "And the label?", intent: "lost_label" },
  ]);
  expect(sureness(known)).toBe(0.55);
  expect(sureness([])).toBeNull();
});

it("puts whoever waits for an answer before own cases that wait for nothing", () => {
  const advisor = { id: "me", name: "Camille" };
  const said = (role: string, created_at: string): object => ({ status: "accepted", advisor, last_message: { role, created_at } });
  const found = sections(
    [
      row("answered", { ...said("advisor", "2026-03-10T11:00:00Z"), priority: "urgent" }),
      row("since noon", said("customer", "2026-03-10T12:00:00Z")),
      row("since ten", said("customer", "2026-03-10T10:00:00Z")),
    ],
    "me",
  );
  expect(found.mine.map((each) => each.id)).toEqual(["since ten", "since noon", "answered"]);
});

it("keeps messages once and in order, the later copy winning", () => {
  const found = merged([turn(1, "customer"), turn(3, "advisor")], [turn(2, "assistant"), turn(1, "customer", { intent: "greet" })]);
  expect(found.map((each) => each.seq)).toEqual([1, 2, 3]);
  expect(found[0]?.meta).toEqual({ intent: "greet" });
});
