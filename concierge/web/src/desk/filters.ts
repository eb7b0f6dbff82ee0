/** Which cases the list shows: by queue, language, channel, topic, priority, who has them and when they are due, each with how many there are; and views that are kept. */

import { html, nothing, type TemplateResult } from "lit";
import type { CaseRow, View } from "../generated/desk.js";
import { dueIn, language, words, type Due } from "./format.js";
import { live } from "./model.js";
import { channel } from "./names.js";
import type { Template } from "./term.js";
import { t, told } from "./tongue.js";

export type State = View["state"];
export type Narrowed = Omit<View, "name" | "state">;

export const NOTHING: Narrowed = { queue: "", language: "", channel: "", topic: "", priority: "", holder: "", due: "" };

interface Field {
  key: keyof Narrowed;
  all: string;
  one: string;
  /** What the field is of a case; nothing where it has none. */
  value: (row: CaseRow) => string;
  called: (row: CaseRow) => string;
  /** Behind “More”. */
  more?: true;
}

const DUE: Record<Due["how"], string> = { late: t("Late"), soon: t("Due soon"), calm: t("In time") };
const due = (row: CaseRow): Due["how"] | "" => (live(row) ? (dueIn(row)?.how ?? "") : "");

const FIELDS: Field[] = [
  { key: "queue", all: t("Every queue"), one: t("queue"), value: (row) => row.queue, called: (row) => told(row.queue_title) },
  { key: "language", all: t("Every language"), one: t("language"), value: (row) => row.language, called: (row) => language(row.language) },
  { key: "channel", all: t("Every channel"), one: t("channel"), value: (row) => row.channel, called: (row) => channel(row.channel) },
  { key: "topic", all: t("Every topic"), one: t("topic"), value: (row) => row.topic, called: (row) => told(row.topic), more: true },
  { key: "priority", all: t("Every priority"), one: t("priority"), value: (row) => row.priority, called: (row) => words(row.priority), more: true },
  { key: "holder", all: t("Whoever has it"), one: t("advisor"), value: (row) => row.advisor?.id ?? "", called: (row) => row.advisor?.name ?? "", more: true },
  { key: "due", all: t("Due or not"), one: t("first answer"), value: due, called: (row) => DUE[due(row) || "calm"], more: true },
];

export const field = (key: keyof Narrowed): Field => FIELDS.find((each) => each.key === key)!;

const passes = (row: CaseRow, only: Narrowed, but?: keyof Narrowed): boolean =>
  FIELDS.every(({ key, value }) => key === but || !only[key] || value(row) === only[key]);

export const narrowed = (rows: readonly CaseRow[], only: Narrowed): CaseRow[] => rows.filter((row) => passes(row, only));

export const narrows = (only: Narrowed): boolean => FIELDS.some(({ key }) => only[key]);

/** What a field may be, by how it is called, each with how many cases the other fields leave of it. */
export function choices(rows: readonly CaseRow[], only: Narrowed, { key, value, called }: Field): [string, string, number][] {
  const found = new Map<string, [string, number]>();
  for (const row of rows) {
    const code = value(row);
    if (code) found.set(code, [called(row), (found.get(code)?.[1] ?? 0) + Number(passes(row, only, key))]);
  }
  return [...found].map(([code, [title, count]]): [string, string, number] => [code, title, count]).sort((a, b) => a[1].localeCompare(b[1]));
}

/** One select for each field of which there is more than one kind, or that is chosen; the rarer ones behind “More”. */
export function fieldsView(rows: readonly CaseRow[], only: Narrowed, choose: (only: Narrowed) => void): Template {
  const shown = FIELDS.map((field) => ({ field, found: choices(rows, only, field) })).filter(
    ({ field, found }) => found.length > 1 || only[field.key],
  );
  if (!shown.length) return nothing;
  const select = ({ field: { key, all, one }, found }: (typeof shown)[number]): TemplateResult => {
      const gone = only[key] && !found.some(([code]) => code === only[key]);
      return html`<select
        data-field=${key}
        aria-label=${one}
        @change=${(event: Event) => choose({ ...only, [key]: (event.target as HTMLSelectElement).value })}
      >
        <option value="" ?selected=${!only[key]}>${all}</option>
        ${found.map(([code, title, count]) => html`<option value=${code} ?selected=${code === only[key]}>${title} (${count})</option>`)}
        ${gone ? html`<option value=${only[key]} selected>${only[key]} (0)</option>` : nothing}
      </select>`;
  };
  const rarer = shown.filter(({ field }) => field.more);
  return html`<div class="fields" role="group" aria-label=${t("Narrow the list")}>
    ${shown.filter(({ field }) => !field.more).map(select)}
    ${rarer.length
      ? html`<details class="rarer" ?open=${rarer.some(({ field }) => only[field.key])}>
          <summary>${t("More")}</summary>
          ${rarer.map(select)}
        </details>`
      : nothing}
  </div>`;
}

const same = (one: Omit<View, "name">, other: View): boolean =>
  one.state === other.state && FIELDS.every(({ key }) => one[key] === other[key]);

export interface Keeping {
  views: readonly View[];
  /** Whether a name for what is shown is being written. */
  naming: boolean;
  use: (view: View) => void;
  name: () => void;
  keep: (name: string) => void;
  forget: (name: string) => void;
}

/** The views that are kept; what is shown can be kept, too, or, where it is one of them, taken away. */
export function viewsView(shown: Omit<View, "name">, { views, naming, use, name, keep, forget }: Keeping): Template {
  const current = views.find((each) => same(shown, each));
  const keepable = !current && narrows(shown);
  if (!views.length && !keepable) return nothing;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const given = String(new FormData(event.target as HTMLFormElement).get("view") ?? "").trim();
    if (given) keep(given);
  };
  return html`<div class="views" role="group" aria-label=${t("Your views")}>
    ${views.map(
      (each) =>
        html`<button class="link" type="button" aria-pressed=${each === current} @click=${() => use(each)}>${each.name}</button>`,
    )}
    ${current ? html`<button class="link quiet" type="button" @click=${() => forget(current.name)}>${t("Take this view away")}</button>` : nothing}
    ${keepable && !naming ? html`<button class="link quiet" type="button" @click=${name}>${t("Keep as a view")}</button>` : nothing}
    ${keepable && naming
      ? html`<form @submit=${submit}>
          <input id="view" name="view" maxlength="60" required aria-label=${t("Name of the view")} placeholder=${t("Name of the view")} />
          <button class="link" type="submit">${t("Keep")}</button>
        </form>`
      : nothing}
  </div>`;
}
