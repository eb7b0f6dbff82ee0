/** How a case ends: with a note, back to the assistant or for good. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { CaseRow } from "../generated/desk.js";
import { LONGEST } from "./composer.js";
import type { Desk } from "./desk.js";

export type How = "hand-back" | "resolve";

export class Closing implements ReactiveController {
  how: How | null = null;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly desk: Desk,
  ) {
    host.addController(this);
  }

  hostConnected(): void {}

  cancel(): void {
    this.how = null;
    this.host.requestUpdate();
  }

  ask(how: How): void {
    this.how = this.how === how ? null : how;
    this.host.requestUpdate();
    if (this.how) void this.host.updateComplete.then(() => this.host.querySelector<HTMLElement>("#note")?.focus());
  }

  async #finish(event: SubmitEvent, row: CaseRow): Promise<void> {
    event.preventDefault();
    const note = String(new FormData(event.target as HTMLFormElement).get("note") ?? "").trim();
    if (this.how && (await this.desk.close(row.id, this.how, note))) this.cancel();
  }

  render(row: CaseRow): TemplateResult | typeof nothing {
    if (!this.how) return nothing;
    const back = this.how === "hand-back";
    return html`<form
      class="closing"
      @submit=${(event: SubmitEvent) => void this.#finish(event, row)}
      @keydown=${(event: KeyboardEvent) => event.key === "Escape" && this.cancel()}
    >
      <label for="note">
        ${back ? "What is settled: the assistant tells the customer, word for word" : "Note for the file: how it was resolved"}
      </label>
      <textarea id="note" name="note" rows="2" maxlength=${LONGEST}></textarea>
      <div>
        <button class="primary" type="submit" ?disabled=${this.desk.busy}>
          ${back ? "Hand back to the assistant" : "Resolve the case"}
        </button>
        <button class="link" type="button" @click=${() => this.cancel()}>Keep the case</button>
      </div>
    </form>`;
  }
}
