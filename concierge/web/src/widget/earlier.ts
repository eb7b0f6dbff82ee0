/** Conversations that were put away on this device: for a month, as their tokens hold, and then forgotten when next looked at. */

import { html, type TemplateResult } from "lit";
import { list, object, parse, text } from "../shared/json.js";
import type { Conversation } from "./conversation.js";
import type { MoreTexts } from "./more-texts.js";
import type { Session, Store } from "./storage.js";
import { dayLabel } from "./time.js";
import type { Scene } from "./views.js";

const AT_MOST = 10;
const KEPT = 30 * 86_400_000; // ms
const LONGEST = 60; // letters of what it is called

export interface Earlier {
  session: Session;
  /** How it began, in the customer's words; empty where they have sent no words. */
  title: string;
  /** What they have sent instead, "photo" say. */
  kind: string;
}

/** The latest first; those whose month is over are removed from the device. */
export function earlier(store: Store, now = Date.now()): Earlier[] {
  const kept = list(parse(store.earlier ?? ""));
  const found = kept
    .map(object)
    .map((each) => ({ session: store.readSession(each["session"]), title: text(each["title"]), kind: text(each["kind"]) }))
    .filter((each): each is Earlier => each.session !== null && now - each.session.active < KEPT);
  if (found.length < kept.length) keep(store, found);
  return found;
}

function keep(store: Store, kept: Earlier[]): void {
  store.earlier = kept.length ? JSON.stringify(kept.slice(0, AT_MOST)) : null;
}

/** Keeps the conversation that is about to be put away, if anything was said in it. */
export function putAway(store: Store, { session, messages }: Conversation): void {
  const own = messages.filter(({ role, text }) => role === "customer" && text);
  const said = own.find(({ sent }) => !sent) ?? own[0];
  if (!session || !said) return;
  const title = said.sent ? "" : said.text.slice(0, LONGEST);
  const others = earlier(store).filter((each) => each.session.conversation !== session.conversation);
  keep(store, [{ session, title, kind: said.sent?.kind ?? "" }, ...others]);
}

/** One that is taken up again is no longer among those of before. */
export function takeOut(store: Store, { session }: Earlier): void {
  keep(store, earlier(store).filter((each) => each.session.conversation !== session.conversation));
}

export const forget = (store: Store): void => keep(store, []);

export function earlierView(
  found: readonly Earlier[],
  { t, locale, kind }: Scene,
  more: MoreTexts,
  take: (one: Earlier) => void,
  forgetAll: () => void,
): TemplateResult {
  return html`<div class="bar" role="group" aria-label=${more("earlier")} data-bar="earlier">
    <ul class="earlier">
      ${found.map(
        (one) => html`<li>
          <button type="button" @click=${() => take(one)}>
            <small>${dayLabel(new Date(one.session.active).toISOString(), locale, t)}</small> <span dir="auto">${one.title || kind(one.kind)}</span>
          </button>
        </li>`,
      )}
    </ul>
    <button class="link" type="button" @click=${forgetAll}>${more("forget")}</button>
  </div>`;
}
