/** Prices in whole euros, as each language writes them (CLDR, which the test holds them against). */

import type { Language } from "../shared/languages.js";

/**
 * What stands between thousands, and from how many digits on. `Intl.NumberFormat` does the same: but whatever of `Intl` a
 * page uses first holds a slow phone up for a tenth of a second, while nothing is on its screen yet.
 */
const THOUSANDS: Record<Language, readonly [string, number]> = {
  en: [",", 4],
  fr: ["\u202f", 4],
  it: [".", 5],
  de: [".", 4],
  es: [".", 5],
};

export function euros(amount: number, language: Language): string {
  const [between, from] = THOUSANDS[language];
  const digits = String(amount);
  const written = digits.length < from ? digits : digits.replace(/\B(?=(\d{3})+$)/g, between);
  return language === "en" ? `€${written}` : `${written}\u00a0€`;
}
