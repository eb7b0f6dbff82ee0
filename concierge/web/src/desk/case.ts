/** What stands above and below the conversation of a case. */

import { html, nothing, type TemplateResult } from "lit";
import type { CaseRow, Detail } from "../generated/desk.js";
import { mergeable, type Closing, type How } from "./closing.js";
import type { Composer } from "./composer.js";
import type { Desk } from "./desk.js";
import { ago, base, dueIn, language, LANGUAGE, moment, state as stateOf, words } from "./format.js";
import { pieceOf } from "./list.js";
import { asleep, live, mine } from "./model.js";
import { translates } from "./names.js";
import type { Template } from "./term.js";
import { t, told } from "./tongue.js";

export type Tab = "talk" | "file";

export interface Head {
  closing: Closing;
  tab: Tab;
  /** Whether what was understood is shown at every turn. */
  all: boolean;
  onTab: (tab: Tab) => void;
  onAll: (all: boolean) => void;
  onBack: () => void;
}

interface Possible {
  how: How;
  title: string;
}

/** What this advisor may do with the case beside taking it. */
function deedsFor(row: CaseRow, desk: Desk): Possible[] {
  const leads = desk.me?.role !== "advisor";
  const merging: Possible[] = mergeable(desk).length ? [{ how: "merge", title: t("Merge") }] : [];
  if (mine(row, desk.me?.id))
    return [
      { how: "hand-back", title: t("Hand back") },
      { how: "resolve", title: t("Resolve") },
      { how: "pass-on", title: t("Pass on") },
      { how: "snooze", title: t("Later") },
      { how: "release", title: t("Put back") },
      ...merging,
    ];
  if (!leads || !live(row)) return [];
  if (row.status === "queued") return [{ how: "pass-on", title: t("Assign") }, ...merging];
  return [
    { how: "take-over", title: t("Take over") },
    { how: "pass-on", title: t("Pass on") },
    ...merging,
  ];
}

export function headView(row: CaseRow, desk: Desk, { closing, tab, all, onTab, onAll, onBack }: Head): TemplateResult {
  const facts = [
    told(row.topic),
    told(row.queue_title),
    row.piece ? pieceOf(row.piece) : "",
    row.priority === "normal" ? "" : t("{priority} priority", { priority: words(row.priority) }),
    language(row.language),
    live(row) ? t("handed over {when}", { when: ago(row.waiting_since) }) : stateOf(row.status),
    live(row) ? dueIn(row)?.says : "",
    live(row) && desk.here(row.id) ? t("on the page now") : "",
  ].filter(Boolean);
  return html`<div class="casehead">
    <button class="link back" type="button" @click=${() => onBack()}>${t("All cases")}</button>
    <div class="title">
      <h1 tabindex="-1">${row.customer.name || t("Guest")}</h1>
      <p class="facts">${facts.map((fact) => html`<span>${fact}</span> `)}</p>
    </div>
    <div class="deeds">
      ${row.status === "queued"
        ? html`<button class="primary take" type="button" ?disabled=${desk.busy} @click=${() => void desk.deeds.claim(row.id)}>
            ${t("Take this case")}
          </button>`
        : nothing}
      ${deedsFor(row, desk).map(
        ({ how, title }) =>
          html`<button
            class="secondary"
            type="button"
            data-deed=${how}
            aria-expanded=${closing.how === how}
            @click=${() => closing.ask(how)}
          >
            ${title}
          </button>`,
      )}
    </div>
    <div class="tabs" role="group" aria-label=${t("View")}>
      <button type="button" aria-pressed=${tab === "talk"} @click=${() => onTab("talk")}>${t("Conversation")}</button>
      <button type="button" aria-pressed=${tab === "file"} @click=${() => onTab("file")}>${t("Client file")}</button>
    </div>
    <label class="toggle understanding">
      <input
        type="checkbox"
        .checked=${all}
        @change=${(event: Event) => onAll((event.target as HTMLInputElement).checked)}
      />
      ${t("Show what the assistant understood")}</label
    >
    ${translates() && base(row.language) !== LANGUAGE
      ? html`<label class="toggle understanding">
          <input
            type="checkbox"
            .checked=${desk.translating.on}
            @change=${(event: Event) => desk.translating.set((event.target as HTMLInputElement).checked)}
          />
          ${t("Show the customer’s words in {language}, too", { language: language(LANGUAGE) })}</label
        >`
      : nothing}
  </div>`;
}

const DAYS = 7; // as the server has it, which decides

const mayReopen = (row: CaseRow): boolean => Date.now() - new Date(row.closed_at ?? 0).getTime() < DAYS * 86_400_000;

/** `detail`: of the same case. */
export function footView(row: CaseRow, desk: Desk, composer: Composer, detail: Detail): Template {
  const note = composer.noteAlone(row);
  if (row.status === "queued")
    return html`<p class="foot" role="status">${t("Take the case to answer. Until then the customer keeps their place.")}</p>
      ${note}`;
  if (row.status !== "accepted")
    return html`<div class="foot closed">
      <p role="status">${stateOf(row.status)}${row.note ? `: ${row.note}` : "."}</p>
      ${row.merged_into ? html`<a href="#case/${row.merged_into}">${t("Open the case that keeps it")}</a>` : nothing}
      ${!row.merged_into && mayReopen(row)
        ? html`<button class="link" type="button" ?disabled=${desk.busy} @click=${() => void desk.deeds.reopen(row.id)}>
            ${t("Reopen it")}
          </button>`
        : nothing}
    </div>
    ${note}`;
  if (row.advisor?.id !== desk.me?.id)
    return html`<p class="foot" role="status">${t("{name} has this case.", { name: row.advisor?.name })}</p>
      ${note}`;
  if (row.customer_gone)
    return html`<p class="foot gone" role="alert">
      ${t("{name} has begun a new conversation and no longer reads this one. What you had begun to write is kept; nothing can be sent here.", {
        name: row.customer.name || t("The customer"),
      })}
    </p>`;
  if (asleep(row))
    return html`<div class="foot closed">
        <p role="status">${t("Put aside until {time}, or until the customer writes.", { time: moment(row.snoozed_until) })}</p>
        <button class="link" type="button" ?disabled=${desk.busy} @click=${() => void desk.deeds.snooze(row.id, null)}>
          ${t("Take it up again")}
        </button>
      </div>
      ${composer.render(row, detail)}`;
  return composer.render(row, detail);
}
