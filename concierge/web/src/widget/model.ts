/** What the website channel sends, read defensively, and what the widget makes of it. */

import { list, number, object, objects, text, type Json } from "../shared/json.js";

export type Role = "customer" | "assistant" | "advisor" | "system";
export type Owner = "assistant" | "queue" | "advisor";

export interface Row {
  label: string;
  value: string;
  url: string;
}

export interface Item {
  title: string;
  detail: string;
  value: string;
}

export interface Card {
  type: string;
  title: string;
  subtitle: string;
  badge: string;
  text: string;
  image: string;
  rows: Row[];
  items: Item[];
  url: string;
  link: string;
}

export interface Message {
  seq: number;
  role: Role;
  kind: string;
  text: string;
  author: string;
  clientKey: string;
  createdAt: string;
  lang: string;
  buttons: string[];
  cards: Card[];
  image: string;
  alt: string;
  file: string;
  event: string;
  position: number | null;
  /** The button this message is the answer to. */
  choice: { seq: number; index: number } | null;
}

export interface Status {
  owner: Owner;
  advisor: string;
  position: number | null;
  /** Whether whoever owns the conversation is at work on an answer. */
  typing: boolean;
}

const ROLES: readonly string[] = ["customer", "assistant", "advisor", "system"];
const OWNERS: readonly string[] = ["assistant", "queue", "advisor"];

function readCard(raw: Json): Card {
  return {
    type: text(raw["type"]) || "order",
    title: text(raw["title"]),
    subtitle: text(raw["subtitle"]),
    badge: text(raw["badge"]),
    text: text(raw["text"]),
    image: text(raw["image"]) || text(raw["image_url"]),
    rows: objects(raw["rows"]).map((row) => ({
      label: text(row["label"]),
      value: text(row["value"]),
      url: text(row["url"]),
    })),
    items: objects(raw["items"]).map((item) => ({
      title: text(item["title"]),
      detail: text(item["detail"]),
      value: text(item["value"]),
    })),
    url: text(raw["url"]),
    link: text(raw["link"]),
  };
}

/** Null for anything that is not a message with a sequence number. */
export function readMessage(raw: unknown): Message | null {
  const source = object(raw);
  const seq = number(source["seq"]);
  const role = text(source["role"]);
  if (seq === null || !ROLES.includes(role)) return null;
  const payload = object(source["payload"]);
  const choice = object(payload["choice"]);
  const choiceSeq = number(choice["seq"]);
  const choiceIndex = number(choice["index"]);
  return {
    seq,
    role: role as Role,
    kind: text(source["kind"]) || "text",
    text: text(source["text"]),
    author: text(source["author"]) || text(payload["advisor"]),
    clientKey: text(source["client_key"]),
    createdAt: text(source["created_at"]),
    lang: text(source["lang"]),
    buttons: list(payload["buttons"])
      .map((button) => text(object(button)["title"]))
      .filter(Boolean),
    cards: objects(payload["cards"]).map(readCard),
    image: text(payload["image"]) || (source["kind"] === "image" ? text(payload["url"]) : ""),
    file: source["kind"] === "file" ? text(payload["url"]) : "",
    alt: text(payload["alt"]),
    event: text(payload["event"]),
    position: number(payload["position"]),
    choice: choiceSeq !== null && choiceIndex !== null ? { seq: choiceSeq, index: choiceIndex } : null,
  };
}

export function readStatus(raw: unknown): Status {
  const source = object(raw);
  const queue = object(source["queue"]);
  const owner = text(source["owner"]);
  const advisor = source["advisor"];
  return {
    owner: OWNERS.includes(owner) ? (owner as Owner) : "assistant",
    advisor: text(advisor) || text(object(advisor)["name"]),
    position: number(source["position"]) ?? number(queue["position"]),
    typing: Boolean(source["typing"]),
  };
}

/** Which of a message's buttons the customer took, if any: by the recorded choice, else by an answer in the same words. */
export function chosen(message: Message, later: readonly Message[]): number | null {
  for (const answer of later) {
    if (answer.role !== "customer" || answer.seq <= message.seq) continue;
    if (answer.choice) {
      if (answer.choice.seq === message.seq) return answer.choice.index;
      continue;
    }
    const index = message.buttons.indexOf(answer.text);
    if (index >= 0) return index;
  }
  return null;
}

/** Counts what came in from the house and was not seen yet. */
export function unread(messages: readonly Message[], seen: number): number {
  return messages.filter((m) => m.seq > seen && (m.role === "assistant" || m.role === "advisor")).length;
}
