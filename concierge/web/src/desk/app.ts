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
import { clock, PRESENCES } from "./format.js";
import { Keys } from "./keys.js";
import { unreachedView } from "./login.js";
import { Finder } from "./list.js";
import { People } from "./people.js";
import { HELD_FOR, type Outgoing } from "./outbox.js";
import { Team } from "./team.js";
import { transcriptView } from "./transcript.js";
import { trayView } from "./tray.js";
import { Undelivered } from "./undelivered.js";
import { Unrolled } from "./unrolled.js";
import { WrittenReplies } from "./written.js";
import { LANGUAGE, t, told } from "./tongue.js";

type Place = "figures" | "team" | "undelivered" | "replies" | "people" | "account";

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

const whose = (row: CaseRow): string => row.customer.name || t("A customer");

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
      arrived: (row) => this.alerts.announce(t("New case"), `${whose(row)}: ${told(row.topic)}`, row.id),
      replied: (row) => this.alerts.announce(whose(row), row.last_message?.text ?? "", row.id),
      mentioned: (id, by, note) => this.alerts.announce(t("{name} names you in a note", { name: by }), note, id),
      due: (row) => this.alerts.announce(t("Put aside until now"), `${whose(row)}: ${told(row.topic)}`, row.id),
      overdue: (row) => this.alerts.announce(t("Not answered in time"), `${whose(row)}: ${told(row.topic)}`, row.id),
      passed: (row, by) => this.alerts.announce(t("{name} passed you a case", { name: by }), `${whose(row)}: ${told(row.topic)}`, row.id),
    },
  );
  private readonly finder = new Finder(this, this.desk, (id) => this.goto(id));
  private readonly closing = new Closing(this, this.desk);
  private readonly places = {
    figures: new Figures(this), team: new Team(this, this.desk), undelivered: new Undelivered(this), replies: new WrittenReplies(this), people: new People(this), account: new OwnAccount(this) };
  private readonly unrolled = new Unrolled(
    () => this.requestUpdate(),
    () => (this.requestUpdate(), this.performUpdate()),
  );
  private readonly entrance = new Entrance(this, this.desk, () => this.route());
  private readonly composer = new Composer(this, this.desk);
  private readonly keys = new Keys(this, [
    { key: "/", says: t("Search"), does: () => this.finder.focus() },
    { key: "j", says: t("Next case in the list"), does: () => this.finder.step(1) },
    { key: "k", says: t("Case before it"), does: () => this.finder.step(-1) },
    { key: "t", says: t("Take the case"), does: () => this.press(".deeds .take") },
    { key: "p", says: t("Pass the case on, or put it back"), does: () => this.press("[data-deed=pass-on]") },
    { key: "r", says: t("Write to the customer"), does: () => this.composer.turn(false) },
    { key: "n", says: t("Write a note for colleagues"), does: () => this.toNote() },
    { key: "u", says: t("Show what the assistant understood"), does: () => (this.showAll = !this.showAll) },
    { key: "?", says: t("These keys"), does: () => this.keys.show() },
  ]);
  /** A phone's keyboard, or a note being written, takes room: the end of the conversation stays in view. */
  private readonly resized = new ResizeObserver(() => this.atEnd && this.toEnd());
  private atEnd = true;
  private scrolled = 0;
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
    document.documentElement.lang = LANGUAGE;
    addEventListener("hashchange", this.route);
    this.tick = window.setInterval(() => {
      this.desk.wake();
      this.requestUpdate();
    }, TICK);
    void this.desk.begin().then(() => {
      if (this.desk.me) this.entrance.entered();
      this.route();
    });
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
    this.tab = "talk";
    this.composer.turn(true);
  }

  /** What is added above moves nothing that is looked at. */
  protected override update(changes: PropertyValues): void {
    const { left } = this.unrolled;
    const scroll = left ? this.scroller : null;
    const rest = scroll ? this.rest(scroll) : 0;
    super.update(changes);
    if (scroll && this.unrolled.left < left) scroll.scrollTop += this.rest(scroll) - rest;
    this.unrolled.drawn();
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
    if (scroll && (another || this.atEnd || this.rest(scroll) < NEAR_THE_END)) this.toEnd();
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

  /** Only who scrolls up leaves the end: the event of a scroll of our own may come when more has been said since. */
  private onScroll(event: Event): void {
    const scroll = event.target as HTMLElement;
    if (this.rest(scroll) < 2) this.reached();
    else if (scroll.scrollTop < this.scrolled) this.atEnd = false;
    this.scrolled = scroll.scrollTop;
  }

  private takeBack({ key, case: id }: Outgoing): void {
    const words = this.desk.outbox.discard(key);
    if (words === null) return;
    const draft = this.desk.drafts.of(id, "reply");
    this.composer.put(id, draft ? `${words}\n${draft}` : words);
    this.composer.turn(false);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.desk.settled) return this.desk.unreachable ? unreachedView(this.desk.unreachable) : nothing;
    return this.desk.me && !this.entrance.invitation ? this.renderDesk() : this.entrance.render();
  }

  private renderDesk(): TemplateResult {
    const { desk } = this;
    const { waiting } = desk.sections;
    return html`<a class="skip" href="#conversation" @click=${(event: Event) => this.skip(event)}>${t("Skip to the conversation")}</a>
      <header class="top">
        <a class="mark" href="#">${t("Concierge desk")}</a>
        <p class="state" role="status" data-connected=${String(desk.connected)}>
          ${desk.connected
            ? waiting.length
              ? t("{count} waiting", { count: waiting.length })
              : t("Nobody is waiting")
            : t("Connecting again")}
        </p>
        <label class="toggle"
          ><input
            type="checkbox"
            .checked=${this.alerts.on}
            @change=${(event: Event) => void this.alerts.set((event.target as HTMLInputElement).checked)}
          />
          ${t("Alert me")}</label
        >
        ${this.renderPresence()}
        <a href="#undelivered">${t("Not delivered")}</a>
        ${this.leads ? html`<a href="#team">${t("Team")}</a> <a href="#figures">${t("Figures")}</a> <a href="#replies">${t("Replies")}</a>` : nothing}
        ${desk.me?.role === "admin" ? html`<a href="#people">${t("People")}</a>` : nothing}
        <button class="link keyboard" type="button" @click=${() => this.keys.show()}>${t("Keyboard")}</button>
        <a class="me" href="#account">${desk.me?.name}</a>
        <button class="link" type="button" @click=${() => void desk.logout()}>${t("Sign out")}</button>
      </header>
      ${desk.lost === null
        ? nothing
        : html`<p class="lost" role="status">
            ${t("No connection since {time}. What you see may be old; what you write is kept, and goes out by itself.", {
              time: clock(new Date(desk.lost).toISOString()),
            })}
          </p>`}
      <div class="desk" data-view=${desk.open ? "case" : this.place ? "page" : "list"} data-tab=${this.tab}>
        <nav id="cases" tabindex="-1" aria-label=${t("Cases")}>
          ${guard([desk.revision, this.finder.revision, Math.floor(Date.now() / TICK)], () => this.finder.render())}
        </nav>
        <main id="conversation" tabindex="-1">${this.renderCase()}</main>
        ${desk.detail
          ? html`<aside id="file" tabindex="0" aria-label=${t("Client file")}>${this.renderFile(desk.detail)}</aside>`
          : html`<aside id="file" aria-hidden="true"></aside>`}
      </div>
      ${this.keys.render(this.renderHold())}`;
  }

  private renderPresence(): TemplateResult | typeof nothing {
    const own = this.desk.own;
    if (!own) return nothing;
    return html`<select
      class="presence"
      aria-label=${t("Whether you are here")}
      @change=${(event: Event) => void this.desk.deeds.choosePresence(PRESENCES[(event.target as HTMLSelectElement).selectedIndex]![0])}
    >
      ${PRESENCES.map(([code, title]) => html`<option .selected=${code === own.presence}>${title}</option>`)}
    </select>`;
  }

  private renderFile(detail: Detail): unknown {
    return guard([this.desk.revision], () => trayView(this.desk, detail));
  }

  private renderHold(): TemplateResult {
    const { outbox } = this.desk;
    const set = (event: Event): void => {
      outbox.holds = (event.target as HTMLInputElement).checked ? HELD_FOR : 0;
    };
    return html`<label class="toggle">
      <input type="checkbox" .checked=${outbox.holds > 0} @change=${set} />
      ${t("Hold each message for five seconds, so that it can be taken back")}</label
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
      return html`<div class="empty"><h1 class="unseen">${t("Case")}</h1><p>${desk.problem || t("Opening the case")}</p></div>`;
    if (!desk.detail)
      return html`<div class="empty">
        <h1>${desk.sections.waiting.length ? t("Choose a case") : t("All is quiet")}</h1>
        <p>${t("New cases appear by themselves.")}</p>
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
        aria-label=${t("Conversation")}
        ?data-unrolling=${this.unrolled.skipped(detail.case.id, detail.messages) > 0}
        @scroll=${(event: Event) => this.onScroll(event)}
      >
        ${transcriptView(desk, detail, this.showAll, (item) => this.takeBack(item), this.unrolled.left)}
      </div>
      ${this.below
        ? html`<p class="below" role="status">
            <button class="secondary" type="button" @click=${() => this.toEnd()}>
              ${this.below === 1 ? t("1 new message") : t("{count} new messages", { count: this.below })}
            </button>
          </p>`
        : nothing}
      ${footView(row, desk, this.composer, detail)}`;
  }
}
