/** As `TEXTS`, for what is said of photos and files: fetched with the open panel. */

import type { Tongue } from "./strings.js";

type FileTexts = typeof import("./texts/files/en.json");
export type FileKey = keyof FileTexts;

export const FILE_TEXTS = {
  en: () => import("./texts/files/en.json"),
  fr: () => import("./texts/files/fr.json"),
  it: () => import("./texts/files/it.json"),
  de: () => import("./texts/files/de.json"),
  es: () => import("./texts/files/es.json"),
  pt: () => import("./texts/files/pt.json"),
  nl: () => import("./texts/files/nl.json"),
  ja: () => import("./texts/files/ja.json"),
  zh: () => import("./texts/files/zh.json"),
  ko: () => import("./texts/files/ko.json"),
  ar: () => import("./texts/files/ar.json"),
  ru: () => import("./texts/files/ru.json"),
} satisfies Record<Tongue, () => Promise<{ default: Record<FileKey, string> }>>;
