/** The interface's own words, in every language it speaks. Replies come from the server, already in the customer's. */

import type { Language } from "../shared/languages.js";
import de from "./texts/de.json";
import en from "./texts/en.json";
import es from "./texts/es.json";
import fr from "./texts/fr.json";
import it from "./texts/it.json";

export type Key = keyof typeof en;

/** Does not compile while a complete language, or one of its texts, is missing. */
export const TEXTS: Record<Language, Record<Key, string>> = { en, fr, it, de, es };

export type Translate = (key: Key, values?: Record<string, string | number>) => string;

export function translator(language: Language): Translate {
  return (key, values = {}) =>
    TEXTS[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
