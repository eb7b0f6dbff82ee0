/** What the assistant understood, turn by turn and question by question. */

import type { Entity, Message, Ranked, Recorded } from "../generated/desk.js";

export interface Understanding {
  /** Which question of the message it is, from nought. */
  part: number;
  /** The words it was understood of, where they are only a part of the message. */
  of: string;
  intent: string;
  confidence: number | null;
  ranking: Ranked[];
  entities: Entity[];
}

function read(meta: Recorded, of = "", part = 0): Understanding[] {
  if (!meta.intent) return [];
  const named = typeof meta.intent === "string" ? { name: meta.intent, confidence: null } : meta.intent;
  return [
    {
      part,
      of,
      intent: named.name,
      confidence: meta.confidence ?? named.confidence ?? null,
      ranking: meta.ranking ?? [],
      entities: meta.entities ?? [],
    },
  ];
}

/** What was understood of a customer's message, question by question; empty where an advisor had the conversation. */
export function understood(message: Message | undefined): Understanding[] {
  const meta = message?.meta;
  if (!meta) return [];
  return meta.parts?.length ? meta.parts.flatMap((part, at) => read(part, part.text, at)) : read(meta);
}

/** How sure the assistant was of the message: as sure as of the part it was least sure of. */
export function sureness(known: readonly Understanding[]): number | null {
  const shares = known.map((each) => each.confidence).filter((share) => share !== null);
  return shares.length ? Math.min(...shares) : null;
}

const ENDS = ["handed_back", "case_resolved", "customer_left"];

/** The customer's message that an assistant's turn answers: the last one before it, unless it answers the end of a case. */
export function answeredBy(messages: readonly Message[], index: number): Message | undefined {
  let at = index - 1;
  while (at >= 0 && messages[at]!.role !== "customer" && !ENDS.includes(messages[at]!.payload.event ?? "")) at -= 1;
  const cause = messages[at];
  return cause?.role === "customer" ? cause : undefined;
}
