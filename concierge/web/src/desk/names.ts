/** What intents and reasons are called, as the server says it: a code is shown to no advisor, but beside its name in details. */

import type { Names } from "../generated/desk.js";
import { words } from "./format.js";

let known: Names = {};

export function learn(names: Names): void {
  known = names;
}

/** Another value once the names are there. */
export const namesKnown = (): Names => known;

/** Of an intent, of a single question of one (`topic/facet`), or of a reason. */
export const named = (code: string): string => known[code.split("/")[0] ?? ""] ?? words(code);

const CHANNELS: Record<string, string> = {
  website: "Website",
  rest: "Another program of the house",
  rest_server: "Another program of the house",
  rest_anonymous: "Another program, without proof of who it is",
  whatsapp: "WhatsApp",
  wechat: "WeChat",
  line: "LINE",
  twilio: "Text message",
};
export const channel = (code: string): string => CHANNELS[code] ?? words(code);
