import { describe, expect, it } from "vitest";
import { chosen, isOver, isRepeated, readMessage, readStatus, unread, type Message } from "../src/widget/model.js";

const message = (raw: object): Message => readMessage({ seq: 1, role: "assistant", ...raw })!;

describe("readMessage", () => {
  it("takes what is there and invents nothing", () => {
    const found = message({ text: "Hello", payload: { buttons: [{ title: "Yes" }, { payload: "/no" }] }, lang: "fr" });
    expect(found).toMatchObject({ text: "Hello", kind: "text", buttons: ["Yes"], cards: [], lang: "fr", event: "" });
  });

  it.each([null, 3, "x", {}, { seq: 1 }, { seq: "one", role: "customer" }, { seq: 1, role: "robot" }])(
    "refuses %j",
    (raw) => expect(readMessage(raw)).toBeNull(),
  );

  it("reads cards, images, files and events", () => {
    const card = { title: "BA", rows: [{ label: "Carrier", value: "UPS" }, null], items: "none" };
    expect(message({ payload: { cards: [card, 4] } }).cards).toHaveLength(1);
    expect(message({ kind: "image", payload: { url: "https://x.example/a.png" } }).image).toContain("a.png");
    expect(message({ kind: "file", payload: { url: "https://x.example/a.pdf" } }).file).toContain("a.pdf");
    const joined = message({ role: "system", kind: "event", payload: { event: "advisor_joined", advisor: "Camille" } });
    expect(joined).toMatchObject({ event: "advisor_joined", author: "Camille" });
  });
});

describe("chosen", () => {
  const offer = message({ seq: 2, payload: { buttons: [{ title: "Yes" }, { title: "No" }] } });
  const said = (seq: number, text: string): Message => message({ seq, role: "customer", text });

  it("goes by the words", () => {
    expect(chosen(offer, [offer, said(3, "No")])).toBe(1);
    expect(chosen(offer, [said(1, "Yes"), offer, said(3, "hm"), said(4, "Yes")])).toBe(0);
    expect(chosen(offer, [said(1, "Yes"), offer])).toBeNull();
  });
});

describe("what was offered", () => {
  const offer = (seq: number, ...titles: string[]): Message =>
    message({ seq, payload: { buttons: titles.map((title) => ({ title })) } });
  const first = offer(2, "Yes", "No");
  const said = (seq: number, text: string): Message => message({ seq, role: "customer", text });

  it("is over with a case that is opened or closed after it, and not with an event of nothing", () => {
    const event = (seq: number, name: string): Message =>
      message({ seq, role: "system", kind: "event", payload: { event: name } });
    expect(isOver(first, [first, event(3, "case_resolved")])).toBe(true);
    expect(isOver(first, [event(1, "handoff_queued"), first, event(3, "")])).toBe(false);
  });

  it("gives way to the same choices offered again, unless it was answered before", () => {
    expect(isRepeated(first, [first, said(3, "who pays?"), offer(5, "No", "Yes", "Stop")])).toBe(true);
    expect(isRepeated(first, [first, said(3, "No"), offer(5, "Yes", "No")])).toBe(false);
    expect(isRepeated(first, [first, offer(5, "Yes", "Maybe")])).toBe(false);
  });
});

it("reads the status in either shape", () => {
  expect(readStatus({ owner: "queue", queue: { position: 2 } })).toMatchObject({ owner: "queue", position: 2 });
  const told = { owner: "advisor", advisor: "Camille", position: null, typing: "advisor", read: 4 };
  expect(readStatus(told)).toEqual({ owner: "advisor", advisor: "Camille", position: null, typing: true, told });
  expect(readStatus(null).owner).toBe("assistant");
});

it("counts what the house said and nobody saw", () => {
  const rows = [1, 2, 3].map((seq) => message({ seq })).concat(message({ seq: 4, role: "customer" }));
  expect(unread(rows, 1)).toBe(2);
});
