/** How a case leaves the advisor's hands: ended, handed back, passed to a colleague or another queue, put back or taken over; with a note. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { CaseRow, Colleague } from "../generated/desk.js";
import type { Ending } from "./api.js";
import { LONGEST } from "./composer.js";
import type { Desk } from "./desk.js";
import { ago, loadOf, moment, state } from "./format.js";
import { byFitness, serves } from "./model.js";
import { channel } from "./names.js";
import { t, told } from "./tongue.js";

export type How = Ending | "pass-on" | "snooze" | "merge";

const SAYS: Record<How, { label: string; button: string; keep: string }> = {
  "hand-back": {
    label: t("What is settled: the assistant tells the customer, word for word"),
    button: t("Hand back to the assistant"),
    keep: t("Keep the case"),
  },
  resolve: { label: t("Note for the file: how it was resolved"), button: t("Resolve the case"), keep: t("Keep the case") },
  release: {
    label: t("Note for whoever takes it next; the customer goes back to waiting"),
    button: t("Put it back into the queue"),
    keep: t("Keep the case"),
  },
  "pass-on": { label: t("Note for whoever has it next; the customer does not see it"), button: t("Pass it on"), keep: t("Cancel") },
  snooze: { label: "", button: t("Put it aside"), keep: t("Keep it in front") },
  merge: { label: "", button: t("Merge it into this case"), keep: t("Keep both") },
  "take-over": { label: t("Note for the file: why you take it over"), button: t("Take it over"), keep: t("Cancel") },
};

const QUEUE = "queue:"; // before a queue's code among the colleagues' ids

/** From now on: what is chosen most. */
function spans(now = new Date()): [string, Date][] {
  const at = (days: number, hour: number): Date =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  return [
    [t("In an hour"), new Date(now.getTime() + 3_600_000)],
    [t("In four hours"), new Date(now.getTime() + 4 * 3_600_000)],
    [t("Tomorrow morning"), at(1, 9)],
    [t("In three days"), at(3, 9)],
    [t("In a week"), at(7, 9)],
  ];
}

/** What the advisor may merge into the case that is open. */
export const mergeable = ({ detail, me }: Desk): CaseRow[] =>
  (detail?.same_customer ?? []).filter((row) => row.status === "queued" || row.advisor?.id === me?.id || me?.role !== "advisor");

export class Closing implements ReactiveController {
  how: How | null = null;
  #to = "";
  #until: Date | null = null;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly desk: Desk,
  ) {
    host.addController(this);
  }

  hostConnected(): void {}

  cancel(): void {
    this.how = null;
    this.#to = "";
    this.#until = null;
    this.host.requestUpdate();
  }

  ask(how: How): void {
    this.how = this.how === how ? null : how;
    this.host.requestUpdate();
    if (this.how === "pass-on") void this.desk.deeds.meet();
    const first = { "pass-on": "#to", snooze: "#until", merge: "#other" }[String(this.how)] ?? "#note";
    if (this.how) void this.host.updateComplete.then(() => this.host.querySelector<HTMLElement>(first)?.focus());
  }

  async #finish(event: SubmitEvent, row: CaseRow): Promise<void> {
    event.preventDefault();
    const { how } = this;
    const note = this.desk.drafts.of(row.id, "closing").trim();
    if (!how) return;
    if (how === "snooze") {
      if (await this.desk.deeds.snooze(row.id, this.#until)) this.cancel();
      return;
    }
    if (how === "merge") {
      if (this.#to && (await this.desk.deeds.merge(row.id, this.#to))) this.cancel();
      return;
    }
    const done = how === "pass-on" ? this.#passOn(row, note) : this.desk.deeds.close(row.id, how, note);
    if (!(await done)) return;
    this.desk.drafts.write(row.id, "closing", "");
    this.cancel();
  }

  #passOn(row: CaseRow, note: string): Promise<boolean> {
    const queue = this.#to.startsWith(QUEUE) ? this.#to.slice(QUEUE.length) : "";
    return this.desk.deeds.passOn(row.id, queue ? { queue, note } : { to: this.#to, note });
  }

  #others(): TemplateResult {
    return html`<label for="other">${t("Another case of the same customer")}</label>
      <select id="other" required @change=${(event: Event) => (this.#to = (event.target as HTMLSelectElement).value)}>
        <option value="">${t("Choose")}</option>
        ${mergeable(this.desk).map(
          (each) => html`<option value=${each.id}>${[told(each.topic), channel(each.channel), state(each.status), ago(each.waiting_since)].join(", ")}</option>`,
        )}
      </select>
      <p class="quiet">${t("The other case is closed, and is read here from then on; the customer is told there. This cannot be undone.")}</p>`;
  }

  #times(): TemplateResult {
    const choices = spans();
    this.#until ??= choices[0]![1];
    return html`<label for="until">${t("Until")}</label>
      <select
        id="until"
        @change=${(event: Event) => (this.#until = choices[(event.target as HTMLSelectElement).selectedIndex]![1])}
      >
        ${choices.map(([title, at]) => html`<option>${title} (${moment(at.toISOString())})</option>`)}
      </select>
      <p class="quiet">${t("It is in front of you again then, or as soon as the customer writes.")}</p>`;
  }

  #called(each: Colleague, row: CaseRow): string {
    const { id, name, presence } = each;
    const does = presence === "off" ? t(", not at the desk") : presence === "away" ? t(", away") : "";
    const limit = serves(each, row) ? "" : t(", does not serve this queue or language");
    return `${id === this.desk.me?.id ? t("{name} (you)", { name }) : name}, ${loadOf(each)}${does}${limit}`;
  }

  #colleagues(row: CaseRow): TemplateResult {
    const others = this.desk.deeds.colleagues.filter(({ id }) => id !== row.advisor?.id).sort(byFitness(row));
    const queues = this.desk.deeds.queues.filter(({ code }) => row.status !== "queued" || code !== row.queue);
    return html`<label for="to">${t("Colleague or queue")}</label>
      <select id="to" required @change=${(event: Event) => (this.#to = (event.target as HTMLSelectElement).value)}>
        <option value="">${t("Choose")}</option>
        <optgroup label=${t("Colleagues")}>
          ${others.map(
            (each) => html`<option value=${each.id} ?selected=${each.id === this.#to}>${this.#called(each, row)}</option>`,
          )}
        </optgroup>
        <optgroup label=${t("Queues")}>
          ${queues.map(
            ({ code, title, open, opens_at }) =>
              html`<option value="${QUEUE}${code}">${told(title)}${open || !opens_at ? "" : t(", closed until {time}", { time: moment(opens_at) })}</option>`,
          )}
        </optgroup>
      </select>`;
  }

  render(row: CaseRow): TemplateResult | typeof nothing {
    if (!this.how) return nothing;
    const { label, button, keep } = SAYS[this.how];
    return html`<form
      class="closing"
      @submit=${(event: SubmitEvent) => void this.#finish(event, row)}
      @keydown=${(event: KeyboardEvent) => event.key === "Escape" && this.cancel()}
    >
      ${this.how === "pass-on" ? this.#colleagues(row) : nothing}
      ${this.how === "snooze" ? this.#times() : this.how === "merge" ? this.#others() : this.#note(row, label)}
      <div>
        <button class="primary" type="submit" ?disabled=${this.desk.busy}>${button}</button>
        <button class="link" type="button" @click=${() => this.cancel()}>${keep}</button>
      </div>
    </form>`;
  }

  #note(row: CaseRow, label: string): TemplateResult {
    return html`<label for="note">${label}</label>
      <textarea
        id="note"
        rows="2"
        dir="auto"
        maxlength=${LONGEST}
        .value=${this.desk.drafts.of(row.id, "closing")}
        @input=${(event: Event) => this.desk.drafts.write(row.id, "closing", (event.target as HTMLTextAreaElement).value)}
      ></textarea>`;
  }
}
