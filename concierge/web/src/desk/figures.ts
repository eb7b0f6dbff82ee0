/** What leads read of the last days; how each figure is counted stands beside it. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { CaseGroup, CaseGroups, Comments, Figures as Counted, NotUnderstood, Times } from "../generated/desk.js";
import { api } from "./api.js";
import { commentsView } from "./comments.js";
import { day, decimal, language, percent, span, state } from "./format.js";
import { channel, meanings, named } from "./names.js";
import { barsView } from "./plots.js";
import type { Template } from "./term.js";
import { t, told } from "./tongue.js";

const DAYS = [1, 7, 28, 92] as const;
const spans = (times: Times): string =>
  times.count ? t("{median} in the middle, nine of ten within {ninety}", { median: span(times.median!), ninety: span(times.ninety!) }) : t("None yet");

export class Figures implements ReactiveController {
  #counted: Counted | null = null;
  #missed: NotUnderstood = [];
  #comments: Comments = [];
  #days = 7;
  #language = "";
  #channel = "";
  #problem = "";
  /** What there is to narrow by, of all that was counted so far. */
  #done = new Set<string>();
  #known = { language: new Set<string>(), channel: new Set<string>() };

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {}

  open(days = 7): void {
    this.#days = days;
    void this.#read();
  }

  get #asked(): string {
    return String(new URLSearchParams({ days: String(this.#days), language: this.#language, channel: this.#channel }));
  }

  async #read(): Promise<void> {
    this.#problem = "";
    try {
      [this.#counted, this.#missed, this.#comments] = await Promise.all([
        api.figures(this.#asked),
        api.notUnderstood(this.#asked),
        api.comments(this.#asked),
      ]);
      for (const kind of ["language", "channel"] as const)
        for (const { what } of this.#counted.by[kind]) this.#known[kind].add(what);
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : "";
    }
    this.host.requestUpdate();
  }

  #table(title: string, what: string, groups: CaseGroups, called: (what: string) => string): TemplateResult {
    const most = Math.max(1, ...groups.map((each) => each.cases));
    const row = (each: CaseGroup): TemplateResult => html`<tr>
      <th scope="row">${called(each.what)}</th>
      <td class="sum">${each.cases}</td>
      <td aria-hidden="true"><meter min="0" max=${most} value=${each.cases}></meter></td>
      <td>${each.first_reply.count ? span(each.first_reply.median!) : ""}</td>
      <td class="sum">${each.in_time === null ? "" : percent(each.in_time)}</td>
      <td>${each.resolution.count ? span(each.resolution.median!) : ""}</td>
      <td class="sum">${each.satisfaction === null ? "" : decimal(each.satisfaction)}</td>
    </tr>`;
    return html`<h2>${title}</h2>
      ${groups.length
        ? html`<table>
            <thead>
              <tr><th scope="col">${what}</th><th scope="col" class="sum">${t("Cases")}</th><td></td><th scope="col">${t("First reply")}</th><th scope="col" class="sum">${t("In time")}</th><th scope="col">${t("Resolution")}</th><th scope="col" class="sum">${t("Satisfaction")}</th></tr>
            </thead>
            <tbody>${groups.map(row)}</tbody>
          </table>`
        : html`<p class="quiet">${t("No case in these days.")}</p>`}`;
  }

  #narrow(kind: "language" | "channel", chosen: string, all: string, one: string, called: (what: string) => string): Template {
    const known = [...this.#known[kind]].sort();
    if (known.length < 2) return nothing;
    const choose = (event: Event): void => {
      const wanted = (event.target as HTMLSelectElement).value;
      if (kind === "language") this.#language = wanted;
      else this.#channel = wanted;
      void this.#read();
    };
    return html`<select aria-label=${one} @change=${choose}>
      <option value="">${all}</option>
      ${known.map((code) => html`<option value=${code} ?selected=${code === chosen}>${called(code)}</option>`)}
    </select>`;
  }

  /** Marks all of a group as meant so; it is counted anew. */
  async #meant(group: NotUnderstood[number], intent: string): Promise<void> {
    if (!intent) return;
    try {
      await api.groupMeant({ questions: group.questions.slice(0, 200), intent });
      this.#done.add(group.words);
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : "";
    }
    this.host.requestUpdate();
  }

  #missedView(): TemplateResult {
    return html`<h2>${t("Not understood")}</h2>
      <p class="quiet">
        ${t("What customers said that was not understood, masked, like beside like. What you choose is kept with what advisors marked: concierge marked hands it out, and a person decides what becomes of it.")}
      </p>
      ${this.#missed.length
        ? html`<table>
            <thead>
              <tr><th scope="col">${t("Words")}</th><th scope="col">${t("Language")}</th><th scope="col" class="sum">${t("How often")}</th><th scope="col">${t("It was")}</th></tr>
            </thead>
            <tbody>
              ${this.#missed.map(
                (group) => html`<tr>
                  <th scope="row" dir="auto" lang=${group.language}>${group.words}</th>
                  <td>${language(group.language)}</td>
                  <td class="sum">${group.questions.length}</td>
                  <td>
                    ${this.#done.has(group.words)
                      ? html`<span role="status">${t("Kept")}</span>`
                      : html`<select
                          aria-label=${t("It was")}
                          @change=${(event: Event) => void this.#meant(group, (event.target as HTMLSelectElement).value)}
                        >
                          <option value="">${t("Choose")}</option>
                          ${meanings().map(([code, name]) => html`<option value=${code}>${name}</option>`)}
                        </select>`}
                  </td>
                </tr>`,
              )}
            </tbody>
          </table>`
        : html`<p class="quiet">${t("Everything was understood in these days.")}</p>`}`;
  }

  #markedView({ marked }: Counted): Template {
    if (!marked.length) return nothing;
    return html`<h2>${t("Answers marked wrong")}</h2>
      <table>
        <thead>
          <tr><th scope="col">${t("Understood as")}</th><th scope="col">${t("Was")}</th><th scope="col" class="sum">${t("How often")}</th></tr>
        </thead>
        <tbody>
          ${marked.map(({ was, meant, count }) => html`<tr><td>${named(was)}</td><td>${named(meant)}</td><td class="sum">${count}</td></tr>`)}
        </tbody>
      </table>`;
  }

  #all(found: Counted): TemplateResult {
    const term = (label: string, said: unknown, how: string): TemplateResult =>
      html`<div><dt>${label}</dt><dd>${said}<small>${how}</small></dd></div>`;
    const ended = Object.entries(found.ended).map(([code, count]) => `${state(code)} ${count}`);
    return html`<dl class="figures">
        ${term(t("Conversations"), found.conversations, t("Begun in these days, with at least one message of the customer."))}
        ${term(t("Answered by the assistant alone"), found.contained === null ? t("None yet") : percent(found.contained), t("Of these conversations, the share without a case."))}
        ${term(t("Cases"), found.cases, t("Begun in these days."))}
        ${term(t("Open now"), t("{open}, of which {waiting} wait", { open: found.open, waiting: found.waiting }), t("Of these cases."))}
        ${term(t("First reply overdue"), found.overdue, t("Of these cases, those that are open and whose first reply was due and has not come."))}
        ${term(t("Promises overdue"), found.promises_overdue, t("Open cases, of any age, in which a decision told the customer a day that is over."))}
        ${term(t("Ended"), ended.join(", ") || t("None yet"), t("Of these cases, by how they ended."))}
        ${term(t("First reply"), spans(found.first_reply), t("From the moment a case begins to wait to an advisor’s first message in it."))}
        ${term(t("First reply in time"), found.in_time === null ? t("None yet") : t("{share} of {count}", { share: percent(found.in_time), count: found.due }), t("Of the cases whose first reply has come, or was due and has not: the share in which it came by then. It is due after the minutes that the queue sets for the case’s priority, counted in the queue’s opening hours from the moment it begins to wait. Cases that ended before it was due are not counted."))}
        ${term(t("Satisfaction"), found.satisfaction === null ? t("None yet") : t("{mean} of 5, by {count}", { mean: decimal(found.satisfaction), count: found.rated }), t("Of these cases: what customers answer, from 1 to 5, on average. They are asked once in a conversation, on the website or in their messenger, when an advisor has resolved their case; not after an alarm or a loss."))}
        ${term(t("Resolution"), spans(found.resolution), t("From there to its end; without those that the customer left or that are part of another case."))}
      </dl>
      ${barsView(t("Cases by day"), found.by.day.map(({ what, cases }) => [day(what), cases]))}
      ${this.#table(t("By queue"), t("Queue"), found.by.queue, told)} ${this.#table(t("By topic"), t("Topic"), found.by.topic, told)} ${this.#table(t("By language"), t("Language"), found.by.language, language)}
      ${this.#table(t("By channel"), t("Channel"), found.by.channel, channel)} ${this.#table(t("By day"), t("Day"), found.by.day, day)}
      ${this.#table(t("By week"), t("Week"), found.by.week, (each) => each)} ${this.#table(t("By hour"), t("Hour"), found.by.hour, (each) => `${each}:00 UTC`)}
      ${commentsView(this.#comments)} ${this.#missedView()} ${this.#markedView(found)}`;
  }

  render(): TemplateResult {
    return html`<div class="page">
      <h1 tabindex="-1">${t("Figures")}</h1>
      ${this.#problem ? html`<p class="problem" role="alert">${this.#problem}</p>` : nothing}
      <div class="filters" role="group" aria-label=${t("Days")}>
        ${DAYS.map(
          (days) =>
            html`<button type="button" aria-pressed=${this.#days === days} @click=${() => this.open(days)}>
              ${days === 1 ? t("One day") : t("{count} days", { count: days })}
            </button>`,
        )}
 ${this.#narrow("language", this.#language, t("Every language"), t("language"), language)}
        ${this.#narrow("channel", this.#channel, t("Every channel"), t("channel"), channel)}
        <a href="api/figures?${this.#asked}&format=csv" download>${t("Save as CSV")}</a>
      </div>
      ${this.#counted ? this.#all(this.#counted) : this.#problem ? nothing : html`<p class="quiet" role="status">${t("Counting")}</p>`}
    </div>`;
  }
}
