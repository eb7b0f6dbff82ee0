/** As `TEXTS`, for what is said once the customer has spoken: fetched then. */

import type { Tongue } from "./strings.js";

export type MoreTexts = (key: MoreKey, values?: Record<string, string | number>) => string;

type MoreWords = typeof import("./texts/more/en.json");
export type MoreKey = keyof MoreWords;

export const MORE_TEXTS = {
  en: () => import("./texts/more/en.json"),
  fr: () => import("./texts/more/fr.json"),
  it: () => import("./texts/more/it.json"),
  de: () => import("./texts/more/de.json"),
  es: () => import("./texts/more/es.json"),
  pt: () => import("./texts/more/pt.json"),
  nl: () => import("./texts/more/nl.json"),
  ja: () => import("./texts/more/ja.json"),
  zh: () => import("./texts/more/zh.json"),
  ko: () => import("./texts/more/ko.json"),
  ar: () => import("./texts/more/ar.json"),
  ru: () => import("./texts/more/ru.json"),
} satisfies Record<Tongue, () => Promise<{ default: Record<MoreKey, string> }>>;
