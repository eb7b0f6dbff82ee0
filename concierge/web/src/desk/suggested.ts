/** Drafts to begin with, which the server makes from the decision, the order and what is missing: offered while the draft is empty. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost } from "lit";
import type { Detail, Suggestions } from "../generated/desk.js";
import { api } from "./api.js";
import type { Template } from "./term.js";
import { t } from "./tongue.js";

const TITLES: Record<Suggestions[number]["because"], string> = {
  decision: t("Tell the decision"),
  order: t("Tell where the order is"),
  missing: t("Ask what is missing"),
};

export class Suggested implements ReactiveController {
  #known: { of: string; found: Suggestions } | null = null;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {}

  /** Fetched once for each state of the case: what was decided, and whether the advisor has greeted. */
  #follow({ case: row, decisions, messages }: Detail): Suggestions {
    const greeted = messages.some(({ role }) => role === "advisor");
    const of = [row.id, decisions.length, greeted].join(" ");
    if (this.#known?.of === of) return this.#known.found;
    const known = (this.#known = { of, found: [] as Suggestions });
    void api.suggestions(row.id).then((found) => {
      known.found = found;
      this.host.requestUpdate();
    }, () => undefined);
    return known.found;
  }

  render(detail: Detail, choose: (text: string) => void): Template {
    const found = this.#follow(detail);
    if (!found.length) return nothing;
    return html`<div class="suggested" role="group" aria-label=${t("Begin with")}>
      ${found.map(
        ({ because, language, text }) =>
          html`<button type="button" title=${text} @click=${() => choose(text)}>
            ${TITLES[because]} <span dir="auto" lang=${language}>${text}</span>
          </button>`,
      )}
    </div>`;
  }
}
