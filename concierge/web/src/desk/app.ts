/** The advisors' page. `Desk` knows, this element shows. It draws into the page itself: one style sheet serves it all. */

import "./desk.css";
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Alerts } from "./alerts.js";
import { Desk } from "./desk.js";
import { ago, language, state as stateOf, words } from "./format.js";
import { listView } from "./list.js";
import { live, type CaseRow, type Detail } from "./model.js";
import { transcriptView } from "./transcript.js";
import { trayView } from "./tray.js";

const LONGEST = 4000;
const TITLE = "Concierge desk";
const REGIONS = ["#cases", "#conversation", "#file"];

@customElement("desk-app")
export class DeskApp extends LitElement {
  @state() private signIn: { problem: string; busy: boolean } = { problem: "", busy: false };
  @state() private closing: "hand-back" | "resolve" | null = null;
  @state() private showAll = false;
  @state() private tab: "talk" | "file" = "talk";
  @state() private drafts = new Map<string, string>();

  private readonly alerts = new Alerts();
  private readonly desk = new Desk(
    () => this.requestUpdate(),
    (row) => this.alerts.announce("New case", `${row.customer.name || "A customer"}: ${words(row.reason)}`),
  );
  private tick = 0;
  private shown = "";

  protected override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("hashchange", this.route);
    document.addEventListener("keydown", this.onKey);
    this.tick = window.setInterval(() => this.requestUpdate(), 20_000);
    void this.desk.begin().then(this.route);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.route);
    document.removeEventListener("keydown", this.onKey);
    clearInterval(this.tick);
  }

  private route = (): void => {
    const id = /^#case\/(.+)$/.exec(location.hash)?.[1];
    this.closing = null;
    this.tab = "talk";
    if (this.desk.me) void this.desk.select(id ? decodeURIComponent(id) : null);
  };

  private goto(id: string | null): void {
    location.hash = id ? `case/${encodeURIComponent(id)}` : "";
  }

  /** F6 walks through the parts of the page, as it does in a browser's own windows. */
  private onKey = (event: KeyboardEvent): void => {
    if (event.key !== "F6" || event.ctrlKey || event.altKey || event.metaKey) return;
    const regions = REGIONS.map((name) => this.querySelector<HTMLElement>(name)).filter((each) => each?.offsetParent);
    if (!regions.length) return;
    event.preventDefault();
    const at = regions.findIndex((region) => region?.contains(document.activeElement));
    const step = event.shiftKey ? -1 : 1;
    regions[(at + step + regions.length) % regions.length]?.focus();
  };

  protected override updated(_changes: PropertyValues): void {
    const count = this.desk.me ? this.desk.attention : 0;
    document.title = count ? `(${count}) ${TITLE}` : TITLE;
    const detail = this.desk.detail;
    const mark = detail ? `${detail.case.id}:${detail.messages.at(-1)?.seq}:${this.desk.outgoing.length}` : "";
    if (mark === this.shown) return;
    const another = this.shown.split(":")[0] !== detail?.case.id;
    this.shown = mark;
    const scroll = this.querySelector(".scroll");
    // Somebody who reads further up is not torn away by a new message.
    if (scroll && (another || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 320))
      scroll.scrollTop = scroll.scrollHeight;
    if (another && detail) this.querySelector<HTMLElement>("#conversation h1")?.focus({ preventScroll: true });
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.desk.settled) return nothing;
    return this.desk.me ? this.renderDesk() : this.renderLogin();
  }

  // --- signing in

  private async login(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    this.signIn = { problem: "", busy: true };
    try {
      await this.desk.login(String(form.get("login") ?? ""), String(form.get("password") ?? ""));
      this.signIn = { problem: "", busy: false };
      this.route();
    } catch (error) {
      this.signIn = { problem: error instanceof Error ? error.message : "", busy: false };
    }
  }

  private renderLogin(): TemplateResult {
    const { problem, busy } = this.signIn;
    return html`<main class="login">
      <form @submit=${(event: SubmitEvent) => void this.login(event)}>
        <h1>Concierge desk</h1>
        <label>Login <input name="login" autocomplete="username" autocapitalize="none" spellcheck="false" required /></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
        <button class="primary" type="submit" ?disabled=${busy}>Sign in</button>
        <p class="problem" role="alert">${problem}</p>
      </form>
    </main>`;
  }

  // --- the desk

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
        <span class="me">${desk.me?.name}</span>
        <button class="link" type="button" @click=${() => void desk.logout()}>Sign out</button>
      </header>
      <div class="desk" data-view=${desk.open ? "case" : "list"} data-tab=${this.tab}>
        <nav id="cases" tabindex="-1" aria-label="Cases">${listView(desk, (id) => this.goto(id))}</nav>
        <main id="conversation" tabindex="-1">${this.renderCase()}</main>
        ${desk.detail
          ? html`<aside id="file" tabindex="-1" aria-label="Client file">${trayView(desk, desk.detail)}</aside>`
          : html`<aside id="file" aria-hidden="true"></aside>`}
      </div>`;
  }

  private skip(event: Event): void {
    event.preventDefault();
    this.querySelector<HTMLElement>("#conversation")?.focus();
  }

  private renderCase(): TemplateResult {
    const { desk } = this;
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
    return html`${this.renderHead(row, detail)}
      ${desk.problem ? html`<p class="problem banner" role="alert">${desk.problem}</p>` : nothing}
      ${this.closing ? this.renderClosing(row) : nothing}
      <div class="scroll" tabindex="0" role="region" aria-label="Conversation">${transcriptView(desk, detail, this.showAll)}</div>
      ${this.renderFoot(row)}`;
  }

  private renderHead(row: CaseRow, detail: Detail): TemplateResult {
    const mine = row.status === "accepted" && row.advisor?.id === this.desk.me?.id;
    const facts = [
      words(row.reason),
      row.priority === "normal" ? "" : `${words(row.priority)} priority`,
      language(row.language),
      live(row) ? `handed over ${ago(row.waiting_since)}` : stateOf(row.status),
    ].filter(Boolean);
    return html`<div class="casehead">
      <button class="link back" type="button" @click=${() => this.goto(null)}>All cases</button>
      <div class="title">
        <h1 tabindex="-1">${row.customer.name || "Guest"}</h1>
        <p>${facts.join(" · ")}</p>
      </div>
      <div class="deeds">
        ${row.status === "queued"
          ? html`<button class="primary" type="button" ?disabled=${this.desk.busy} @click=${() => void this.desk.claim(row.id)}>
              Take this case
            </button>`
          : nothing}
        ${mine
          ? html`<button
                class="secondary"
                type="button"
                aria-expanded=${this.closing === "hand-back"}
                @click=${() => this.ask("hand-back")}
              >
                Hand back
              </button>
              <button
                class="secondary"
                type="button"
                aria-expanded=${this.closing === "resolve"}
                @click=${() => this.ask("resolve")}
              >
                Resolve
              </button>`
          : nothing}
      </div>
      <div class="tabs" role="group" aria-label="View">
        <button type="button" aria-pressed=${this.tab === "talk"} @click=${() => (this.tab = "talk")}>Conversation</button>
        <button type="button" aria-pressed=${this.tab === "file"} @click=${() => (this.tab = "file")}>Client file</button>
      </div>
      <label class="toggle understanding">
        <input
          type="checkbox"
          .checked=${this.showAll}
          ?disabled=${!detail.messages.length}
          @change=${(event: Event) => (this.showAll = (event.target as HTMLInputElement).checked)}
        />
        Show what the assistant understood</label
      >
    </div>`;
  }

  private ask(how: "hand-back" | "resolve"): void {
    this.closing = this.closing === how ? null : how;
    if (this.closing) void this.updateComplete.then(() => this.querySelector<HTMLElement>("#note")?.focus());
  }

  private async finish(event: SubmitEvent, row: CaseRow): Promise<void> {
    event.preventDefault();
    const note = String(new FormData(event.target as HTMLFormElement).get("note") ?? "").trim();
    if (this.closing && (await this.desk.close(row.id, this.closing, note))) this.closing = null;
  }

  private renderClosing(row: CaseRow): TemplateResult {
    const back = this.closing === "hand-back";
    return html`<form
      class="closing"
      @submit=${(event: SubmitEvent) => void this.finish(event, row)}
      @keydown=${(event: KeyboardEvent) => event.key === "Escape" && (this.closing = null)}
    >
      <label for="note">
        ${back ? "Note for the assistant: what is settled, what is still open" : "Note for the file: how it was resolved"}
      </label>
      <textarea id="note" name="note" rows="2" maxlength=${LONGEST}></textarea>
      <div>
        <button class="primary" type="submit" ?disabled=${this.desk.busy}>
          ${back ? "Hand back to the assistant" : "Resolve the case"}
        </button>
        <button class="link" type="button" @click=${() => (this.closing = null)}>Keep the case</button>
      </div>
    </form>`;
  }

  private renderFoot(row: CaseRow): TemplateResult {
    if (row.status === "queued")
      return html`<p class="foot" role="status">Take the case to answer. Until then the customer keeps their place.</p>`;
    if (row.status !== "accepted")
      return html`<p class="foot" role="status">${stateOf(row.status)}${row.note ? `: ${row.note}` : "."}</p>`;
    if (row.advisor?.id !== this.desk.me?.id)
      return html`<p class="foot" role="status">${row.advisor?.name} has this case.</p>`;
    return this.renderComposer(row);
  }

  private renderComposer(row: CaseRow): TemplateResult {
    const draft = this.drafts.get(row.id) ?? "";
    const left = LONGEST - [...draft.trim()].length;
    return html`<form class="composer" @submit=${(event: Event) => this.submit(event, row)}>
      <textarea
        rows="1"
        dir="auto"
        aria-label="Message to the customer"
        placeholder="Write to ${row.customer.name || "the customer"} in ${language(row.language)}"
        enterkeyhint="send"
        .value=${draft}
        @input=${(event: Event) => this.write(event, row)}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.submit(event, row);
        }}
      ></textarea>
      ${left < 400 ? html`<span class="left ${left < 0 ? "over" : ""}" role="status">${left}</span>` : nothing}
      <button class="primary" type="submit" ?disabled=${!draft.trim() || left < 0}>Send</button>
    </form>`;
  }

  private write(event: Event, row: CaseRow): void {
    const input = event.target as HTMLTextAreaElement;
    this.drafts = new Map(this.drafts).set(row.id, input.value);
    this.fit(input);
    this.desk.typing(row.id);
  }

  private fit(input: HTMLTextAreaElement): void {
    input.style.blockSize = "auto";
    input.style.blockSize = `${input.scrollHeight}px`;
  }

  private submit(event: Event, row: CaseRow): void {
    event.preventDefault();
    const words = (this.drafts.get(row.id) ?? "").trim();
    if (!words || [...words].length > LONGEST) return;
    this.drafts = new Map(this.drafts).set(row.id, "");
    this.desk.say(row.id, words);
    void this.updateComplete.then(() => {
      const input = this.querySelector<HTMLTextAreaElement>(".composer textarea");
      if (input) this.fit(input);
      input?.focus();
    });
  }
}
