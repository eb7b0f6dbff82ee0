/** Codes, money, dates and figures in words an advisor reads at a glance. */

import type { Source } from "../generated/desk.js";
import { list, number, object, text } from "../shared/json.js";

const LOCALE = "en-GB";

// A formatter takes some 50 µs to make and the transcript needs hundreds at every key: each is made once.
const currencies = new Map<string, Intl.NumberFormat>();
const names = {
  language: new Intl.DisplayNames(LOCALE, { type: "language" }),
  region: new Intl.DisplayNames(LOCALE, { type: "region" }),
};
const HOURS = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const DAY = { day: "numeric", month: "short", year: "numeric" } as const;
const days = new Intl.DateTimeFormat(LOCALE, DAY);
const hours = new Intl.DateTimeFormat(LOCALE, HOURS);
const moments = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", ...HOURS });
const momentsOfAnotherYear = new Intl.DateTimeFormat(LOCALE, { ...DAY, ...HOURS });

/** "change_address" → "Change address"; names of replies lose their prefix. */
export function words(code: string): string {
  const plain = code.replace(/^(utter|action)_/, "").replace(/[_.]+/g, " ").trim();
  return plain ? plain[0]!.toUpperCase() + plain.slice(1) : "";
}

export function money(amount: unknown, code: string): string {
  const value = number(amount);
  if (value === null) return text(amount);
  try {
    const known = currencies.get(code) ?? new Intl.NumberFormat(LOCALE, { style: "currency", currency: code });
    currencies.set(code, known);
    return known.format(value);
  } catch {
    return `${value.toFixed(2)} ${code}`;
  }
}

const valid = (iso: unknown): Date | null => {
  const at = new Date(text(iso));
  return Number.isNaN(at.getTime()) ? null : at;
};

export function day(iso: unknown): string {
  const at = valid(iso);
  return at ? days.format(at) : "";
}

/** Day and time; the year only when it is another one. */
export function moment(iso: unknown, now = new Date()): string {
  const at = valid(iso);
  if (!at) return "";
  return (at.getFullYear() === now.getFullYear() ? moments : momentsOfAnotherYear).format(at);
}

export function clock(iso: unknown): string {
  const at = valid(iso);
  return at ? hours.format(at) : "";
}

/** How long somebody has waited, in the largest unit that says enough. */
export function waited(since: string, now = Date.now()): string {
  const at = valid(since);
  if (!at) return "";
  const minutes = Math.max(0, Math.floor((now - at.getTime()) / 60_000));
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
  const days = Math.floor(hours / 24);
  return `${days} ${days === 1 ? "day" : "days"}`;
}

/** A length of time, in the unit that says enough. */
export function span(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
  return `${Math.round(minutes / 1440)} days`;
}

export function ago(since: string, now = Date.now()): string {
  const span = waited(since, now);
  return span === "" || span === "just now" ? span : `${span} ago`;
}

export function language(tag: string): string {
  try {
    return names.language.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

export function country(code: string): string {
  try {
    return names.region.of(code) ?? code;
  } catch {
    return code;
  }
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** A figure's value with its unit: "30 days", "3 to 7 business days"; lists and addresses as they read. */
export function quantity(value: unknown, unit = ""): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  const range = list(value);
  const span = range.length === 2 && range.every((part) => number(part) !== null);
  if (Array.isArray(value) && !span) return range.map((part) => quantity(part)).join(", ");
  if (typeof value === "object" && !span) {
    const parts = object(value);
    if ("amount" in parts && "currency" in parts) return money(parts["amount"], text(parts["currency"]));
    return Object.values(parts).map((part) => quantity(part)).filter(Boolean).join(", ");
  }
  const said = span ? range.map(text).join(" to ") : text(value);
  const measure = ["text", "list", "address", "money", "times", ""].includes(unit) ? "" : unit.replace(/_/g, " ");
  if (unit === "times") return `${said} ${said === "1" ? "time" : "times"}`;
  return [said, said === "1" ? measure.replace(/s$/, "") : measure].filter(Boolean).join(" ");
}

/** "Returns and refunds, Return policy"; a reply's figures name theirs as "document#section". */
export function citation(source: Source | string | undefined): string {
  if (!source) return "";
  if (typeof source === "string") return source.split("#").filter(Boolean).join(", ");
  return [source.document, source.section].filter(Boolean).join(", ");
}

const OUTCOMES: Record<string, string> = {
  yes: "Granted",
  no: "Refused",
  advisor: "For an advisor",
  needs_facts: "Facts missing",
};
export const outcome = (code: string): string => OUTCOMES[code] ?? words(code);

const STATES: Record<string, string> = {
  queued: "Waiting",
  accepted: "Taken",
  resolved: "Resolved",
  returned: "Handed back",
  left: "Left by the customer",
};
export const state = (code: string): string => STATES[code] ?? words(code);

const DEEDS: Record<string, string> = {
  queued: "Handed over by the assistant",
  claimed: "Taken",
  wrote: "Wrote",
  looked_up: "Found by the customer's address",
  revealed: "Saw the contact details",
  handed_back: "Handed back to the assistant",
  resolved: "Resolved",
  left: "Left by the customer",
  noted: "Wrote a note",
  released: "Put back into the queue",
  passed_on: "Passed on",
  taken_over: "Taken over",
  snoozed: "Put aside or taken up",
  reopened: "Reopened",
  customer_gone: "The customer began a new conversation",
  sent_on: "Sent on",
};
export const deed = (code: string): string => DEEDS[code] ?? words(code);
