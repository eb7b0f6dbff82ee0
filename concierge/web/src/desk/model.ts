/** The desk's JSON as this page uses it. The server is ours, so shapes are trusted; what may be absent is marked. */

export interface Advisor {
  id: string;
  login: string;
  name: string;
  role: string;
}

export interface Said {
  seq: number;
  role: string;
  kind: string;
  text: string;
  author: string;
  created_at: string;
}

export type CaseStatus = "queued" | "accepted" | "resolved" | "returned" | "left";

export interface CaseRow {
  id: string;
  conversation_id: string;
  customer: { name: string; email: string };
  channel: string;
  language: string;
  region: string;
  reason: string;
  priority: string;
  queue: string;
  status: CaseStatus;
  summary: string;
  note: string;
  advisor: { id: string; name: string } | null;
  waiting_since: string;
  claimed_at: string | null;
  closed_at: string | null;
  version: number;
  last_seq?: number;
  last_message: Said | null;
}

export interface UsedFigure {
  key: string;
  value: unknown;
  unit?: string;
  source?: string;
}

export interface Entity {
  entity: string;
  value: unknown;
}

export interface Ranked {
  name: string;
  confidence: number;
}

export interface Recorded {
  intent?: string | Ranked | null;
  confidence?: number | null;
  entities?: Entity[];
  ranking?: Ranked[];
}

export interface Meta extends Recorded {
  /** Of a message that held several questions: each, and what was understood of it. */
  parts?: (Recorded & { text: string })[];
  utter?: string;
  action?: string;
  language?: string;
  figures?: UsedFigure[];
  decision_id?: string | null;
}

export interface Message extends Said {
  client_key: string | null;
  payload: Record<string, unknown> | null;
  meta: Meta | null;
}

export interface Source {
  id?: string;
  document: string;
  section: string;
  publisher?: string;
  url?: string;
}

export interface Figure {
  key: string;
  value: unknown;
  unit: string;
  label?: string;
  source?: Source | string;
}

export interface Reason {
  code: string;
  rule: string;
  outcome?: string;
  says?: string;
}

export interface DecisionDocument {
  reasons?: Reason[];
  rules?: string[];
  figures?: Figure[];
  sources?: Source[];
  deadline?: string | null;
  days_left?: number | null;
  missing?: string[];
  next_step?: string;
  line?: string | null;
  on?: string;
}

export interface Decision {
  id: string;
  kind: string;
  outcome: string;
  order_number: string;
  created_at: string;
  document: DecisionDocument;
}

export interface Line {
  id: string;
  product: string;
  family: string;
  category: string;
  price: string;
  size: string;
  colour: string;
  flags: string[];
  unavailable: boolean;
}

export interface Movement {
  at: string;
  amount: string;
  expires?: string | null;
}

export interface Order {
  number: string;
  email: string;
  name: string;
  country: string;
  region: string;
  channel: string;
  status: string;
  currency: string;
  placed_at: string;
  delivered_at?: string | null;
  cancelled_at?: string | null;
  lines: Line[];
  shipping_fee: string;
  payments: { method: string; last4: string; authorisations: Movement[]; captures: Movement[] }[];
  shipments: {
    carrier: string;
    tracking: string;
    url: string;
    dispatched_at: string | null;
    expected_from: string | null;
    expected_to: string | null;
    delivered_at: string | null;
    attempts: { at: string; outcome: string }[];
  }[];
  returns: { id: string; kind: string; requested_at: string; received_at: string | null; accepted: boolean | null }[];
  refunds: { id: string; amount: string; issued_at: string; method: string; last4: string }[];
  repairs: { id: string; status: string; opened_at: string; expected_to: string | null; estimate: string | null }[];
}

export interface Commitment {
  made_at: string;
  about: string;
  due?: string;
  value?: unknown;
  unit?: string;
  seq?: number;
  sources: (Source | string)[];
}

export interface Deed {
  at: string;
  what: string;
  advisor: string;
  seq?: number;
}

export interface Package {
  customer?: { name: string; email: string; language: string; region: string; verified: boolean };
  context?: { slots?: Record<string, unknown>; latest_intent?: string | null; confidence?: number | null };
}

export interface Detail {
  case: CaseRow & { position?: number };
  package: Package | null;
  package_problem?: string | null;
  messages: Message[];
  decisions: Decision[];
  commitments?: Commitment[];
  order: Order | null;
  order_problem?: string | null;
  trail?: Deed[];
  revealed?: boolean;
  may_reveal?: boolean;
}

export const live = (row: CaseRow): boolean => row.status === "queued" || row.status === "accepted";

const RANK: Record<string, number> = { urgent: 0, high: 1, normal: 2 };

/** The most urgent first, then who has waited longest. */
export function byUrgency(a: CaseRow, b: CaseRow): number {
  return (RANK[a.priority] ?? 3) - (RANK[b.priority] ?? 3) || a.waiting_since.localeCompare(b.waiting_since);
}

export interface Sections {
  waiting: CaseRow[];
  mine: CaseRow[];
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

export function sections(rows: Iterable<CaseRow>, me: string): Sections {
  const found: Sections = { waiting: [], mine: [], others: [], closed: [] };
  for (const row of [...rows].sort(byUrgency)) {
    if (row.status === "queued") found.waiting.push(row);
    else if (row.status !== "accepted") found.closed.push(row);
    else (row.advisor?.id === me ? found.mine : found.others).push(row);
  }
  found.mine.sort(byAnswerDue);
  found.closed.sort((a, b) => (b.closed_at ?? "").localeCompare(a.closed_at ?? ""));
  return found;
}

/** The messages in order, each once: what came by the stream may come again with the case. */
export function merged(known: readonly Message[], fresh: readonly Message[]): Message[] {
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  for (const message of fresh) bySeq.set(message.seq, message);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
