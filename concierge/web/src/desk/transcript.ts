/**
 * The conversation as the advisor reads it: every role, and for each turn of the assistant what it understood and on which
 * figures and sources it answered. The bar beside a customer's words is as dark as the assistant was sure of them.
 */

import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import type { Detail, Message, Payload } from "../generated/desk.js";
import { richText, saidBy } from "../shared/rich-text.js";
import type { Desk } from "./desk.js";
import { citation, clock, day, moment, percent, quantity, words } from "./format.js";
import { named, namesKnown } from "./names.js";
import type { Outgoing } from "./outbox.js";
import { term, type Template } from "./term.js";
import { answeredBy, sureness, understood, type Understanding } from "./understood.js";

const UNSURE = 0.6;
const WORTH_NAMING = 0.01;

const EVENTS: Record<string, (who: string, payload: Payload) => string> = {
  handoff_queued: () => "Handed over by the assistant",
  advisor_joined: (who) => `${who || "An advisor"} took the case`,
  handed_back: (who) => `${who || "The advisor"} handed back to the assistant`,
  case_resolved: (who) => `${who || "The advisor"} resolved the case`,
  customer_left: () => "The customer went back to the assistant",
  case_released: (who) => `${who || "The advisor"} put the case back into the queue`,
  case_passed_on: (who, { to }) => `${who || "An advisor"} passed the case to ${to}`,
  case_taken_over: (who, { from }) => `${who || "A lead"} took the case over${from ? ` from ${from}` : ""}`,
  case_snoozed: (who, { until }) =>
    until ? `${who || "The advisor"} put the case aside until ${moment(until)}` : `${who || "The advisor"} took it up again`,
  case_reopened: (who) => `${who || "An advisor"} reopened the case`,
  customer_ended: () => "The customer began a new conversation and no longer reads this one",
  noted: (who) => `${who || "An advisor"} noted`,
  not_delivered: () => "Not delivered to the customer",
  orders_back: () => "The order system answers again; the customer asked to be told",
  orders_still_down: () => "The order system still does not answer; the customer waits to be told",
  details_looked_up: (who) => `${who || "An advisor"} found the case by the customer's address`,
  details_revealed: (who) => `${who || "An advisor"} saw the contact details`,
};

const UNDELIVERED: Record<string, string> = {
  window_closed: "The customer's channel takes our words again once the customer has written.",
  blocked_by_customer: "The customer has blocked the house on this channel.",
  unsubscribed: "The customer has unsubscribed on this channel.",
};

const undelivered = (reason: string): string => UNDELIVERED[reason] ?? `The channel answered: ${reason}`;

function light(confidence: number | null): string {
  if (confidence === null) return "";
  return confidence >= 0.85 ? "sure" : confidence >= UNSURE ? "fair" : "unsure";
}

const said = ({ intent, confidence }: Understanding): string =>
  confidence === null ? named(intent) : `${named(intent)}, ${percent(confidence)}`;

function question(known: Understanding): TemplateResult {
  const next = known.ranking.filter((other) => other.name !== known.intent && other.confidence >= WORTH_NAMING);
  return html`${known.of ? term("Question", html`<q dir="auto">${known.of}</q>`) : nothing}
  ${term("Intent", html`<code>${known.intent}</code>`)}
  ${term("Confidence", known.confidence === null ? "" : percent(known.confidence))}
  ${term("Next likely", next.slice(0, 2).map((other) => `${named(other.name)} ${percent(other.confidence)}`).join(", "))}
  ${term("Found", known.entities.map((each) => `${words(each.entity)}: ${quantity(each.value)}`).join(", "))}`;
}

function understanding(message: Message, known: Understanding[], all: boolean): Template {
  const meta = message.meta;
  const figures = meta.figures ?? [];
  if (!known.length && !meta.utter && !meta.action && !figures.length) return nothing;
  const answer = html`${term("Reply", meta.utter ? html`<code>${meta.utter}</code>` : "")}
  ${term("Action", meta.action ? html`<code>${meta.action}</code>` : "")}
  ${figures.map((figure) =>
    term(
      words(figure.key),
      html`${quantity(figure.value, figure.unit)}
        <span class="source"><code>${figure.key}</code> ${citation(figure.source)}</span>`,
    ),
  )}`;
  return html`<details class="why" data-why ?open=${all}>
    <summary>
      <span class="unseen">What the assistant understood: </span>${known.length
        ? known.map(said).join(" · ")
        : words(meta.utter ?? meta.action ?? "")}
    </summary>
    ${known.length > 1
      ? html`${known.map((each) => html`<dl data-part>${question(each)}</dl>`)}
          <dl>${answer}</dl>`
      : html`<dl>${known.map(question)} ${answer}</dl>`}
  </details>`;
}

function extras(message: Message): Template {
  const buttons = (message.payload.buttons ?? []).map((button) => button.title);
  const cards = (message.payload.cards ?? []).map((card) => [card.title, card.badge].filter(Boolean).join(", "));
  return html`${cards.length ? html`<p class="extra">Card: ${cards.join("; ")}</p>` : nothing}
  ${buttons.length ? html`<p class="extra">Offered: ${buttons.join(" · ")}</p>` : nothing}`;
}

function turn(message: Message, index: number, detail: Detail, all: boolean): Template {
  const payload = message.payload;
  const before = detail.messages[index - 1];
  const newDay = day(before?.created_at) !== day(message.created_at);
  const stamp = newDay ? html`<li class="date">${day(message.created_at)}</li>` : nothing;
  // Who passed a case on is told in a row of its own; this one is the customer's.
  if (payload.event === "advisor_joined" && payload.by) return stamp;
  if (message.role === "system") {
    const code = payload.event ?? "";
    const told = EVENTS[code]?.(payload.advisor || message.author, payload) ?? (message.text || words(code));
    const note = payload.note ?? (code === "not_delivered" ? undelivered(payload.reason ?? "") : undefined);
    return html`${stamp}
      <li class="event" data-event=${code} data-seq=${message.seq}>
        <span>${told}, ${clock(message.created_at)}</span>${note ? html`<q>${note}</q>` : nothing}
      </li>`;
  }
  const customer = detail.case.customer.name || "Customer";
  const name = { customer, assistant: "Assistant", advisor: message.author || "Advisor" }[message.role] ?? message.role;
  const sure = message.role === "customer" ? sureness(understood(message)) : null;
  const known = message.role === "assistant" ? understood(answeredBy(detail.messages, index)) : [];
  return html`${stamp}
    <li class="turn ${message.role} ${light(sure)}" data-role=${message.role} data-seq=${message.seq}>
      <span class="by">
        <b>${name}</b> <time datetime=${message.created_at}>${clock(message.created_at)}</time>
        ${sure !== null && sure < UNSURE ? html`<span class="doubt">Understood with doubt</span>` : nothing}
      </span>
      <div class="words" dir="auto">${saidBy(message.role, message.text)}</div>
      ${extras(message)} ${message.role === "assistant" ? understanding(message, known, all) : nothing}
    </li>`;
}

function unsent(item: Outgoing, desk: Desk, takeBack: (item: Outgoing) => void): TemplateResult {
  const held = item.held > Date.now();
  const state = item.failed ? "failed" : held ? "held" : item.tries ? "waiting" : "sending";
  const told = { held: "is sent in a moment", waiting: "waits for the connection", sending: "sending" };
  return html`<li class="turn advisor pending" data-delivery=${state}>
    <span class="by" role="status"><b>${desk.me?.name}</b> ${state === "failed" ? nothing : told[state]}</span>
    <div class="words" dir="auto">${richText(item.text)}</div>
    ${held
      ? html`<p class="extra"><button class="link" type="button" @click=${() => takeBack(item)}>Take it back</button></p>`
      : nothing}
    ${item.failed
      ? html`<p class="problem" role="alert">
          ${item.failed}
          <button class="link" type="button" @click=${() => desk.outbox.retry(item.key)}>Try again</button>
          <button class="link" type="button" @click=${() => takeBack(item)}>Back to the draft</button>
          <button class="link" type="button" @click=${() => desk.outbox.discard(item.key)}>Discard</button>
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
): TemplateResult {
  const pending = desk.outbox.items.filter((item) => item.case === detail.case.id);
  return html`<div role="log" aria-label="Transcript">
      <ol class="turns">
        ${guard([detail, all, namesKnown()], () =>
          repeat(
            detail.messages,
            (message) => message.seq,
            (message, index) => turn(message, index, detail, all),
          ),
        )}
        ${repeat(
          pending,
          (item) => item.key,
          (item) => unsent(item, desk, takeBack),
        )}
      </ol>
    </div>
    <p class="writing" role="status">${desk.customerTyping(detail.case.id) ? "The customer is writing" : ""}</p>`;
}
