/** How a case leaves the advisor's hands: ended, handed back, passed to a colleague, put back or taken over; with a note. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { CaseRow, Colleague } from "../generated/desk.js";
import type { Ending } from "./api.js";
import { LONGEST } from "./composer.js";
import type { Desk } from "./desk.js";

export type How = Ending | "pass-on";

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
  "take-over": { label: "Note for the file: why you take it over", button: "Take it over", keep: "Cancel" },
};

export class Closing implements ReactiveController {
  how: How | null = null;
  #to = "";

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
    this.host.requestUpdate();
  }

  ask(how: How): void {
    this.how = this.how === how ? null : how;
    this.host.requestUpdate();
    if (this.how === "pass-on") void this.desk.meet();
    const first = this.how === "pass-on" ? "#to" : "#note";
    if (this.how) void this.host.updateComplete.then(() => this.host.querySelector<HTMLElement>(first)?.focus());
  }

  async #finish(event: SubmitEvent, row: CaseRow): Promise<void> {
    event.preventDefault();
    const { how } = this;
    const note = this.desk.drafts.of(row.id, "closing").trim();
    if (!how) return;
    const done = how === "pass-on" ? this.desk.passOn(row.id, this.#to, note) : this.desk.close(row.id, how, note);
    if (!(await done)) return;
    this.desk.drafts.write(row.id, "closing", "");
    this.cancel();
  }

  #colleagues(row: CaseRow): TemplateResult {
    const here = (each: Colleague): number => Number(!each.present);
    const others = this.desk.colleagues.filter(({ id }) => id !== row.advisor?.id).sort((a, b) => here(a) - here(b));
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
      <label for="note">${label}</label>
      <textarea
        id="note"
        rows="2"
        dir="auto"
        maxlength=${LONGEST}
        .value=${this.desk.drafts.of(row.id, "closing")}
        @input=${(event: Event) => this.desk.drafts.write(row.id, "closing", (event.target as HTMLTextAreaElement).value)}
      ></textarea>
      <div>
        <button class="primary" type="submit" ?disabled=${this.desk.busy}>${button}</button>
        <button class="link" type="button" @click=${() => this.cancel()}>${keep}</button>
      </div>
    </form>`;
  }
}
