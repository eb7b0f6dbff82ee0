/** The house's languages, from the registry that the server reads too. */

import registry from "../../../../data/languages.json";

export type Language = keyof typeof registry.complete;
export const LANGUAGES = Object.keys(registry.complete) as Language[];

const begun: Record<string, { fallback: string }> = registry.begun;
const isLanguage = (code: string): code is Language => code in registry.complete;

/** The language to answer a tag such as "fr-CH" in; English where the house has not begun to speak it. */
export function languageOf(tag: string): Language {
  const primary = tag.toLowerCase().split(/[-_]/)[0] ?? "";
  const spoken = begun[primary]?.fallback ?? primary;
  return isLanguage(spoken) ? spoken : "en";
}

/** How dates and times are written in the language where the browser does not say. */
export const localeIn = (language: Language): string => registry.complete[language].locale;

/** What the language is called by who speaks it: `Intl.DisplayNames` takes a slow phone up to a quarter of a second. */
export const ownName = (language: Language): string => registry.complete[language].name;
