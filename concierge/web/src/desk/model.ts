/** The cases as the advisor's lists have them. The server is ours, so what it sends is trusted to be as it is described. */

import type { CaseRow, Colleague, Message } from "../generated/desk.js";

export const live = (row: CaseRow): boolean => row.status === "queued" || row.status === "accepted";

/** Whether this advisor has the case. */
export const mine = (row: CaseRow, me: string | undefined): boolean => row.status === "accepted" && row.advisor?.id === me;

/** Whether it is put aside for now. */
export const asleep = (row: CaseRow, now = Date.now()): boolean =>
  row.snoozed_until !== null && new Date(row.snoozed_until).getTime() > now;

/** Whether it is open again for an advisor who had it before. */
export const returns = (row: CaseRow, me: string | undefined): boolean => row.status === "queued" && row.before?.id === me;

const RANK: Record<string, number> = { urgent: 0, high: 1, normal: 2 };

/** The most urgent first, then who has waited longest. */
export function byUrgency(a: CaseRow, b: CaseRow): number {
  return (RANK[a.priority] ?? 3) - (RANK[b.priority] ?? 3) || a.waiting_since.localeCompare(b.waiting_since);
}

export interface Sections {
  waiting: CaseRow[];
  mine: CaseRow[];
  /** Own ones that are put aside. */
  later: CaseRow[];
  others: CaseRow[];
  closed: CaseRow[];
}

/** When the customer wrote what nobody has answered yet; empty when it is not their turn to wait. */
export const unanswered = (row: CaseRow): string =>
  row.status === "accepted" && row.last_message?.role === "customer" ? row.last_message.created_at : "";

/** Who waits for an answer first, the longest waiting foremost. */
function byAnswerDue(a: CaseRow, b: CaseRow): number {
  const [one, other] = [unanswered(a), unanswered(b)];
  if (!one || !other) return Number(!one) - Number(!other) || byUrgency(a, b);
  return one.localeCompare(other);
}

/** `fresh`: whether there is something in it that the advisor has not read. */
export function sections(rows: Iterable<CaseRow>, me: string, fresh: (row: CaseRow) => boolean = () => false): Sections {
  const found: Sections = { waiting: [], mine: [], later: [], others: [], closed: [] };
  for (const row of [...rows].sort(byUrgency)) {
    if (row.status === "queued") found.waiting.push(row);
    else if (row.status !== "accepted") found.closed.push(row);
    else if (row.advisor?.id !== me) found.others.push(row);
    else (asleep(row) ? found.later : found.mine).push(row);
  }
  // Whoever had them before knows them best.
  found.waiting.sort((a, b) => Number(returns(b, me)) - Number(returns(a, me)));
  found.later.sort((a, b) => (a.snoozed_until ?? "").localeCompare(b.snoozed_until ?? ""));
  found.mine.sort((a, b) => Number(fresh(b)) - Number(fresh(a)) || byAnswerDue(a, b));
  found.closed.sort((a, b) => (b.closed_at ?? "").localeCompare(a.closed_at ?? ""));
  return found;
}

export const hasRoom = ({ cases, capacity }: Colleague): boolean => capacity === null || cases < capacity;

/** Whether it is of a queue and in a language that they serve. */
export const serves = ({ queues, languages }: Colleague, row: CaseRow): boolean =>
  (!queues.length || queues.includes(row.queue)) && (!languages.length || languages.includes(row.language.split("-")[0]!));

const PLACES: Record<Colleague["presence"], number> = { here: 0, away: 1, off: 2 };

/** Those first who are here, serve such a case and have room for it. */
export function byFitness(row: CaseRow): (a: Colleague, b: Colleague) => number {
  const places = (each: Colleague): number[] => [PLACES[each.presence], Number(!serves(each, row)), Number(!hasRoom(each)), each.cases];
  return (a, b) => {
    const other = places(b);
    return places(a).map((place, at) => place - other[at]!).find(Boolean) ?? 0;
  };
}

/** The messages in order, each once: what came by the stream may come again with the case. */
export function merged(known: readonly Message[], fresh: readonly Message[]): Message[] {
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  for (const message of fresh) bySeq.set(message.seq, message);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
