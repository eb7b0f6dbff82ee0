/** The advisors' page. `Desk` knows, this element shows. It draws into the page itself: one style sheet serves it all. */

import "./desk.css";
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { guard } from "lit/directives/guard.js";
import type { CaseRow, Detail } from "../generated/desk.js";
import { OwnAccount } from "./account.js";
import { Alerts } from "./alerts.js";
import { footView, headView, type Tab } from "./case.js";
import { Closing } from "./closing.js";
import { Composer } from "./composer.js";
import { Desk } from "./desk.js";
import { Entrance } from "./entrance.js";
import { Figures } from "./figures.js";
import { Keys } from "./keys.js";
import { Finder } from "./list.js";
import { People } from "./people.js";
import { HELD_FOR, type Outgoing } from "./outbox.js";
import { transcriptView } from "./transcript.js";
import { trayView } from "./tray.js";
import { WrittenReplies } from "./written.js";

type Place = "figures" | "replies" | "people" | "account";

const TITLE = "Concierge desk";
const NEAR_THE_END = 320;
const TICK = 20_000; // ms until waits are told anew

/** An address that was cut off or typed by hand leads to no case, and is no error. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const whose = (row: CaseRow): string => row.customer.name || "A customer";

@customElement("desk-app")
export class DeskApp extends LitElement {
  @state() private showAll = false;
  @state() private tab: Tab = "talk";
  /** A page in place of a case. */
  @state() private place: Place | null = null;

  private readonly alerts = new Alerts();
  private readonly desk = new Desk(
    () => this.requestUpdate(),
    {
      arrived: (row) => this.alerts.announce("New case", `${whose(row)}: ${row.topic}`, row.id),
      replied: (row) => this.alerts.announce(whose(row), row.last_message?.text ?? "", row.id),
      mentioned: (id, by, note) => this.alerts.announce(`${by} names you in a note`, note, id),
      due: (row) => this.alerts.announce("Put aside until now", `${whose(row)}: ${row.topic}`, row.id),
      passed: (row, by) => this.alerts.announce(`${by} passed you a case`, `${whose(row)}: ${row.topic}`, row.id),
    },
  );
  private readonly finder = new Finder(this, this.desk, (id) => this.goto(id));
  private readonly closing = new Closing(this, this.desk);
  private readonly places = {
    figures: new Figures(this), replies: new WrittenReplies(this), people: new People(this), account: new OwnAccount(this) };
  private readonly entrance = new Entrance(this, this.desk, () => this.route());
  private readonly composer = new Composer(this, this.desk);
  private readonly keys = new Keys(this, [
    { key: "/", says: "Search", does: () => this.finder.focus() },
    { key: "j", says: "Next case in the list", does: () => this.finder.step(1) },
    { key: "k", says: "Case before it", does: () => this.finder.step(-1) },
    { key: "t", says: "Take the case", does: () => this.press(".deeds .take") },
    { key: "p", says: "Pass the case on, or put it back", does: () => this.press("[data-deed=pass-on]") },
    { key: "r", says: "Write to the customer", does: () => this.composer.focus() },
    { key: "n", says: "Write a note for colleagues", does: () => this.toNote() },
    { key: "u", says: "Show what the assistant understood", does: () => (this.showAll = !this.showAll) },
    { key: "?", says: "These keys", does: () => this.keys.show() },
  ]);
  /** A phone's keyboard, or a note being written, takes room: the end of the conversation stays in view. */
  private readonly resized = new ResizeObserver(() => this.atEnd && this.toEnd());
  private atEnd = true;
  /** How much was said below what is in view. */
  @state() private below = 0;
  private endSeq = 0;
  private tick = 0;
  private shown = "";

  protected override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("hashchange", this.route);
    this.tick = window.setInterval(() => {
      this.desk.wake();
      this.requestUpdate();
    }, TICK);
    void this.desk.begin().then(this.route);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.route);
    clearInterval(this.tick);
  }

  private route = (): void => {
    const id = /^#case\/(.+)$/.exec(location.hash)?.[1];
    this.entrance.invitation = /^#invitation\/(.+)$/.exec(location.hash)?.[1] ?? null;
    const place = location.hash.slice(1);
    this.place = this.desk.me && place in this.places ? (place as Place) : null;
    if (this.place) void this.places[this.place].open();
    this.closing.cancel();
    this.tab = "talk";
    if (this.desk.me) void this.desk.select(id ? decoded(id) : null);
  };

  private get leads(): boolean {
    return this.desk.me !== null && this.desk.me.role !== "advisor";
  }

  private goto(id: string | null): void {
    location.hash = id ? `case/${encodeURIComponent(id)}` : "";
  }

  private press(selector: string): void {
    this.querySelector<HTMLButtonElement>(selector)?.click();
  }

  private toNote(): void {
    if (!this.desk.detail) return;
    this.tab = "file";
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("#colleagues")?.focus());
  }

  protected override updated(_changes: PropertyValues): void {
    const count = this.desk.me ? this.desk.attention : 0;
    document.title = count ? `(${count}) ${TITLE}` : TITLE;
    const detail = this.desk.detail;
    const mark = detail ? `${detail.case.id}:${detail.messages.at(-1)?.seq}:${this.desk.outbox.items.length}` : "";
    if (mark === this.shown) return;
    const another = this.shown.split(":")[0] !== detail?.case.id;
    this.shown = mark;
    const scroll = this.scroller;
    if (scroll && another) this.resized.observe(scroll);
    // Somebody who reads further up is not torn away by a new message: they are told of it.
    if (scroll && (another || this.rest(scroll) < NEAR_THE_END)) this.toEnd();
    else if (detail && !another) this.below = this.unread(detail);
    if (another && detail) this.querySelector<HTMLElement>("#conversation h1")?.focus({ preventScroll: true });
  }

  /** Counts what customer, assistant and advisor have said since the end was last in view. */
  private unread({ messages }: Detail): number {
    return messages.filter(({ seq, kind }) => seq > this.endSeq && kind !== "event").length;
  }

  private get scroller(): HTMLElement | null {
    return this.querySelector<HTMLElement>(".scroll");
  }

  private rest(scroll: HTMLElement): number {
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight;
  }

  private toEnd(): void {
    const scroll = this.scroller;
    if (scroll) scroll.scrollTop = scroll.scrollHeight;
    this.reached();
  }

  private reached(): void {
    this.atEnd = true;
    this.endSeq = this.desk.detail?.messages.at(-1)?.seq ?? 0;
    if (this.below) this.below = 0;
  }

  private onScroll(event: Event): void {
    this.atEnd = this.rest(event.target as HTMLElement) < 2;
    if (this.atEnd) this.reached();
  }

  private takeBack({ key, case: id }: Outgoing): void {
    const words = this.desk.outbox.discard(key);
    if (words === null) return;
    const draft = this.desk.drafts.of(id, "reply");
    this.composer.put(id, draft ? `${words}\n${draft}` : words);
    void this.updateComplete.then(() => this.composer.focus());
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.desk.settled) return nothing;
    return this.desk.me && !this.entrance.invitation ? this.renderDesk() : this.entrance.render();
  }

  private renderDesk(): TemplateResult {
    const { desk } = this;
    const { waiting } = desk.sections;
    return html`<a class="skip" href="#conversation" @click=${(event: Event) => this.skip(event)}>Skip to the conversation</a>
      <header class="top">
        <a class="mark" href="#">Concierge desk</a>
        <p class="state" role="status" data-connected=${String(desk.connected)}>
          ${desk.connected
            ? waiting.length
              ? `${waiting.length} waiting`
              : "Nobody is waiting"
            : "Connecting again"}
        </p>
        <label class="toggle"
          ><input
            type="checkbox"
            .checked=${this.alerts.on}
            @change=${(event: Event) => void this.alerts.set((event.target as HTMLInputElement).checked)}
          />
          Alert me</label
        >
        ${this.leads ? html`<a href="#figures">Figures</a> <a href="#replies">Replies</a>` : nothing}
        ${desk.me?.role === "admin" ? html`<a href="#people">People</a>` : nothing}
        <button class="link keyboard" type="button" @click=${() => this.keys.show()}>Keyboard</button>
        <a class="me" href="#account">${desk.me?.name}</a>
        <button class="link" type="button" @click=${() => void desk.logout()}>Sign out</button>
      </header>
      <div class="desk" data-view=${desk.open ? "case" : this.place ? "page" : "list"} data-tab=${this.tab}>
        <nav id="cases" tabindex="-1" aria-label="Cases">
          ${guard([desk.revision, this.finder.revision, Math.floor(Date.now() / TICK)], () => this.finder.render())}
        </nav>
        <main id="conversation" tabindex="-1">${this.renderCase()}</main>
        ${desk.detail
          ? html`<aside id="file" tabindex="-1" aria-label="Client file">${this.renderFile(desk.detail)}</aside>`
          : html`<aside id="file" aria-hidden="true"></aside>`}
      </div>
      ${this.keys.render(this.renderHold())}`;
  }

  private renderFile(detail: Detail): unknown {
    const note = this.desk.drafts.of(detail.case.id, "note");
    return guard([this.desk.revision, note], () => trayView(this.desk, detail));
  }

  private renderHold(): TemplateResult {
    const { outbox } = this.desk;
    const set = (event: Event): void => {
      outbox.holds = (event.target as HTMLInputElement).checked ? HELD_FOR : 0;
    };
    return html`<label class="toggle">
      <input type="checkbox" .checked=${outbox.holds > 0} @change=${set} />
      Hold each message for five seconds, so that it can be taken back</label
    >`;
  }

  private skip(event: Event): void {
    event.preventDefault();
    this.querySelector<HTMLElement>("#conversation")?.focus();
  }

  private renderCase(): TemplateResult {
    const { desk } = this;
    if (this.place) return this.places[this.place].render();
    if (desk.open && !desk.detail)
      return html`<div class="empty"><h1 class="unseen">Case</h1><p>${desk.problem || "Opening the case"}</p></div>`;
    if (!desk.detail)
      return html`<div class="empty">
        <h1>${desk.sections.waiting.length ? "Choose a case" : "All is quiet"}</h1>
        <p>New cases appear by themselves.</p>
        ${desk.problem ? html`<p class="problem" role="alert">${desk.problem}</p>` : nothing}
      </div>`;
    const { detail } = desk;
    const row = { ...detail.case, ...(desk.cases.get(detail.case.id) ?? {}), customer: detail.case.customer };
    return html`${headView(row, desk, {
        closing: this.closing,
        tab: this.tab,
        all: this.showAll,
        onTab: (tab) => (this.tab = tab),
        onAll: (all) => (this.showAll = all),
        onBack: () => this.goto(null),
      })}
      ${desk.problem ? html`<p class="problem banner" role="alert">${desk.problem}</p>` : nothing}
      ${this.closing.render(row)}
      <div
        class="scroll"
        tabindex="0"
        role="region"
        aria-label="Conversation"
        @scroll=${(event: Event) => this.onScroll(event)}
      >
        ${transcriptView(desk, detail, this.showAll, (item) => this.takeBack(item))}
      </div>
      ${this.below
        ? html`<p class="below" role="status">
            <button class="secondary" type="button" @click=${() => this.toEnd()}>
              ${this.below === 1 ? "1 new message" : `${this.below} new messages`}
            </button>
          </p>`
        : nothing}
      ${footView(row, desk, this.composer)}`;
  }
}
