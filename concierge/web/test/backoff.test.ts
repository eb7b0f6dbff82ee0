import { expect, it } from "vitest";
import { backoff, pause } from "../src/shared/backoff.js";

it("doubles up to the cap, and never waits less than half", () => {
  const longest = [0, 1, 2, 3, 20].map((attempt) => backoff(attempt, { base: 1000, cap: 8000, random: () => 1 }));
  expect(longest).toEqual([1000, 2000, 4000, 8000, 8000]);
  expect(backoff(2, { base: 1000, cap: 8000, random: () => 0 })).toBe(2000);
});

it("ends a pause when told to", async () => {
  const stop = new AbortController();
  const waiting = pause(60_000, stop.signal);
  stop.abort();
  await waiting;
  await pause(60_000, stop.signal);
});
