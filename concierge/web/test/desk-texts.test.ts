import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";

const FOLDER = new URL("../src/desk/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, FOLDER), "utf-8");
const sources = readdirSync(FOLDER).filter((name) => name.endsWith(".ts"));

/** What stands in the sources as `t("…")`. */
const said = new Set(sources.flatMap((name) => [...read(name).matchAll(/(?<![\w.#])t\(\s*"((?:[^"\\]|\\.)*)"/g)].map((found) => found[1]!)));
/** What the server's codes are called: a code becomes words, which are looked up as well. */
const CODES = [
  ...["Urgent", "High", "Normal", "Low"],
  ...["Return", "Exchange", "Cancel", "Repair", "Warranty", "Change address", "Alteration"],
  ...["Confirmed", "Preparing", "Dispatched", "Delivered", "Returned to warehouse", "Cancelled"],
  ...["Online", "Boutique", "Outlet", "Advisor", "Lead", "Shoes", "Bags"],
];
const holes = (sentence: string): string[] => [...sentence.matchAll(/\{\w+\}/g)].map(String).sort();

describe("what the server says", () => {
  it("stays as it is in English, and where it is not known", async () => {
    const { learnTitles, told } = await import("../src/desk/tongue.js");
    expect(told("Nothing that anybody knows.")).toBe("Nothing that anybody knows.");
    learnTitles({ "Return an item": "Retourner un article" });
    expect(told("Return an item")).toBe("Retourner un article");
    learnTitles({});
  });

  it("is found with what is filled in", async () => {
    vi.resetModules();
    vi.stubGlobal("navigator", { languages: ["fr-FR"] });
    const { told } = await import("../src/desk/tongue.js");
    expect(told("Camille has already taken this case.")).toBe("Camille a déjà pris ce dossier.");
    expect(told("The case does not tell its {tracking}. Choose another.")).toBe("Le dossier ne dit pas ceci\u00a0: {tracking}. Choisissez-en un autre.");
    expect(told("Repairs")).toBe("Réparations");
    vi.unstubAllGlobals();
    vi.resetModules();
  });
});

describe.each(["fr", "it"])("the desk in %s", (tongue) => {
  const texts = JSON.parse(read(`texts/${tongue}.json`)) as Record<string, string>;

  it("says every sentence, and no other", () => {
    expect([...said].filter((sentence) => !texts[sentence])).toEqual([]);
    expect(Object.keys(texts).filter((sentence) => !said.has(sentence) && !CODES.includes(sentence))).toEqual([]);
    expect(CODES.filter((code) => !texts[code])).toEqual([]);
  });

  it("fills in the same values", () => {
    for (const [sentence, text] of Object.entries(texts)) expect(holes(text), sentence).toEqual(holes(sentence));
  });

  it("does not shout, and leaves no space at an edge that English has not", () => {
    for (const [sentence, text] of Object.entries(texts)) {
      expect(text).not.toContain("!");
      expect(text).toBe(text.trim());
      expect(text.startsWith(","), sentence).toBe(sentence.startsWith(","));
    }
  });
});

it("no line of French begins with its punctuation", () => {
  for (const name of ["texts/fr.json", "texts/server.fr.json"])
    for (const text of Object.values(JSON.parse(read(name)) as Record<string, string>)) expect(text).not.toMatch(/ [:;?!»]|« /);
});

it("no words stand in a template by themselves", () => {
  const bare = sources.flatMap((name) => [...read(name).matchAll(/(?<==)>(?!\s*[=(])|>\s*([A-Z][a-z]+(?: [a-z]+)*)[.,]?\s*<\//g)].map((found) => found[1]).filter(Boolean));
  expect(bare).toEqual([]);
});
