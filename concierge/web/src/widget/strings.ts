/**
 * The interface's own words, in every language it speaks: each comes on its own, when it is needed. Replies come from the
 * server, in a language of the house's; the interface speaks more than those.
 */

import type { Language } from "../shared/languages.js";
import type en from "./texts/en.json";

type English = typeof en;
/** One wording for each plural category of the language (CLDR); "other" serves those that are not there. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Key = keyof English;
export type Texts = { readonly [Each in Key]: English[Each] extends string ? string : Plural };

type Load = () => Promise<{ default: Texts }>;

/** Does not compile while a complete language of the house, or one of its texts, is missing. */
export const TEXTS = {
  en: () => import("./texts/en.json"),
  fr: () => import("./texts/fr.json"),
  it: () => import("./texts/it.json"),
  de: () => import("./texts/de.json"),
  es: () => import("./texts/es.json"),
  pt: () => import("./texts/pt.json"),
  nl: () => import("./texts/nl.json"),
  ja: () => import("./texts/ja.json"),
  zh: () => import("./texts/zh.json"),
  ko: () => import("./texts/ko.json"),
  ar: () => import("./texts/ar.json"),
  ru: () => import("./texts/ru.json"),
} satisfies Record<Language, Load> & Record<string, Load>;

export type Tongue = keyof typeof TEXTS;

/** The first of these that is a language tag; it goes into a header, where nothing else may. */
export const tagIn = (...candidates: (string | undefined)[]): string =>
  candidates.find((each) => /^[a-z]{2,8}([-_][a-z0-9]{1,8})*$/i.test(each ?? "")) ?? "en";

/** In which language the interface speaks to whoever reads this one, "pt-BR" say. */
export function tongueOf(tag: string): Tongue {
  const primary = tag.toLowerCase().split(/[-_]/)[0] ?? "";
  return Object.hasOwn(TEXTS, primary) ? (primary as Tongue) : "en";
}

export const directionOf = (tongue: Tongue): "ltr" | "rtl" => (tongue === "ar" ? "rtl" : "ltr");

export type Translate = (key: Key, values?: Record<string, string | number>) => string;

/** A text with a plural needs its number as `n`. */
export function translator<Name extends string>(
  texts: { readonly [Each in Name]: string | Plural },
  tongue: string,
): (key: Name, values?: Record<string, string | number>) => string {
  return (key, values = {}) => {
    const found = texts[key];
    const words =
      typeof found === "string" ? found : (found[new Intl.PluralRules(tongue).select(Number(values["n"]))] ?? found.other);
    return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  };
}
