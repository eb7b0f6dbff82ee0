/** The list of cases: who waits, who is mine, who is with somebody else, who left today; and the search over all of them. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { CaseRow, Views } from "../generated/desk.js";
import { api } from "./api.js";
import type { Desk } from "./desk.js";
import { dueIn, language, moment, money, state, waited, words } from "./format.js";
import { fieldsView, narrowed, NOTHING, viewsView, type Narrowed, type State } from "./filters.js";
import { asleep, live, returns, unanswered, type Sections } from "./model.js";
import type { Template } from "./term.js";
import { t, told } from "./tongue.js";

/** “Track Trainers and 1 more, €1,745.00” */
export function pieceOf({ name, more, value, currency }: NonNullable<CaseRow["piece"]>): string {
  return `${more ? t("{name} and {count} more", { name, count: more }) : name}, ${money(value, currency)}`;
}

function row(item: CaseRow, desk: Desk, open: (id: string) => void): TemplateResult {
  const pressing = item.priority === "urgent" || item.priority === "high";
  const fresh = desk.fresh(item);
  const said = item.last_message;
  const due = live(item) ? dueIn(item) : null;
  const since = live(item) ? unanswered(item) || item.waiting_since : (item.closed_at ?? item.waiting_since);
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
        <span class="customer">${item.customer.name || item.customer.email || t("Guest")}</span>
        <span class="since" data-due=${due?.how ?? nothing}>${waited(since)}${due ? html`, <b>${due.says}</b>` : nothing}</span>
      </span>
      <span class="reason">
        ${pressing ? html`<b class="priority">${words(item.priority)}</b>` : nothing}${told(item.topic)}
        <span class="tongue" title=${language(item.language)}>${item.language.slice(0, 2).toUpperCase()}</span>
        <span class="tongue queue">${told(item.queue_title)}</span>
      </span>
      ${item.piece ? html`<span class="piece">${pieceOf(item.piece)}</span>` : nothing}
      ${item.excerpt
        ? html`<span class="snippet" dir="auto">“${item.excerpt}”</span>`
        : said
        ? html`<span class="snippet" dir="auto">${desk.customerTyping(item.id)
              ? t("is writing …")
              : said.role === "advisor"
                ? `${said.author}: ${said.text}`
                : said.text}</span>`
        : nothing}
      ${item.status === "accepted" && item.advisor?.id !== desk.me?.id
        ? html`<span class="with">${t("with {name}", { name: item.advisor?.name })}</span>`
        : nothing}
      ${live(item) ? nothing : html`<span class="with">${state(item.status)}</span>`}
      ${asleep(item) ? html`<span class="with">${t("until {time}", { time: moment(item.snoozed_until) })}</span>` : nothing}
      ${item.before && item.status === "queued"
        ? html`<span class="with">${t("was with {name}", { name: returns(item, desk.me?.id) ? t("you") : item.before.name })}</span>`
        : nothing}
      ${item.customer_gone ? html`<span class="with">${t("has begun a new conversation")}</span>` : nothing}
      ${fresh ? html`<span class="unseen">${t(", new message")}</span>` : nothing}
    </a>
  </li>`;
}

const FILTERS: [State, string][] = [
  ["all", t("All")],
  ["mine", t("Yours")],
  ["waiting", t("Waiting")],
  ["others", t("Others")],
  ["closed", t("Closed")],
];
const TYPED = 250;

export class Finder implements ReactiveController {
  #filter: State = "all";
  #only: Narrowed = NOTHING;
  #views: Views | null = null;
  #naming = false;
  /** Another one after each change of what is looked for. */
  revision = 0;
  #typed = 0;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly desk: Desk,
    private readonly open: (id: string) => void,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#typed);
  }

  focus(): void {
    this.host.querySelector<HTMLElement>("#search")?.focus();
  }

  /** To the case that many places further down the list. */
  step(places: number): void {
    const rows = [...this.host.querySelectorAll<HTMLElement>("#cases .case")].filter((each) => each.checkVisibility());
    const at = rows.findIndex((each) => each.dataset["case"] === this.desk.open);
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + places))];
    next?.scrollIntoView({ block: "nearest" });
    if (next?.dataset["case"]) this.open(next.dataset["case"]);
  }

  #choose(filter: State, only = this.#only): void {
    this.#filter = filter;
    this.#only = only;
    this.#naming = false;
    this.#changed();
  }

  #changed(): void {
    this.revision += 1;
    this.host.requestUpdate();
  }

  async #keep(work: () => Promise<Views>): Promise<void> {
    this.#views = await work().catch(() => this.#views);
    this.#naming = false;
    this.#changed();
  }

  #name(): void {
    this.#naming = true;
    this.#changed();
    void this.host.updateComplete.then(() => this.host.querySelector<HTMLElement>("#view")?.focus());
  }

  #viewsView(): Template {
    if (!this.#views) {
      this.#views = [];
      void this.#keep(api.views);
    }
    const shown = { state: this.#filter, ...this.#only };
    return viewsView(shown, {
      views: this.#views,
      naming: this.#naming,
      use: ({ name: _, state, ...only }) => this.#choose(state, only),
      name: () => this.#name(),
      keep: (name) => void this.#keep(() => api.keepView({ name, ...shown })),
      forget: (name) => void this.#keep(() => api.forgetView(name)),
    });
  }

  #search(words: string): void {
    clearTimeout(this.#typed);
    this.#typed = window.setTimeout(() => void this.desk.search(words), words ? TYPED : 0);
  }

  #rows(items: CaseRow[]): TemplateResult {
    return html`<ul>
      ${repeat(
        items,
        (item) => item.id,
        (item) => row(item, this.desk, this.open),
      )}
    </ul>`;
  }

  #section(title: string, name: string, items: CaseRow[], empty = ""): Template {
    if (!items.length && !empty) return nothing;
    return html`<section data-section=${name} aria-labelledby="list-${name}">
      <h2 id="list-${name}">${title} <span class="number">${items.length || nothing}</span></h2>
      ${items.length ? this.#rows(items) : html`<p class="quiet">${empty}</p>`}
    </section>`;
  }

  #sections({ waiting, mine, later, others, closed }: Sections): Template[] {
    const only = this.#filter;
    const wanted = (name: State): boolean => only === "all" || only === name;
    return [
      wanted("mine") ? this.#section(t("You are named"), "named", narrowed(this.desk.mentions, this.#only)) : nothing,
      wanted("mine") ? this.#section(t("With you"), "mine", mine, only === "mine" ? t("You have no open case.") : "") : nothing,
      wanted("mine") ? this.#section(t("Later"), "later", later) : nothing,
      wanted("waiting") ? this.#section(t("Waiting"), "waiting", waiting, t("Nobody is waiting.")) : nothing,
      wanted("others")
        ? this.#section(t("With colleagues"), "others", others, only === "others" ? t("No colleague has a case.") : "")
        : nothing,
      only === "closed" ? this.#section(t("Closed today"), "closed", closed, t("No case was closed today.")) : nothing,
      only === "all" && closed.length
        ? html`<details class="past">
            <summary>${t("Closed today")} <span class="number">${closed.length}</span></summary>
            <div data-section="closed">${this.#rows(closed)}</div>
          </details>`
        : nothing,
    ];
  }

  render(): TemplateResult {
    const { found } = this.desk;
    const rows = [...this.desk.cases.values()];
    const sections = this.desk.sectionsOf(narrowed(rows, this.#only));
    const { mine, later, waiting, others } = sections;
    const yours = [...mine, ...later];
    const counts = { ...sections, mine: yours, all: [...yours, ...waiting, ...others] };
    const nobody = t("No case was found. Write a name, an order number, a whole e-mail address, or words that were said.");
    return html`<div class="find">
        <input
          id="search"
          type="search"
          aria-label=${t("Search cases by name, order number, e-mail or words")}
          placeholder=${t("Name, order, e-mail or words")}
          autocomplete="off"
          spellcheck="false"
          @input=${(event: Event) => this.#search((event.target as HTMLInputElement).value)}
        />
        ${found
          ? nothing
          : html`<div class="filters" role="group" aria-label=${t("Show")}>
              ${FILTERS.map(
                ([name, title]) =>
                  html`<button type="button" aria-pressed=${this.#filter === name} @click=${() => this.#choose(name)}>
                    ${title} <span class="number">${counts[name].length || nothing}</span>
                  </button>`,
              )}
            </div>
            ${fieldsView(rows, this.#only, (only) => this.#choose(this.#filter, only))} ${this.#viewsView()}`}
      </div>
      <div role="status" class="unseen">${found ? t("{count} found", { count: found.length }) : ""}</div>
      ${found ? this.#section(t("Found"), "found", found, nobody) : this.#sections(sections)}`;
  }
}
