/** How messages look. Pure: from data to templates, nothing is remembered here. */

import { html, nothing, type TemplateResult } from "lit";
import { followable } from "../shared/address.js";
import { plainText, saidBy } from "../shared/rich-text.js";
import { chosen, isOver, isRepeated, type Card, type Message, type SentFile, type Status } from "./model.js";
import type { Outgoing } from "./outbox.js";
import type { Translate } from "./strings.js";
import { dayLabel, timeLabel, together } from "./time.js";

export type Template = TemplateResult | typeof nothing;

export interface Scene {
  t: Translate;
  locale: string;
  messages: readonly Message[];
  /** Whether a button may still be taken: only the assistant understands them. */
  answerable: boolean;
  /** Draws cards; nothing until what draws them is there. */
  cards: (cards: readonly Card[], scene: Scene) => Template;
  /** Draws what was sent with a message; null until its words are there. */
  file: (seq: number, file: SentFile) => TemplateResult | null;
  /** What a kind of file is called, "photo" say. */
  kind: (kind: string) => string;
  status: Status;
  /** Draws that an advisor has read a message, likewise. */
  read: (message: Message, scene: Scene) => Template;
  /** Draws what may be filled in, likewise. */
  form: (message: Message, scene: Scene) => Template;
  /** Draws the question how it was, likewise. */
  rating: (message: Message, scene: Scene) => Template;
  onRate: (score: number, comment: string) => Promise<void>;
  onSay: (words: string) => void;
  /** Whether something of the customer is on its way. */
  sending: boolean;
  onChoice: (message: Message, index: number) => void;
  onRetry: (key: string) => void;
  onDiscard: (key: string) => void;
}

const EVENTS: Record<string, "eventQueued" | "eventJoined" | "eventHandedBack" | "eventResolved" | "eventLeft" | "rateThanks"> = {
  handoff_queued: "eventQueued",
  advisor_joined: "eventJoined",
  handed_back: "eventHandedBack",
  case_resolved: "eventResolved",
  customer_left: "eventLeft",
  satisfaction: "rateThanks",
};

export function image(source: string, alt: string): Template {
  const href = followable(source);
  return href ? html`<img class="picture" src=${href} alt=${alt} loading="lazy" />` : nothing;
}

export function anchor(href: string, label: string, scene: Scene, name = ""): Template {
  const safe = followable(href);
  if (!safe) return html`${label}`;
  return html`<a class=${name} href=${safe} target="_blank" rel="noopener noreferrer"
    >${label}<span class="unseen"> (${scene.t("newTab")})</span></a
  >`;
}

const fileName = (href: string): string => href.split(/[?#]/)[0]?.split("/").at(-1) || href;

/** What a button chooses, shown beside the others of its kind. */
function tile({ title, detail, value, image: source }: Card["items"][number]): Template {
  return html`${source ? image(source, "") : nothing}<span class="piece">${title}</span>
    ${[detail, value].map((each) => (each ? html`<small>${each}</small>` : nothing))}`;
}

function replies(message: Message, scene: Scene): Template {
  if (!message.buttons.length) return nothing;
  if (isRepeated(message, scene.messages)) return nothing;
  const taken = chosen(message, scene.messages);
  const open = taken === null && scene.answerable && !isOver(message, scene.messages);
  const { choices } = message;
  return html`<ul class="replies ${choices.length ? "shelf" : ""}" aria-label=${scene.t("options")}>
    ${message.buttons.map(
      (title, index) =>
        html`<li>
          <button
            class="reply ${taken === index ? "chosen" : ""}"
            type="button"
            dir="auto"
            data-index=${index}
            ?disabled=${!open}
            @click=${() => scene.onChoice(message, index)}
          >
            ${choices[index] ? tile(choices[index]) : title}${taken === index ? html`<span class="unseen"> (${scene.t("chosen")})</span>` : nothing}
          </button>
        </li>`,
    )}
  </ul>`;
}

export function nameOf(role: Message["role"], author: string, t: Translate): string {
  if (role === "customer") return t("you");
  return role === "advisor" ? author || t("advisorRole") : t("assistant");
}

function event(message: Message, scene: Scene): Template {
  const key = EVENTS[message.event];
  const words = key ? scene.t(key, { name: message.author || scene.t("advisorRole") }) : message.text;
  return words ? html`<p class="event" data-event=${message.event} data-seq=${message.seq}>${words}</p>
    ${message.asks ? scene.rating(message, scene) : nothing}` : nothing;
}

/** One message, with what comes before it (a new day, another speaker) and after it (the time). */
export function messageView(message: Message, index: number, scene: Scene): Template {
  const { t, locale, messages } = scene;
  const before = messages[index - 1];
  const after = messages[index + 1];
  const day = dayLabel(message.createdAt, locale, t);
  const newDay = day && (!before || dayLabel(before.createdAt, locale, t) !== day);
  const stamp = newDay ? html`<p class="day">${day}</p>` : nothing;
  if (message.role === "system") return html`${stamp}${event(message, scene)}`;
  const first = newDay || before?.role !== message.role || before.author !== message.author;
  const last = !after || !together(message.createdAt, after.createdAt);
  const name = nameOf(message.role, message.author, t);
  // Article 50 of the EU's AI Act: who talks with a machine is told so, at the latest when it first speaks.
  const machine = message.role === "assistant" && messages.find((each) => each.role === "assistant") === message;
  return html`${stamp}${machine ? html`<p class="event" data-notice="machine">${t("machine")}</p>` : nothing}
    <div
      class="message ${message.role} ${first ? "first" : ""}"
      data-role=${message.role}
      data-kind=${message.kind}
      data-seq=${message.seq}
    >
      <span class=${first && message.role === "advisor" ? "name" : "unseen"}>${name}<span class="unseen">: </span></span>
      ${(message.sent && scene.file(message.seq, message.sent)) ??
      html`<div class="words" dir="auto" lang=${message.lang || nothing}>${saidBy(message.role, message.text)}</div>`}
      ${message.image ? image(message.image, message.alt || t("image")) : nothing}
      ${message.file ? anchor(message.file, fileName(message.file), scene, "more") : nothing}
      ${message.cards.length ? scene.cards(message.cards, scene) : nothing}
      ${message.form ? scene.form(message, scene) : nothing} ${replies(message, scene)}
      ${last && message.createdAt
        ? html`<time class="time" datetime=${message.createdAt}>${timeLabel(message.createdAt, locale)}</time>`
        : nothing}
      ${scene.read(message, scene)}
    </div>`;
}

/** What the customer wrote and the server has not confirmed yet, with the truth about it. */
export function outgoingView(item: Outgoing, first: boolean, scene: Scene): Template {
  const { t } = scene;
  const failed = item.delivery === "refused";
  return html`<div
    class="message customer ${first ? "first" : ""} ${failed || item.delivery === "sent" ? "" : "pending"}"
    data-role="customer"
    data-delivery=${item.delivery}
  >
    <span class="unseen">${t("you")}: </span>
    <div class="words" dir="auto">${plainText(item.text)}</div>
    ${failed
      ? html`<div class="failure">
          ${item.refused === "refused" ? t("refused") : item.refused}
          <button class="link" type="button" @click=${() => scene.onRetry(item.key)}>${t("retry")}</button>
          <button class="link" type="button" @click=${() => scene.onDiscard(item.key)}>${t("discard")}</button>
        </div>`
      : html`<span class="time"
          >${item.delivery === "waiting"
            ? t("waitingNetwork")
            : item.delivery === "sent"
              ? timeLabel(item.at, scene.locale)
              : t("sending")}</span
        >`}
  </div>`;
}
