/** Dates and times as the customer's language writes them. */

import type { Hours } from "../generated/website.js";
import type { Translate } from "./strings.js";

/**
 * The customer's own variant of the language, where the shop's page tells it, else where the browser does: "fr-CH" writes
 * times as the Swiss do.
 */
export function localeOf(tongue: string, tags: readonly string[]): string {
  const own = tags.find((tag) => tag.includes("-") && tag.toLowerCase().split("-")[0] === tongue);
  try {
    return own ? Intl.getCanonicalLocales(own)[0]! : inEurope(tongue);
  } catch {
    return inEurope(tongue);
  }
}

/** English alone says neither how a day nor how an hour is written. */
const inEurope = (tongue: string): string => (tongue === "en" ? "en-GB" : tongue);

const formats = new Map<string, Intl.DateTimeFormat>();

/** Made once: to make one takes longer than to draw a message, and there are hundreds of messages. */
function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = locale + JSON.stringify(options);
  const found = formats.get(name) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(name, found);
  return found;
}

const startOfDay = (at: Date): number => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();

/** "Today", "Yesterday", else the day written out; the year only when it is another one. Empty for what is no date. */
export function dayLabel(iso: string, locale: string, t: Translate, now = new Date()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
  if (days === 0) return t("today");
  if (days === 1) return t("yesterday");
  const year = at.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return format(locale, { day: "numeric", month: "long", year }).format(at);
}

export function timeLabel(iso: string, locale: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  return format(locale, { timeStyle: "short" }).format(at);
}

/** Whether two moments belong under one time stamp. */
export function together(a: string, b: string): boolean {
  return Math.abs(new Date(a).getTime() - new Date(b).getTime()) < 5 * 60_000;
}

/** When client service is there, in a sentence: by the clock of the place, which is named. Empty where it always is, or never. */
export function hoursLabel({ place, zone, until, opens }: Hours, locale: string, t: Translate): string {
  const at = until ?? opens;
  if (!at) return "";
  const parts: Intl.DateTimeFormatOptions = { hour: "numeric", minute: "2-digit", timeZone: zone };
  const written = (more: Intl.DateTimeFormatOptions): string => format(locale, { ...parts, ...more }).format(new Date(at));
  return until ? t("advisorsUntil", { time: written({}), place }) : t("advisorsFrom", { when: written({ weekday: "long" }), place });
}
