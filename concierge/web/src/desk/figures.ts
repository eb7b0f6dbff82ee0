/** What leads read of the last days; how each figure is counted stands beside it. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { CaseGroup, CaseGroups, Figures as Counted, Times } from "../generated/desk.js";
import { api } from "./api.js";
import { day, language, percent, span, state } from "./format.js";
import { channel } from "./names.js";

const DAYS = [1, 7, 28, 92] as const;
const spans = (times: Times): string =>
  times.count ? `${span(times.median!)} in the middle, nine of ten within ${span(times.ninety!)}` : "None yet";

export class Figures implements ReactiveController {
  #counted: Counted | null = null;
  #days = 7;
  #problem = "";

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {}

  open(days = 7): void {
    this.#days = days;
    void this.#read();
  }

  async #read(): Promise<void> {
    this.#problem = "";
    try {
      this.#counted = await api.figures(this.#days);
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : "";
    }
    this.host.requestUpdate();
  }

  #table(title: string, groups: CaseGroups, called: (what: string) => string): TemplateResult {
    const most = Math.max(1, ...groups.map((each) => each.cases));
    const row = (each: CaseGroup): TemplateResult => html`<tr>
      <th scope="row">${called(each.what)}</th>
      <td class="sum">${each.cases}</td>
      <td aria-hidden="true"><meter min="0" max=${most} value=${each.cases}></meter></td>
      <td>${each.first_reply.count ? span(each.first_reply.median!) : ""}</td>
      <td>${each.resolution.count ? span(each.resolution.median!) : ""}</td>
    </tr>`;
    return html`<h2>${title}</h2>
      ${groups.length
        ? html`<table>
            <thead>
              <tr><th scope="col">${title.replace("By ", "")}</th><th scope="col" class="sum">Cases</th><td></td><th scope="col">First reply</th><th scope="col">Resolution</th></tr>
            </thead>
            <tbody>${groups.map(row)}</tbody>
          </table>`
        : html`<p class="quiet">No case in these days.</p>`}`;
  }

  #all(found: Counted): TemplateResult {
    const term = (label: string, said: unknown, how: string): TemplateResult =>
      html`<div><dt>${label}</dt><dd>${said}<small>${how}</small></dd></div>`;
    const ended = Object.entries(found.ended).map(([code, count]) => `${state(code)} ${count}`);
    return html`<dl class="figures">
        ${term("Conversations", found.conversations, "Begun in these days, with at least one message of the customer.")}
        ${term("Answered by the assistant alone", found.contained === null ? "None yet" : percent(found.contained), "Of these conversations, the share without a case.")}
        ${term("Cases", found.cases, "Begun in these days.")}
        ${term("Open now", `${found.open}, of which ${found.waiting} wait`, "Of these cases.")}
        ${term("Ended", ended.join(", ") || "None yet", "Of these cases, by how they ended.")}
        ${term("First reply", spans(found.first_reply), "From the moment a case begins to wait to an advisor’s first message in it.")}
        ${term("Resolution", spans(found.resolution), "From there to its end; without those that the customer left.")}
      </dl>
      ${this.#table("By topic", found.by.topic, (each) => each)} ${this.#table("By language", found.by.language, language)}
      ${this.#table("By channel", found.by.channel, channel)} ${this.#table("By day", found.by.day, day)}
      ${this.#table("By hour", found.by.hour, (each) => `${each}:00 UTC`)}`;
  }

  render(): TemplateResult {
    return html`<div class="page">
      <h1 tabindex="-1">Figures</h1>
      ${this.#problem ? html`<p class="problem" role="alert">${this.#problem}</p>` : nothing}
      <div class="filters" role="group" aria-label="Days">
        ${DAYS.map(
          (days) =>
            html`<button type="button" aria-pressed=${this.#days === days} @click=${() => this.open(days)}>
              ${days === 1 ? "One day" : `${days} days`}
            </button>`,
        )}
        <a href="api/figures?days=${this.#days}&format=csv" download>Save as CSV</a>
      </div>
      ${this.#counted ? this.#all(this.#counted) : nothing}
    </div>`;
  }
}
