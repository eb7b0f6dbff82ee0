/**
 * The conversation as the advisor reads it: every role, and for each turn of the assistant what it understood and on which
 * figures and sources it answered. The bar beside a customer's words is as dark as the assistant was sure of them.
 */

import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import type { Detail, Message, Payload } from "../generated/desk.js";
import { richText, saidBy } from "../shared/rich-text.js";
import { deliveryView, undelivered, unknown } from "./delivery.js";
import type { Desk } from "./desk.js";
import { sentView } from "./enclosures.js";
import { clock, day, LANGUAGE, moment, words } from "./format.js";
import "./meaning.js";
import type { Marking } from "./meaning.js";
import { channel, namesKnown } from "./names.js";
import type { Outgoing } from "./outbox.js";
import type { Template } from "./term.js";
import { answeredBy, sureness, understood } from "./understood.js";
import { t, told } from "./tongue.js";
import { blocks, type Block } from "./unrolled.js";

const UNSURE = 0.6;
const TOGETHER = 5 * 60_000; // ms

const EVENTS: Record<string, (who: string, payload: Payload) => string> = {
  handoff_queued: () => t("Handed over by the assistant"),
  advisor_joined: (who) => t("{name} took the case", { name: who || t("An advisor") }),
  handed_back: (who) => t("{name} handed back to the assistant", { name: who || t("The advisor") }),
  case_resolved: (who) => t("{name} resolved the case", { name: who || t("The advisor") }),
  customer_left: () => t("The customer went back to the assistant"),
  case_released: (who) => t("{name} put the case back into the queue", { name: who || t("The advisor") }),
  case_passed_on: (who, { to }) => t("{name} passed the case to {to}", { name: who || t("An advisor"), to }),
  case_taken_over: (who, { from }) => from
      ? t("{name} took the case over from {from}", { name: who || t("A lead"), from })
      : t("{name} took the case over", { name: who || t("A lead") }),
  case_merged: (who, { into }) =>
    into
      ? t("{name} merged the case into another one of the customer", { name: who || t("An advisor") })
      : t("{name} merged another case of the customer into this one", { name: who || t("An advisor") }),
  case_snoozed: (who, { until }) =>
    until
      ? t("{name} put the case aside until {time}", { name: who || t("The advisor"), time: moment(until) })
      : t("{name} took it up again", { name: who || t("The advisor") }),
  case_reopened: (who) => t("{name} reopened the case", { name: who || t("An advisor") }),
  case_overdue: (_who, { priority }) =>
    t("Not answered in time: priority {priority}, leads and the customer were told", { priority: words(priority ?? "").toLowerCase() }),
  case_unattended: (who) =>
    t("{name} was off while the customer waited: the case went back into the queue", { name: who || t("The advisor") }),
  customer_ended: () => t("The customer began a new conversation and no longer reads this one"),
  customer_back: () => t("The customer is back in this conversation"),
  satisfaction: (_, { score }) => t("The customer says how it was: {score} of 5", { score }),
  noted: (who) => t("{name} noted", { name: who || t("An advisor") }),
  stopped: () => t("The customer takes no more messages on this channel"),
  started: () => t("The customer takes messages on this channel again"),
  not_delivered: (_, { reason }) => unknown(reason) || t("Not delivered to the customer"),
  went_on: (_, { channel: way }) =>
    t("The customer goes on in {channel}; the website shows the conversation, too", { channel: channel(way ?? "") }),
  file_not_safe: () => t("The customer sent a file in which something harmful was found; it was not kept"),
  withdrawn: () => t("The customer deleted a message on the channel; nothing of it is kept"),
  orders_back: () => t("The order system answers again; the customer asked to be told"),
  orders_still_down: () => t("The order system still does not answer; the customer waits to be told"),
  details_looked_up: (who) => t("{name} found the case by the customer's address", { name: who || t("An advisor") }),
  transcript_mailed: (who) => t("{name} sent the transcript to the customer", { name: who || t("An advisor") }),
  transcript_taken: () => t("The customer had the transcript sent to their address"),
  details_revealed: (who) => t("{name} saw the contact details", { name: who || t("An advisor") }),
};

function light(confidence: number | null): string {
  if (confidence === null) return "";
  return confidence >= 0.85 ? "sure" : confidence >= UNSURE ? "fair" : "unsure";
}

/** Where the customer has put an earlier message into other words. */
function edited({ meta }: Message, { messages }: Detail): Template {
  if (!meta.edits) return nothing;
  const earlier = messages.find(({ seq }) => seq === meta.edits);
  return html`<span class="doubt">${earlier ? t("Edits what was written at {time}", { time: clock(earlier.created_at) }) : t("Edits an earlier message")}</span>`;
}

function mapLink({ payload }: Message): Template {
  const place = payload.attachment?.place;
  if (!place) return nothing;
  const [latitude, longitude] = place;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return html`<p class="extra"><a class="link" href=${map} target="_blank" rel="noopener noreferrer">${t("Show on a map")}</a></p>`;
}

function extras(message: Message): Template {
  const buttons = (message.payload.buttons ?? []).map((button) => button.title);
  const cards = (message.payload.cards ?? []).map((card) => [card.title, card.badge].filter(Boolean).join(", "));
  return html`${cards.length ? html`<p class="extra">${t("Card: {titles}", { titles: cards.join("; ") })}</p>` : nothing}
  ${buttons.length ? html`<p class="extra">${t("Offered: {titles}", { titles: buttons.join(" · ") })}</p>` : nothing}`;
}

/** Whether the same person goes on speaking: their name need not be said again. */
function goesOn(before: Message | undefined, message: Message): boolean {
  if (!before || before.role !== message.role || before.author !== message.author || before.role === "system") return false;
  return new Date(message.created_at).getTime() - new Date(before.created_at).getTime() < TOGETHER;
}

/** What is drawn of a transcript, besides its messages. */
interface Drawn {
  all: boolean;
  /** The last message that was seen before, where there are newer ones. */
  unreadFrom: number | null;
  /** The advisor's last message that the customer has read, and when they last looked. */
  read: { seq: number; at: string } | null;
  /** Customers' words in the advisor's language, by the message's number. */
  translated: ReadonlyMap<number, string>;
  mark: Marking;
}

function turn(message: Message, index: number, detail: Detail, drawn: Drawn, desk: Desk): Template {
  const payload = message.payload;
  const { all, unreadFrom, read } = drawn;
  const before = detail.messages[index - 1];
  const newDay = day(before?.created_at) !== day(message.created_at);
  const unread = unreadFrom !== null && message.seq > unreadFrom && (before?.seq ?? 0) <= unreadFrom && before;
  const stamp = html`${newDay ? html`<li class="date">${day(message.created_at)}</li>` : nothing}${unread
    ? html`<li class="unread"><span>${t("New since you looked")}</span></li>`
    : nothing}`;
  // Who passed a case on is told in a row of its own; this one is the customer's.
  if ((payload.event === "advisor_joined" || payload.event === "handed_back") && payload.by) return stamp;
  if (message.role === "system") {
    const code = payload.event ?? "";
    const told = EVENTS[code]?.(payload.advisor || message.author, payload) ?? (message.text || words(code));
    const failed = code === "not_delivered" || code === "stopped" ? undelivered(payload.reason ?? "") : undefined;
    const note = payload.note ?? (code === "satisfaction" ? message.text : failed);
    return html`${stamp}
      <li class="event" data-event=${code} data-seq=${message.seq}>
        <span>${told}, ${clock(message.created_at)}</span>${note ? html`<q>${note}</q>` : nothing}
      </li>`;
  }
  const customer = detail.case.customer.name || t("Customer");
  const name = { customer, assistant: t("Assistant"), advisor: message.author || t("Advisor") }[message.role] ?? message.role;
  const sure = message.role === "customer" ? sureness(understood(message)) : null;
  const asked = message.role === "assistant" ? answeredBy(detail.messages, index) : undefined;
  // Where the line above has more to say than who speaks, it stays.
  const delivered = deliveryView(message, detail, desk);
  const changed = edited(message, detail);
  const plain = delivered === nothing && changed === nothing && !(sure !== null && sure < UNSURE);
  const on = !newDay && !unread && plain && goesOn(before, message);
  const translation = drawn.translated.get(message.seq);
  return html`${stamp}
    <li class="turn ${message.role} ${light(sure)} ${on ? "on" : ""}" data-role=${message.role} data-seq=${message.seq}>
      <span class="by ${on ? "unseen" : ""}">
        <b>${name}</b> <time datetime=${message.created_at}>${clock(message.created_at)}</time>
        ${sure !== null && sure < UNSURE ? html`<span class="doubt">${t("Understood with doubt")}</span>` : nothing}
        ${changed} ${delivered}
      </span>
      ${payload.file ? sentView(detail.case.id, message) : html`<div class="words" dir="auto">${saidBy(message.role, message.text)}</div>`}
      ${translation ? html`<p class="translated" dir="auto" lang=${LANGUAGE}>${translation}</p>` : nothing}
      ${mapLink(message)} ${extras(message)}
      ${message.role === "assistant"
        ? html`<desk-meaning
            .message=${message}
            .asked=${asked}
            .known=${understood(asked)}
            .marks=${detail.marks}
            .mark=${drawn.mark}
            .all=${all}
          ></desk-meaning>`
        : nothing}
      ${read?.seq === message.seq ? html`<small class="read">${t("Read, {time}", { time: clock(read.at) })}</small>` : nothing}
    </li>`;
}

/** What is drawn of it already is left alone when more is drawn above it or said below. */
function blockView({ first, messages }: Block, detail: Detail, drawn: Drawn, desk: Desk): unknown {
  const [from, to] = [detail.messages[first - 1]?.seq ?? 0, messages.at(-1)!.seq];
  const here = (seq: number | undefined): boolean => seq !== undefined && seq > from && seq <= to;
  const own: Drawn = {
    ...drawn,
    // The line stands above the message that comes after it.
    unreadFrom: drawn.unreadFrom !== null && drawn.unreadFrom >= from && drawn.unreadFrom < to ? drawn.unreadFrom : null,
    read: here(drawn.read?.seq) ? drawn.read : null,
  };
  const { deliveries, marks, case: row } = detail;
  const waits = Object.keys(deliveries).length > 0 && desk.busy;
  const told = [row.id, row.status, row.advisor?.id, row.customer.name, deliveries, marks, waits, namesKnown()];
  return guard([...messages, ...told, own.all, own.unreadFrom, own.read?.seq, own.read?.at, own.translated], () =>
    repeat(
      messages,
      (message) => message.seq,
      (message, index) => turn(message, index + first, detail, own, desk),
    ),
  );
}

/** A case that is part of this one: what was said there, to be read. */
function mergedView({ case: row, messages }: Detail["merged"][number], of: Detail, drawn: Drawn, desk: Desk): TemplateResult {
  const detail = { ...of, case: row, messages, deliveries: {}, marks: [] };
  const apart: Drawn = {
    ...drawn,
    unreadFrom: null,
    read: null,
    translated: new Map(),
    mark: (message, part, intent) => void desk.deeds.meant(row.id, message.seq, part, intent),
  };
  return html`<details class="merged" data-merged=${row.id}>
    <summary>${t("Merged: {topic}, {channel}, {time}", { topic: told(row.topic), channel: channel(row.channel), time: moment(row.waiting_since) })}</summary>
    <ol class="turns">
      ${guard([detail.messages, drawn.all, namesKnown()], () => messages.map((message, index) => turn(message, index, detail, apart, desk)))}
    </ol>
  </details>`;
}

function unsent(item: Outgoing, desk: Desk, takeBack: (item: Outgoing) => void): TemplateResult {
  const held = item.held > Date.now();
  const state = item.failed ? "failed" : held ? "held" : item.tries ? "waiting" : "sending";
  const told = { held: t("is sent in a moment"), waiting: t("waits for the connection"), sending: t("sending") };
  return html`<li class="turn advisor pending" data-delivery=${state}>
    <span class="by" role="status"><b>${desk.me?.name}</b> ${state === "failed" ? nothing : told[state]}</span>
    <div class="words" dir="auto">${richText(item.text)}</div>
    ${held
      ? html`<p class="extra"><button class="link" type="button" @click=${() => takeBack(item)}>${t("Take it back")}</button></p>`
      : nothing}
    ${item.failed
      ? html`<p class="problem" role="alert">
          ${item.failed}
          <button class="link" type="button" @click=${() => desk.outbox.retry(item.key)}>${t("Try again")}</button>
          <button class="link" type="button" @click=${() => takeBack(item)}>${t("Back to the draft")}</button>
          <button class="link" type="button" @click=${() => desk.outbox.discard(item.key)}>${t("Discard")}</button>
        </p>`
      : nothing}
  </li>`;
}

/** `takeBack`: puts what was not sent into the draft again. */
export function transcriptView(
  desk: Desk,
  detail: Detail,
  all: boolean,
  takeBack: (item: Outgoing) => void,
  skipped: number,
): TemplateResult {
  const { id } = detail.case;
  const reading = desk.read(id);
  const seen = reading && detail.messages.findLast(({ role, seq }) => role === "advisor" && seq <= reading.seq);
  const drawn: Drawn = {
    all,
    unreadFrom: desk.unreadFrom(id),
    read: seen && reading ? { seq: seen.seq, at: reading.at } : null,
    translated: desk.translating.of(id),
    mark: (message, part, intent) => void desk.deeds.meant(id, message.seq, part, intent),
  };
  const known = [detail, all, namesKnown(), desk.busy, drawn.unreadFrom, drawn.read?.seq, drawn.read?.at, drawn.translated];
  const pending = desk.outbox.items.filter((item) => item.case === detail.case.id);
  return html`${detail.merged.map((part) => mergedView(part, detail, drawn, desk))}
    <div role="log" aria-label=${t("Transcript")} aria-live=${skipped ? "off" : "polite"} aria-busy=${skipped ? "true" : "false"}>
      ${guard([skipped, ...known], () =>
        repeat(
          blocks(detail.messages, skipped),
          ({ first }) => first,
          (block) => html`<ol class="turns">${blockView(block, detail, drawn, desk)}</ol>`,
        ),
      )}
      ${pending.length
        ? html`<ol class="turns">
            ${repeat(
              pending,
              (item) => item.key,
              (item) => unsent(item, desk, takeBack),
            )}
          </ol>`
        : nothing}
    </div>
    ${desk.translating.on && desk.translating.problem ? html`<p class="extra" role="status">${desk.translating.problem}</p>` : nothing}
    <p class="writing" role="status">${desk.customerTyping(detail.case.id) ? t("The customer is writing") : ""}</p>`;
}
