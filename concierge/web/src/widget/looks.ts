/** Where the customer is in the shop, told to the advisor whom they wait for or write to; to nobody before. */

import type { LooksAt } from "../generated/website.js";
import type { Conversation } from "./conversation.js";

/** What the shop has told of its page. */
export interface Shown {
  readonly product: string;
  readonly bag: readonly string[];
}

/** What was told last, and in which conversation. */
let told = "";

/** Called whenever the panel is drawn; asks the server only where there is something new. */
export function tellPage(talk: Conversation, { product, bag }: Shown): void {
  if (talk.status.owner === "assistant") return;
  const looks: LooksAt = { page: location.origin + location.pathname, product, bag: [...bag] };
  const body = JSON.stringify(looks);
  if (told === talk.id + body) return;
  told = talk.id + body;
  const ask = { method: "POST", credentials: "omit", cache: "no-store", body } as const;
  void talk
    .using((api, token) => fetch(`${api.endpoint}/page`, { ...ask, headers: { ...api.headers(token), "Content-Type": "application/json" } }))
    .catch(() => (told = ""));
}
