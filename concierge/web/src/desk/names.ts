/** What intents, reasons and channels are called, as the server says it: a code is shown to no advisor, but beside its name in details. */

import type { Names } from "../generated/desk.js";
import { words } from "./format.js";
import { learnTitles, told } from "./tongue.js";

let known: Names = { codes: {}, channels: {}, files: [], intents: [], titles: {}, translator: false };

let sorted: readonly [string, string][] | null = null;

export function learn(names: Names): void {
  known = names;
  sorted = null;
  learnTitles(names.titles);
}

/** Another value once the names are there. */
export const namesKnown = (): Names => known;

/** Of an intent, of a single question of one (`topic/facet`), or of a reason. */
export const named = (code: string): string => told(known.codes[code.split("/")[0] ?? ""] ?? words(code));

/** By which way a customer came. */
export const channel = (code: string): string => told(known.channels[code] ?? words(code));

/** Whether an advisor's file reaches the customer on it. */
export const takesFiles = (code: string): boolean => known.files.includes(code);

/** Whether the customer writes elsewhere than on the website, or in a program that shows it by itself. */
export const inMessenger = (code: string): boolean => code !== "website" && !code.startsWith("rest");

/** What a message may be marked as, by name. */
export const meanings = (): readonly [string, string][] =>
  (sorted ??= known.intents.map((code): [string, string] => [code, named(code)]).sort((a, b) => a[1].localeCompare(b[1])));

export const mayMean = (code: string): boolean => known.intents.includes(code);

/** Whether customers' words can be translated. */
export const translates = (): boolean => known.translator;
