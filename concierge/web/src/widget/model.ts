/** What the website channel sends, read defensively, and what the widget makes of it. */

import type * as sent from "../generated/website.js";
import { list, number, object, objects, text, type Json } from "../shared/json.js";

/** A card with all that one may have; what is not there is empty. */
export interface Card extends Required<Omit<sent.Card, "image_url" | "buttons" | "rows" | "items" | "lead" | "steps">> {
  rows: Required<sent.CardRow>[];
  items: Required<sent.CardItem>[];
  lead: Required<sent.CardRow>;
  steps: Required<sent.CardStep>[];
}

export type SentFile = Required<sent.SentFile>;

/** What may be filled in instead of written. */
export interface Form extends Pick<sent.Form, "sends"> {
  fields: (Pick<sent.FormField, "kind" | "label" | "required"> & { example: string })[];
}

export interface Message extends Pick<sent.Message, "seq" | "role" | "text" | "author" | "lang"> {
  kind: string;
  clientKey: string;
  createdAt: string;
  buttons: string[];
  cards: Card[];
  /** What each of the buttons chooses; empty where that is not shown. */
  choices: Card["items"];
  form: Form | null;
  image: string;
  alt: string;
  file: string;
  /** What was sent with it, from either side. */
  sent: SentFile | null;
  event: string;
  /** Of the end of a case: whether the customer is asked how it was. */
  asks: boolean;
  position: number | null;
}

export interface Status extends Pick<sent.Status, "owner" | "position"> {
  advisor: string;
  /** Whether whoever owns the conversation is at work on an answer. */
  typing: boolean;
  /** All that the server tells of it: people.ts reads the rest. */
  told: Json;
}

const ROLES: readonly string[] = ["customer", "assistant", "advisor", "system"];
const OWNERS: readonly string[] = ["assistant", "queue", "advisor"];

const readRow = (row: Json): Required<sent.CardRow> => ({
  label: text(row["label"]),
  value: text(row["value"]),
  url: text(row["url"]),
});

const readItem = (item: Json): Required<sent.CardItem> => ({
  title: text(item["title"]),
  detail: text(item["detail"]),
  value: text(item["value"]),
  image: text(item["image"]),
});

function readForm(raw: Json): Form | null {
  const fields = objects(raw["fields"]).map((field) => ({
    kind: text(field["kind"]) as sent.FormField["kind"],
    label: text(field["label"]),
    required: field["required"] === true,
    example: text(field["example"]),
  }));
  return fields.length ? { fields, sends: text(raw["sends"]) } : null;
}

function readCard(raw: Json): Card {
  return {
    type: text(raw["type"]) || "order",
    title: text(raw["title"]),
    subtitle: text(raw["subtitle"]),
    badge: text(raw["badge"]),
    text: text(raw["text"]),
    image: text(raw["image"]) || text(raw["image_url"]),
    rows: objects(raw["rows"]).map(readRow),
    items: objects(raw["items"]).map(readItem),
    lead: readRow(object(raw["lead"])),
    steps: objects(raw["steps"]).map((step) => ({
      title: text(step["title"]),
      value: text(step["value"]),
      done: step["done"] === true,
    })),
    url: text(raw["url"]),
    link: text(raw["link"]),
  };
}

function readFile(raw: unknown): SentFile | null {
  const source = object(raw);
  const kind = text(source["kind"]);
  if (!kind) return null;
  const state = text(source["state"]) as SentFile["state"];
  const [title, media_type] = [text(source["title"]), text(source["media_type"])];
  return { kind, title, media_type, size: number(source["size"]) ?? 0, small: source["small"] === true, state };
}

/** Null for anything that is not a message with a sequence number. */
export function readMessage(raw: unknown): Message | null {
  const source = object(raw);
  const seq = number(source["seq"]);
  const role = text(source["role"]);
  if (seq === null || !ROLES.includes(role)) return null;
  const payload = object(source["payload"]);
  const buttons = list(payload["buttons"])
    .map((button) => text(object(button)["title"]))
    .filter(Boolean);
  const choices = objects(payload["choices"]).map(readItem);
  return {
    seq,
    role: role as sent.Message["role"],
    kind: text(source["kind"]) || "text",
    text: text(source["text"]),
    author: text(source["author"]) || text(payload["advisor"]),
    clientKey: text(source["client_key"]),
    createdAt: text(source["created_at"]),
    lang: text(source["lang"]),
    buttons,
    cards: objects(payload["cards"]).map(readCard),
    choices: choices.length === buttons.length ? choices : [],
    form: readForm(object(payload["form"])),
    image: text(payload["image"]) || (source["kind"] === "image" ? text(payload["url"]) : ""),
    file: source["kind"] === "file" ? text(payload["url"]) : "",
    sent: readFile(payload["file"]),
    alt: text(payload["alt"]),
    event: text(payload["event"]),
    asks: payload["ask"] === true,
    position: number(payload["position"]),
  };
}

export function readStatus(raw: unknown): Status {
  const source = object(raw);
  const queue = object(source["queue"]);
  const owner = text(source["owner"]);
  const advisor = source["advisor"];
  return {
    owner: OWNERS.includes(owner) ? (owner as sent.Status["owner"]) : "assistant",
    advisor: text(advisor) || text(object(advisor)["name"]),
    position: number(source["position"]) ?? number(queue["position"]),
    typing: Boolean(source["typing"]),
    told: source,
  };
}

/** Which of a message's buttons the customer took, if any: one whose words they said after it. */
export function chosen(message: Message, later: readonly Message[]): number | null {
  for (const answer of later) {
    if (answer.role !== "customer" || answer.seq <= message.seq) continue;
    const index = message.buttons.indexOf(answer.text);
    if (index >= 0) return index;
  }
  return null;
}

/** Whether a case has been opened or closed since: what was offered before it belongs to a matter that is over. */
export function isOver(message: Message, messages: readonly Message[]): boolean {
  return messages.some((other) => other.seq > message.seq && other.role === "system" && other.event !== "");
}

/** Whether the customer has said anything since it was asked. */
export function isAnswered(message: Message, messages: readonly Message[]): boolean {
  return messages.some((other) => other.seq > message.seq && other.role === "customer");
}

/** Whether all that it offers was offered again before any of it was taken: after a side question, say. */
export function isRepeated(message: Message, messages: readonly Message[]): boolean {
  const again = messages.find(
    (other) =>
      other.seq > message.seq && other.buttons.length && message.buttons.every((title) => other.buttons.includes(title)),
  );
  return again !== undefined && chosen(message, messages.filter((other) => other.seq < again.seq)) === null;
}

/** Counts what came in from the house and was not seen yet. */
export function unread(messages: readonly Message[], seen: number): number {
  return messages.filter((m) => m.seq > seen && (m.role === "assistant" || m.role === "advisor")).length;
}
