/** What stands above and below the conversation of a case. */

import { html, nothing, type TemplateResult } from "lit";
import type { CaseRow } from "../generated/desk.js";
import type { Closing, How } from "./closing.js";
import type { Composer } from "./composer.js";
import type { Desk } from "./desk.js";
import { ago, language, moment, state as stateOf, words } from "./format.js";
import { pieceOf } from "./list.js";
import { asleep, live, mine } from "./model.js";
import type { Template } from "./term.js";

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
  if (mine(row, desk.me?.id))
    return [
      { how: "hand-back", title: "Hand back" },
      { how: "resolve", title: "Resolve" },
      { how: "pass-on", title: "Pass on" },
      { how: "snooze", title: "Later" },
      { how: "release", title: "Put back" },
    ];
  if (!leads || !live(row)) return [];
  if (row.status === "queued") return [{ how: "pass-on", title: "Assign" }];
  return [
    { how: "take-over", title: "Take over" },
    { how: "pass-on", title: "Pass on" },
  ];
}

export function headView(row: CaseRow, desk: Desk, { closing, tab, all, onTab, onAll, onBack }: Head): TemplateResult {
  const facts = [
    row.topic,
    row.piece ? pieceOf(row.piece) : "",
    row.priority === "normal" ? "" : `${words(row.priority)} priority`,
    language(row.language),
    live(row) ? `handed over ${ago(row.waiting_since)}` : stateOf(row.status),
  ].filter(Boolean);
  return html`<div class="casehead">
    <button class="link back" type="button" @click=${() => onBack()}>All cases</button>
    <div class="title">
      <h1 tabindex="-1">${row.customer.name || "Guest"}</h1>
      <p>${facts.join(" · ")}</p>
    </div>
    <div class="deeds">
      ${row.status === "queued"
        ? html`<button class="primary take" type="button" ?disabled=${desk.busy} @click=${() => void desk.deeds.claim(row.id)}>
            Take this case
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
    <div class="tabs" role="group" aria-label="View">
      <button type="button" aria-pressed=${tab === "talk"} @click=${() => onTab("talk")}>Conversation</button>
      <button type="button" aria-pressed=${tab === "file"} @click=${() => onTab("file")}>Client file</button>
    </div>
    <label class="toggle understanding">
      <input
        type="checkbox"
        .checked=${all}
        @change=${(event: Event) => onAll((event.target as HTMLInputElement).checked)}
      />
      Show what the assistant understood</label
    >
  </div>`;
}

const DAYS = 7; // as the server has it, which decides

const mayReopen = (row: CaseRow): boolean => Date.now() - new Date(row.closed_at ?? 0).getTime() < DAYS * 86_400_000;

export function footView(row: CaseRow, desk: Desk, composer: Composer): Template {
  if (row.status === "queued")
    return html`<p class="foot" role="status">Take the case to answer. Until then the customer keeps their place.</p>`;
  if (row.status !== "accepted")
    return html`<div class="foot closed">
      <p role="status">${stateOf(row.status)}${row.note ? `: ${row.note}` : "."}</p>
      ${mayReopen(row)
        ? html`<button class="link" type="button" ?disabled=${desk.busy} @click=${() => void desk.deeds.reopen(row.id)}>
            Reopen it
          </button>`
        : nothing}
    </div>`;
  if (row.advisor?.id !== desk.me?.id)
    return html`<p class="foot" role="status">${row.advisor?.name} has this case.</p>`;
  if (row.customer_gone)
    return html`<p class="foot gone" role="alert">
      ${row.customer.name || "The customer"} has begun a new conversation and no longer reads this one. What you had begun to
      write is kept; nothing can be sent here.
    </p>`;
  if (asleep(row))
    return html`<div class="foot closed">
        <p role="status">Put aside until ${moment(row.snoozed_until)}, or until the customer writes.</p>
        <button class="link" type="button" ?disabled=${desk.busy} @click=${() => void desk.deeds.snooze(row.id, null)}>
          Take it up again
        </button>
      </div>
      ${composer.render(row)}`;
  return composer.render(row);
}
