import { expect, it } from "vitest";
import { LANGUAGES } from "../src/shared/languages.js";
import { euros } from "../src/shop/prices.js";

it.each(LANGUAGES)("writes prices in %s as Intl does", (language) => {
  const format = new Intl.NumberFormat(language, { style: "currency", currency: "EUR", maximumFractionDigits: 0 });
  for (const amount of [90, 795, 2390, 12_390, 1_250_000]) expect(euros(amount, language)).toBe(format.format(amount));
});
