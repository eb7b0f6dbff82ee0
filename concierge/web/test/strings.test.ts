import { describe, expect, it } from "vitest";
import { PRODUCTS } from "../src/shop/catalogue.js";
import { WORDS } from "../src/shop/strings.js";
import { LANGUAGES, languageOf } from "../src/shared/languages.js";
import { TEXTS, translator } from "../src/widget/strings.js";

const placeholders = (words: string): string[] => [...words.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

describe.each(LANGUAGES)("%s", (language) => {
  it("has every string, with the placeholders of the English", () => {
    expect(Object.keys(TEXTS[language]).sort()).toEqual(Object.keys(TEXTS.en).sort());
    for (const [key, words] of Object.entries(TEXTS.en)) {
      const translated = TEXTS[language][key as keyof typeof TEXTS.en];
      expect(translated.trim(), key).not.toBe("");
      expect(placeholders(translated), key).toEqual(placeholders(words));
    }
  });

  it("has every word of the shop", () => {
    for (const [key, words] of Object.entries(WORDS)) expect(words[language], key).toBeTruthy();
    for (const product of PRODUCTS)
      for (const words of [product.material, ...product.colours]) expect(words[language], product.id).toBeTruthy();
  });
});

it("finds the language of a tag, English for others", () => {
  expect(["fr-CH", "DE", "es_MX", "ja", ""].map(languageOf)).toEqual(["fr", "de", "es", "en", "en"]);
});

it("fills in", () => {
  expect(translator("en")("queuePlace", { n: 2 })).toBe("Your place in the queue: 2");
});
