import { expect, it } from "vitest";
import { TEXTS, translator } from "../src/widget/strings.js";
import { dayLabel, localeOf, timeLabel, together } from "../src/widget/time.js";

const t = translator((await TEXTS.en()).default, "en");
const now = new Date(2026, 2, 10, 9, 0);
const label = (at: Date): string => dayLabel(at.toISOString(), "en-GB", t, now);

it("names days as people do", () => {
  expect(label(new Date(2026, 2, 10, 0, 1))).toBe("Today");
  expect(label(new Date(2026, 2, 9, 23, 59))).toBe("Yesterday");
  expect(label(new Date(2026, 1, 1))).toBe("1 February");
  expect(label(new Date(2025, 11, 31))).toBe("31 December 2025");
  expect(dayLabel("nonsense", "en-GB", t, now)).toBe("");
});

it("writes times as the customer's country does", () => {
  const at = new Date(2026, 2, 10, 15, 4).toISOString();
  expect(timeLabel(at, "en-GB")).toBe("15:04");
  const night = new Date(2026, 2, 10, 2, 51).toISOString();
  // As CLDR has it: never "02:51 AM".
  expect(["en-GB", "en-US", "fr", "ja"].map((locale) => timeLabel(night, locale).replace(/\s/, " "))).toEqual([
    "02:51", "2:51 AM", "02:51", "2:51",
  ]);
  expect(timeLabel("", "en-GB")).toBe("");
  expect(localeOf("fr", ["en-US", "fr-CH"])).toBe("fr-CH");
  expect(localeOf("en", ["en-US", "en-GB"])).toBe("en-US");
  expect(localeOf("en", ["en", "fr"])).toBe("en-GB");
  expect(localeOf("de", ["de-x"])).toBe("de");
});

it("keeps what was said within minutes together", () => {
  expect(together("2026-03-10T09:00:00Z", "2026-03-10T09:04:00Z")).toBe(true);
  expect(together("2026-03-10T09:00:00Z", "2026-03-10T09:06:00Z")).toBe(false);
});
