/** The list of cases: who waits, who is mine, who is with somebody else, who left today. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Desk } from "./desk.js";
import { language, state, waited, words } from "./format.js";
import { live, type CaseRow } from "./model.js";

function row(item: CaseRow, desk: Desk, open: (id: string) => void): TemplateResult {
  const pressing = item.priority === "urgent" || item.priority === "high";
  const fresh = desk.fresh(item);
  const said = item.last_message;
  const since = live(item) ? item.waiting_since : (item.closed_at ?? item.waiting_since);
  return html`<li>
    <a
      class="case ${fresh ? "fresh" : ""}"
      href="#case/${item.id}"
      data-case=${item.id}
      data-status=${item.status}
      data-priority=${item.priority}
      aria-current=${desk.open === item.id ? "true" : "false"}
      @click=${(event: Event) => {
        event.preventDefault();
        open(item.id);
      }}
    >
      <span class="head">
        <span class="customer">${item.customer.name || item.customer.email || "Guest"}</span>
        <span class="since">${waited(since)}</span>
      </span>
      <span class="reason">
        ${pressing ? html`<b class="priority">${words(item.priority)}</b>` : nothing}${words(item.reason)}
        <span class="tongue" title=${language(item.language)}>${item.language.slice(0, 2).toUpperCase()}</span>
      </span>
      ${said
        ? html`<span class="snippet" dir="auto">${desk.customerTyping(item.id) ? "is writing …" : said.text}</span>`
        : nothing}
      ${item.status === "accepted" && item.advisor?.id !== desk.me?.id
        ? html`<span class="with">with ${item.advisor?.name}</span>`
        : nothing}
      ${live(item) ? nothing : html`<span class="with">${state(item.status)}</span>`}
      ${fresh ? html`<span class="unseen">, new message</span>` : nothing}
    </a>
  </li>`;
}

export function listView(desk: Desk, open: (id: string) => void): TemplateResult {
  const { waiting, mine, others, closed } = desk.sections;
  const section = (title: string, name: string, items: CaseRow[], empty = ""): TemplateResult | typeof nothing =>
    items.length || empty
      ? html`<section data-section=${name} aria-labelledby="list-${name}">
          <h2 id="list-${name}">${title} <span class="number">${items.length || nothing}</span></h2>
          ${items.length
            ? html`<ul>
                ${repeat(
                  items,
                  (item) => item.id,
                  (item) => row(item, desk, open),
                )}
              </ul>`
            : html`<p class="quiet">${empty}</p>`}
        </section>`
      : nothing;
  return html`${section("Waiting", "waiting", waiting, "Nobody is waiting.")}
  ${section("With you", "mine", mine, "You have no open case.")} ${section("With colleagues", "others", others)}
  ${closed.length
    ? html`<details class="past">
        <summary>Closed today <span class="number">${closed.length}</span></summary>
        <ul data-section="closed">
          ${repeat(
            closed,
            (item) => item.id,
            (item) => row(item, desk, open),
          )}
        </ul>
      </details>`
    : nothing}`;
}
