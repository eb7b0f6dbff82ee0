/**
 * The desk's own language: English, French or Italian, chosen by the advisor on their device, else the browser's. English
 * sentences are their own keys; the others stand in `texts/`, and a test holds them to the same sentences.
 */

import { kept } from "./kept.js";

export const TONGUES = ["en", "fr", "it"] as const;
export type Tongue = (typeof TONGUES)[number];

const CHOSEN = "desk:language";
const LOCALES: Record<Tongue, string> = { en: "en-GB", fr: "fr", it: "it" };

const isTongue = (code: unknown): code is Tongue => TONGUES.includes(code as Tongue);

function wanted(): Tongue {
  const chosen = kept.onDevice(CHOSEN);
  if (isTongue(chosen)) return chosen;
  const asked = typeof navigator === "undefined" ? [] : navigator.languages.map((tag) => tag.split("-")[0]);
  return asked.find(isTongue) ?? "en";
}

export const LANGUAGE: Tongue = wanted();
export const LOCALE = LOCALES[LANGUAGE];

/** Fetched before anything is drawn; without them the desk speaks English. */
const texts: Record<string, string> = await load().catch(() => ({}));

async function load(): Promise<Record<string, string>> {
  if (LANGUAGE === "fr") return (await import("./texts/fr.json")).default;
  if (LANGUAGE === "it") return (await import("./texts/it.json")).default;
  return {};
}

/** The sentence in the advisor's language; `values` stand in braces in it. */
export function t(sentence: string, values: Record<string, unknown> = {}): string {
  return (texts[sentence] ?? sentence).replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  );
}

/** What the server says in English, in the advisor's language: its refusals, names of topics, queues and channels. */
const server: Record<string, string> = await loadServer().catch(() => ({}));
const patterns = Object.entries(server)
  .filter(([sentence]) => sentence.includes("{"))
  .map(([sentence, text]): [RegExp, string] => [
    new RegExp(`^${sentence.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{(\w+)\}/g, "(?<$1>.+)")}$`),
    text,
  ]);
let titles: Record<string, string> = {};

async function loadServer(): Promise<Record<string, string>> {
  if (LANGUAGE === "fr") return (await import("./texts/server.fr.json")).default;
  if (LANGUAGE === "it") return (await import("./texts/server.it.json")).default;
  return {};
}

/** What topics are called, by their English names: they come from the server. */
export function learnTitles(found: Record<string, string>): void {
  titles = found;
}

export function told(sentence: string): string {
  const whole = titles[sentence] ?? server[sentence];
  if (whole !== undefined) return whole;
  for (const [pattern, text] of patterns) {
    const found = pattern.exec(sentence)?.groups;
    if (found) return text.replace(/\{(\w+)\}/g, (hole, name: string) => found[name] ?? hole);
  }
  return sentence;
}

/** From now on this one; the page is drawn anew. What was being written is kept. */
export function speak(tongue: string): void {
  kept.keepOnDevice(CHOSEN, isTongue(tongue) ? tongue : null);
  location.reload();
}
