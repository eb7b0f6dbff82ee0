import { expect, it } from "vitest";
import { readStatus } from "../src/widget/model.js";
import { MORE_TEXTS } from "../src/widget/more-texts.js";
import { initials, waitLabel } from "../src/widget/people.js";
import { translator } from "../src/widget/strings.js";

const t = translator((await MORE_TEXTS.en()).default, "en");
const waited = (least: number, most: number, locale = "en-GB"): string => waitLabel(readStatus({ wait: { least, most } }), locale, t);

it("tells how long others waited, no more exactly than it is known", () => {
  expect(waited(5, 20)).toBe("In the last hours a first answer took 5–20 minutes.");
  expect(waited(0, 5)).toBe("In the last hours a first answer took up to 5 minutes.");
  expect(waited(70, 130)).toBe("In the last hours a first answer took 1–3 hours.");
  expect(waited(90, 115)).toBe("In the last hours a first answer took 1–2 hours.");
  expect(waited(20, 60, "de")).toContain("20–60 Minuten");
  expect(waitLabel(readStatus({ wait: null }), "en", t)).toBe("");
});

it("has letters for whoever has no portrait", () => {
  expect(["Camille", "anne-sophie de Roux", "李 娜", "  Antoine "].map(initials)).toEqual(["C", "AS", "李娜", "A"]);
});
