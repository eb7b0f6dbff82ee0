/** Codes, money, dates and figures in words an advisor reads at a glance. */

import type { CaseRow, Colleague, Source } from "../generated/desk.js";
import { list, number, object, text } from "../shared/json.js";
import { LANGUAGE, LOCALE, t } from "./tongue.js";

export { LANGUAGE, LOCALE };

// A formatter takes some 50 µs to make and the transcript needs hundreds at every key: each is made once.
const currencies = new Map<string, Intl.NumberFormat>();
const zones = new Map<string, Intl.DateTimeFormat>();
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
  return plain ? t(plain[0]!.toUpperCase() + plain.slice(1)) : "";
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

/** What time it is there, and where that is; empty where the zone is not known. */
export function localTime(zone: string | undefined, now = new Date()): string {
  if (!zone || zone === "UTC") return "";
  try {
    const there = zones.get(zone) ?? new Intl.DateTimeFormat(LOCALE, { weekday: "short", ...HOURS, timeZone: zone });
    zones.set(zone, there);
    return `${there.format(now)}, ${zone.split("/").at(-1)!.replace(/_/g, " ")}`;
  } catch {
    return "";
  }
}

/** "fr" of "fr-CH". */
export const base = (tag: string): string => tag.split("-")[0]!;

export function clock(iso: unknown): string {
  const at = valid(iso);
  return at ? hours.format(at) : "";
}

/** How long somebody has waited, in the largest unit that says enough. */
export function waited(since: string, now = Date.now()): string {
  const at = valid(since);
  if (!at) return "";
  const minutes = Math.max(0, Math.floor((now - at.getTime()) / 60_000));
  if (minutes < 1) return t("just now");
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
  const days = Math.floor(hours / 24);
  return days === 1 ? t("1 day") : t("{count} days", { count: days });
}

/** How a first answer stands against when it is due; nothing where none is awaited. */
export interface Due {
  how: "calm" | "soon" | "late";
  says: string;
}

const SOON = 0.25; // of the time that there was

export function dueIn({ due_at, replied_at, waiting_since }: CaseRow, now = Date.now()): Due | null {
  if (!due_at || replied_at) return null;
  const left = new Date(due_at).getTime() - now;
  if (left < 0) return { how: "late", says: t("late by {time}", { time: span(Math.round(-left / 1000)) }) };
  const all = new Date(due_at).getTime() - new Date(waiting_since).getTime();
  return { how: left < all * SOON ? "soon" : "calm", says: t("due in {time}", { time: span(Math.round(left / 1000)) }) };
}

/** A length of time, in the unit that says enough. */
export function span(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
  return t("{count} days", { count: Math.round(minutes / 1440) });
}

/** "2 of 5 cases" */
export function loadOf({ cases: count, capacity }: Colleague): string {
  if (capacity !== null) return t("{count} of {capacity} cases", { count, capacity });
  return count === 1 ? t("1 case") : t("{count} cases", { count });
}

export const PRESENCES: [Colleague["presence"], string][] = [
  ["here", t("Here")],
  ["away", t("Away")],
  ["off", t("Off")],
];

export function ago(since: string, now = Date.now()): string {
  const span = waited(since, now);
  return span === "" || span === t("just now") ? span : t("{time} ago", { time: span });
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

export const decimal = (value: number): string => new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 }).format(value);

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
  yes: t("Granted"),
  no: t("Refused"),
  advisor: t("For an advisor"),
  needs_facts: t("Facts missing"),
};
export const outcome = (code: string): string => OUTCOMES[code] ?? words(code);

const STATES: Record<string, string> = {
  queued: t("Waiting"),
  accepted: t("Taken"),
  resolved: t("Resolved"),
  returned: t("Handed back"),
  left: t("Left by the customer"),
  merged: t("Merged into another case"),
};
export const state = (code: string): string => STATES[code] ?? words(code);

const DEEDS: Record<string, string> = {
  queued: t("Handed over by the assistant"),
  claimed: t("Taken"),
  wrote: t("Wrote"),
  rated: t("The customer said how it was"),
  looked_up: t("Found by the customer's address"),
  revealed: t("Saw the contact details"),
  mailed: t("Sent the transcript to the customer"),
  handed_back: t("Handed back to the assistant"),
  resolved: t("Resolved"),
  left: t("Left by the customer"),
  noted: t("Wrote a note"),
  released: t("Put back into the queue"),
  passed_on: t("Passed on"),
  taken_over: t("Taken over"),
  merged: t("Merged"),
  snoozed: t("Put aside or taken up"),
  reopened: t("Reopened"),
  overdue: t("Not answered in time"),
  unattended: t("Off while the customer waited, so back into the queue"),
  customer_gone: t("The customer began a new conversation"),
  customer_back: t("The customer is back in this conversation"),
  sent_on: t("Sent on"),
};
export const deed = (code: string): string => DEEDS[code] ?? words(code);
