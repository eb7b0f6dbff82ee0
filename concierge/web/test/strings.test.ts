import { describe, expect, it } from "vitest";
import { PRODUCTS } from "../src/shop/catalogue.js";
import { WORDS } from "../src/shop/strings.js";
import { FILE_TEXTS } from "../src/widget/file-texts.js";
import { MORE_TEXTS } from "../src/widget/more-texts.js";
import { LANGUAGES, languageOf } from "../src/shared/languages.js";
import { tagIn, TEXTS, tongueOf, translator, type Plural, type Tongue } from "../src/widget/strings.js";

const variants = (words: string | Plural): string[] => (typeof words === "string" ? [words] : Object.values(words));
const placeholders = (words: string): string[] => [...words.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

/** All that the widget says; keys of files and of what comes later are their own: some are those of other texts, too. */
async function all(tongue: Tongue): Promise<Record<string, string | Plural>> {
  const sets = { files: (await FILE_TEXTS[tongue]()).default, more: (await MORE_TEXTS[tongue]()).default };
  const apart = Object.entries(sets).flatMap(([set, texts]) => Object.entries(texts).map(([key, words]) => [`${set}.${key}`, words]));
  return { ...(await TEXTS[tongue]()).default, ...(Object.fromEntries(apart) as Record<string, string>) };
}

describe.each(Object.keys(TEXTS) as Tongue[])("%s", (tongue) => {
  it("has every string, with the placeholders of the English, and every plural of the language", async () => {
    const [english, texts] = [await all("en"), await all(tongue)];
    // "many" of the Romance languages is for millions, of which nothing here is counted.
    const rules = new Intl.PluralRules(tongue);
    const needed = [...new Set(Array.from({ length: 2001 }, (_, n) => rules.select(n)))];
    expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort());
    for (const [key, words] of Object.entries(english)) {
      const translated = texts[key]!;
      if (typeof words !== "string") expect(Object.keys(translated), key).toEqual(expect.arrayContaining(needed));
      for (const variant of variants(translated)) {
        expect(variant.trim(), key).not.toBe("");
        expect(placeholders(variant), key).toEqual(placeholders(variants(words)[0]!));
      }
    }
  });
});

it("no line of French begins with its punctuation", async () => {
  for (const words of Object.values(await all("fr"))) for (const text of variants(words)) expect(text).not.toMatch(/ [:;?!»]|« /);
});

describe.each(LANGUAGES)("%s", (language) => {
  it("has every word of the shop", () => {
    for (const [key, words] of Object.entries(WORDS)) expect(words[language], key).toBeTruthy();
    for (const product of PRODUCTS)
      for (const words of [product.material, ...product.colours]) expect(words[language], product.id).toBeTruthy();
  });
});

it("finds the language of a tag, English for others", () => {
  expect(["fr-CH", "DE", "es_MX", "ja", ""].map(languageOf)).toEqual(["fr", "de", "es", "en", "en"]);
});

it("speaks to readers of other languages in English", () => {
  expect(["fr-CH", "DE", "es_MX", "eo", "", "__proto__"].map(tongueOf)).toEqual(["fr", "de", "es", "en", "en", "en"]);
});

it("takes nothing for a language tag that could not be sent as one", () => {
  expect(tagIn("", undefined, "pt-BR", "fr")).toBe("pt-BR");
  expect(tagIn("日本語", "en\r\nX: y", "x".repeat(9))).toBe("en");
});

it("fills in, in the singular and the plural", async () => {
  const [t, more] = [translator((await TEXTS.en()).default, "en"), translator((await MORE_TEXTS.en()).default, "en")];
  expect(more("queuePlace", { n: 2 })).toBe("Your place in the queue: 2");
  expect([1, 2].map((n) => t("unread", { n }))).toEqual(["1 new message", "2 new messages"]);
});
