/**
 * Below an answer of the assistant: what it had understood, on which figures it answered, and where to say that it was
 * something else. Closed at first, so what only an open one shows is not there before: a long case has a thousand of them,
 * and the choice of topics alone is a hundred elements each.
 */

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Mark, Message } from "../generated/desk.js";
import { citation, percent, quantity, words } from "./format.js";
import { mayMean, meanings, named } from "./names.js";
import { term, type Template } from "./term.js";
import { t } from "./tongue.js";
import type { Understanding } from "./understood.js";

const WORTH_NAMING = 0.01;

const said = ({ intent, confidence }: Understanding): string =>
  confidence === null ? named(intent) : `${named(intent)}, ${percent(confidence)}`;

export type Marking = (message: Message, part: number, intent: string) => void;

@customElement("desk-meaning")
export class Meaning extends LitElement {
  /** The assistant's. */
  @property({ attribute: false }) message!: Message;
  /** The customer's, which it answers. */
  @property({ attribute: false }) asked: Message | undefined;
  @property({ attribute: false }) known: Understanding[] = [];
  @property({ attribute: false }) marks: readonly Mark[] = [];
  @property({ attribute: false }) mark!: Marking;
  /** Whether all of them are open. */
  @property({ attribute: false }) all = false;
  @state() private opened = false;
  @state() private choosing = false;

  protected override createRenderRoot(): this {
    return this;
  }

  /** As high as it will be, at once: the page keeps its place by what is drawn above. */
  override connectedCallback(): void {
    super.connectedCallback();
    this.performUpdate();
  }

  protected override render(): Template {
    const { meta } = this.message;
    if (!this.known.length && !meta.utter && !meta.action && !meta.figures?.length) return nothing;
    return html`<details class="why" data-why ?open=${this.all} @toggle=${(event: Event) => this.#toggled(event)}>
      <summary>
        <span class="unseen">${t("What the assistant understood:")} </span>${this.known.length
          ? this.known.map(said).join(" · ")
          : words(meta.utter ?? meta.action ?? "")}
      </summary>
      ${this.all || this.opened ? this.#inside() : nothing}
    </details>`;
  }

  #toggled(event: Event): void {
    this.opened = (event.target as HTMLDetailsElement).open && !this.all;
    this.choosing = this.opened;
  }

  #inside(): TemplateResult {
    const { known } = this;
    return known.length > 1
      ? html`${known.map((each) => html`<dl data-part>${this.#question(each)}</dl>${this.#meant(each)}`)}
          <dl>${this.#answer()}</dl>`
      : html`<dl>${known.map((each) => this.#question(each))} ${this.#answer()}</dl>
          ${known.map((each) => this.#meant(each))}`;
  }

  #question(known: Understanding): TemplateResult {
    const next = known.ranking.filter((other) => other.name !== known.intent && other.confidence >= WORTH_NAMING);
    return html`${known.of ? term(t("Question"), html`<q dir="auto">${known.of}</q>`) : nothing}
    ${term(t("Intent"), html`<code>${known.intent}</code>`)}
    ${term(t("Confidence"), known.confidence === null ? "" : percent(known.confidence))}
    ${term(t("Next likely"), next.slice(0, 2).map((other) => `${named(other.name)} ${percent(other.confidence)}`).join(", "))}
    ${term(t("Found"), known.entities.map((each) => `${words(each.entity)}: ${quantity(each.value)}`).join(", "))}`;
  }

  #answer(): TemplateResult {
    const { meta } = this.message;
    return html`${term(t("Reply"), meta.utter ? html`<code>${meta.utter}</code>` : "")}
    ${term(t("Action"), meta.action ? html`<code>${meta.action}</code>` : "")}
    ${(meta.figures ?? []).map((figure) =>
      term(
        words(figure.key),
        html`${quantity(figure.value, figure.unit)}
          <span class="source"><code>${figure.key}</code> ${citation(figure.source)}</span>`,
      ),
    )}`;
  }

  /** Says at a question of the customer that it was understood wrongly, and what it was: one press. */
  #meant(known: Understanding): Template {
    const { asked, mark } = this;
    if (!asked) return nothing;
    const meant = this.marks.find(({ seq, part }) => seq === asked.seq && part === known.part)?.meant;
    if (meant)
      return html`<div class="meant" role="status">
        ${t("Marked as wrong: {topic}", { topic: named(meant) })}
        <button class="link" type="button" @click=${() => mark(asked, known.part, "")}>${t("Take the mark away")}</button>
      </div>`;
    const likely = known.ranking.filter(({ name }) => name !== known.intent && mayMean(name)).slice(0, 2);
    const choose = (): void => void (this.choosing = true);
    return html`<div class="meant" role="group" aria-label=${t("This was wrong; it was")}>
      <span>${t("This was wrong; it was")}</span>
      ${likely.map(({ name }) => html`<button class="link" type="button" @click=${() => mark(asked, known.part, name)}>${named(name)}</button>`)}
      <select
        aria-label=${t("Another topic")}
        @pointerenter=${choose}
        @focus=${choose}
        @change=${(event: Event) => mark(asked, known.part, (event.target as HTMLSelectElement).value)}
      >
        <option value="">${likely.length ? t("Something else") : t("Choose")}</option>
        ${this.choosing ? meanings().map(([code, name]) => (code === known.intent ? nothing : html`<option value=${code}>${name}</option>`)) : nothing}
      </select>
    </div>`;
  }
}
