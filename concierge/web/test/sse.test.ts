import { describe, expect, it, vi } from "vitest";
import { EventParser, readStream, type ServerEvent } from "../src/shared/sse.js";

const SOURCE = 'retry: 1000\n\nid: 7\nevent: message\ndata: {"a":\ndata: 1}\n\n: beat\n\nevent: status\r\ndata:x\r\n\r\ndata: é\r\r';
const EVENTS: ServerEvent[] = [
  { id: "7", event: "message", data: '{"a":\n1}' },
  { id: null, event: "status", data: "x" },
  { id: null, event: "message", data: "é" },
];

describe("EventParser", () => {
  it("reads events whole", () => {
    const parser = new EventParser();
    expect([...parser.push(SOURCE), ...parser.push("\n")]).toEqual(EVENTS);
  });

  it("reads the same in pieces of any size", () => {
    for (let size = 1; size < 9; size += 1) {
      const parser = new EventParser();
      const found: ServerEvent[] = [];
      for (let at = 0; at < SOURCE.length; at += size) found.push(...parser.push(SOURCE.slice(at, at + size)));
      found.push(...parser.push("\n"));
      expect(found).toEqual(EVENTS);
    }
  });

  it("holds an unfinished event back", () => {
    expect(new EventParser().push("id: 1\ndata: x\n")).toEqual([]);
  });
});

describe("readStream", () => {
  it("puts characters together that were cut in two", async () => {
    const bytes = new TextEncoder().encode("data: é\n\n");
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    const found: ServerEvent[] = [];
    await readStream(new Response(body), (event) => found.push(event), { quiet: 1000, abort: () => undefined });
    expect(found.map((event) => event.data)).toEqual(["é"]);
  });

  it("gives up on a silent server", async () => {
    vi.useFakeTimers();
    let fail: (reason: Error) => void = () => undefined;
    const body = new ReadableStream({ start: (controller) => void (fail = (reason) => controller.error(reason)) });
    const abort = vi.fn(() => fail(new Error("aborted")));
    const reading = readStream(new Response(body), () => undefined, { quiet: 40_000, abort });
    const outcome = expect(reading).rejects.toThrow("aborted");
    await vi.advanceTimersByTimeAsync(39_000);
    expect(abort).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(abort).toHaveBeenCalledOnce();
    await outcome;
    vi.useRealTimers();
  });
});
