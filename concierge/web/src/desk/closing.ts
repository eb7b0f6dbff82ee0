/** How a case leaves the advisor's hands: ended, handed back, passed to a colleague, put back or taken over; with a note. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { CaseRow, Colleague } from "../generated/desk.js";
import type { Ending } from "./api.js";
import { LONGEST } from "./composer.js";
import type { Desk } from "./desk.js";
import { moment } from "./format.js";

export type How = Ending | "pass-on" | "snooze";

const SAYS: Record<How, { label: string; button: string; keep: string }> = {
  "hand-back": {
    label: "What is settled: the assistant tells the customer, word for word",
    button: "Hand back to the assistant",
    keep: "Keep the case",
  },
  resolve: { label: "Note for the file: how it was resolved", button: "Resolve the case", keep: "Keep the case" },
  release: {
    label: "Note for whoever takes it next; the customer goes back to waiting",
    button: "Put it back into the queue",
    keep: "Keep the case",
  },
  "pass-on": { label: "Note for your colleague; the customer does not see it", button: "Pass it on", keep: "Cancel" },
  snooze: { label: "", button: "Put it aside", keep: "Keep it in front" },
  "take-over": { label: "Note for the file: why you take it over", button: "Take it over", keep: "Cancel" },
};

/** From now on: what is chosen most. */
function spans(now = new Date()): [string, Date][] {
  const at = (days: number, hour: number): Date =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  return [
    ["In an hour", new Date(now.getTime() + 3_600_000)],
    ["In four hours", new Date(now.getTime() + 4 * 3_600_000)],
    ["Tomorrow morning", at(1, 9)],
    ["In three days", at(3, 9)],
    ["In a week", at(7, 9)],
  ];
}

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
    const first = this.how === "pass-on" ? "#to" : this.how === "snooze" ? "#until" : "#note";
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
    const done = how === "pass-on" ? this.desk.deeds.passOn(row.id, this.#to, note) : this.desk.deeds.close(row.id, how, note);
    if (!(await done)) return;
    this.desk.drafts.write(row.id, "closing", "");
    this.cancel();
  }

  #times(): TemplateResult {
    const choices = spans();
    this.#until ??= choices[0]![1];
    return html`<label for="until">Until</label>
      <select
        id="until"
        @change=${(event: Event) => (this.#until = choices[(event.target as HTMLSelectElement).selectedIndex]![1])}
      >
        ${choices.map(([title, at]) => html`<option>${title} (${moment(at.toISOString())})</option>`)}
      </select>
      <p class="quiet">It is in front of you again then, or as soon as the customer writes.</p>`;
  }

  #colleagues(row: CaseRow): TemplateResult {
    const here = (each: Colleague): number => Number(!each.present);
    const others = this.desk.deeds.colleagues.filter(({ id }) => id !== row.advisor?.id).sort((a, b) => here(a) - here(b));
    return html`<label for="to">Colleague</label>
      <select id="to" required @change=${(event: Event) => (this.#to = (event.target as HTMLSelectElement).value)}>
        <option value="">Choose</option>
        ${others.map(
          ({ id, name, present }) =>
            html`<option value=${id}>${id === this.desk.me?.id ? `${name} (you)` : name}${present ? "" : ", not at the desk"}</option>`,
        )}
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
      ${this.how === "snooze" ? this.#times() : this.#note(row, label)}
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
