/** `<concierge-widget endpoint lang region customer-token max-length>`: launcher and conversation, for any page of the house. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { Api } from "./api.js";
import { Conversation } from "./conversation.js";
import { chosen, unread, type Message } from "./model.js";
import { Store } from "./storage.js";
import { languageOf, translator, type Language, type Translate } from "./strings.js";
import { styles } from "./styles.js";
import { localeOf } from "./time.js";
import { questionView, queueView, welcomeView } from "./parts.js";
import { icons, messageView, outgoingView, type Scene } from "./views.js";

const PHONE = "(max-width: 600px)";
const RECENT = 60 * 60_000;

export class ConciergeWidget extends LitElement {
  static override styles = styles;

  @property() endpoint = "/webhooks/website";
  @property({ attribute: "lang" }) language = "";
  @property() region = "ROW";
  @property({ attribute: "customer-token" }) customerToken = "";
  @property({ type: Number, attribute: "max-length" }) maxLength = 2000;
  @property({ type: Boolean, reflect: true }) open = false;

  @state() private draft = "";
  @state() private asking = false;
  @state() private online = navigator.onLine;
  @state() private atEnd = true;

  @query("textarea") private input?: HTMLTextAreaElement;
  @query(".log") private log?: HTMLElement;
  @query(".panel") private panel?: HTMLElement;

  private talk?: Conversation;
  private store?: Store;
  private cameFrom: Element | null = null;
  private shown = 0;

  private get tongue(): Language {
    return languageOf(this.language || this.parentElement?.closest<HTMLElement>("[lang]")?.lang || navigator.language);
  }

  private get t(): Translate {
    return translator(this.tongue);
  }

  /** Opens the panel and moves the focus into it. */
  show(): void {
    if (this.open) return;
    this.cameFrom = document.activeElement;
    this.open = true;
  }

  hide(): void {
    if (!this.open) return;
    this.open = false;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(".launcher")?.focus());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("online", this.onNetwork);
    addEventListener("offline", this.onNetwork);
    document.addEventListener("keydown", this.onGlobalKey);
    window.visualViewport?.addEventListener("resize", this.onViewport);
    window.visualViewport?.addEventListener("scroll", this.onViewport);
    if (this.hasUpdated) this.connect();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("online", this.onNetwork);
    removeEventListener("offline", this.onNetwork);
    document.removeEventListener("keydown", this.onGlobalKey);
    window.visualViewport?.removeEventListener("resize", this.onViewport);
    window.visualViewport?.removeEventListener("scroll", this.onViewport);
    this.talk?.dispose();
    this.talk = undefined;
  }

  private connect(): void {
    const endpoint = new URL(this.endpoint, document.baseURI).href.replace(/\/$/, "");
    this.talk?.dispose();
    this.store = new Store(endpoint);
    this.talk = new Conversation(
      new Api(endpoint, this.tongue),
      this.store,
      this.tongue,
      this.region,
      () => this.requestUpdate(),
      this.customerToken,
    );
    this.draft = this.store.draft;
    this.open = this.store.open;
    // A page that was merely visited asks nothing of the server; a conversation under way is followed.
    if (this.open || Date.now() - this.talk.active < RECENT || this.talk.outgoing.length) this.talk.start();
  }

  protected override willUpdate(changes: PropertyValues<this>): void {
    if (!this.talk || (changes.has("endpoint") && this.hasUpdated)) this.connect();
    else if (changes.has("language") || changes.has("region")) void this.talk.speak(this.tongue, this.region);
    if (changes.has("customerToken") && this.hasUpdated) this.talk?.identify(this.customerToken);
    if (changes.has("open") && this.store) {
      this.store.open = this.open;
      if (this.open) this.talk?.start();
    }
    if (this.open && !document.hidden) this.talk?.markSeen();
  }

  protected override updated(changes: PropertyValues<this>): void {
    if (changes.has("open") && this.open) {
      this.onViewport();
      this.fit();
      this.toEnd();
      // On a phone the keyboard would cover what is to be read first.
      if (this.cameFrom) (matchMedia("(pointer: coarse)").matches ? this.panel : this.input)?.focus();
    }
    const count = (this.talk?.messages.length ?? 0) + (this.talk?.outgoing.length ?? 0);
    if (count !== this.shown) {
      const own = this.talk?.outgoing.length ?? 0;
      if (this.atEnd || own) this.toEnd();
      this.shown = count;
    }
  }

  private toEnd(): void {
    if (!this.log) return;
    this.log.scrollTop = this.log.scrollHeight;
    this.atEnd = true;
  }

  private fit(): void {
    const input = this.input;
    if (!input) return;
    input.style.blockSize = "auto";
    input.style.blockSize = `${Math.max(52, input.scrollHeight)}px`;
  }

  private onNetwork = (): void => {
    this.online = navigator.onLine;
  };

  /** A phone's keyboard shrinks what is visible, not the page. */
  private onViewport = (): void => {
    const view = window.visualViewport;
    if (!view || !this.open || !matchMedia(PHONE).matches) return;
    this.panel?.style.setProperty("--visible-height", `${view.height}px`);
    this.panel?.style.setProperty("--visible-top", `${view.offsetTop}px`);
    if (this.atEnd) this.toEnd();
  };

  private onGlobalKey = (event: KeyboardEvent): void => {
    if (event.key !== "F6" || event.altKey || event.ctrlKey || event.metaKey || !this.open) return;
    event.preventDefault();
    if (document.activeElement === this) {
      if (this.cameFrom instanceof HTMLElement && this.cameFrom !== document.body) this.cameFrom.focus();
      else (this.shadowRoot?.activeElement as HTMLElement | null)?.blur();
    } else {
      this.cameFrom = document.activeElement;
      this.input?.focus();
    }
  };

  private onPanelKey(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (this.asking) this.asking = false;
      else this.hide();
    } else if (event.key === "Tab" && matchMedia(PHONE).matches) this.keepFocus(event);
  }

  /** Full screen, the page behind is out of reach: Tab goes round. */
  private keepFocus(event: KeyboardEvent): void {
    const stops = [...(this.panel?.querySelectorAll<HTMLElement>("button:not(:disabled), a[href], textarea, .log") ?? [])];
    const [first, last] = [stops[0], stops.at(-1)];
    const now = this.shadowRoot?.activeElement;
    const edge = event.shiftKey ? now === first || now === this.panel : now === last;
    if (!edge) return;
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }

  private onInputKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit(event);
  }

  private onInput(event: Event): void {
    this.draft = (event.target as HTMLTextAreaElement).value;
    if (this.store) this.store.draft = this.draft;
    this.fit();
    this.talk?.typing();
  }

  private get left(): number {
    return this.maxLength - [...this.draft.trim()].length;
  }

  private submit(event: Event): void {
    event.preventDefault();
    const words = this.draft.trim();
    if (!words || this.left < 0) return;
    this.draft = "";
    if (this.store) this.store.draft = "";
    this.talk?.send(words);
    void this.updateComplete.then(() => this.fit());
    this.input?.focus();
  }

  private say(words: string, choice: { seq: number; index: number } | null = null): void {
    this.talk?.send(words, choice);
    // The button that was pressed goes out of use: the focus must not fall off the page with it.
    (matchMedia("(pointer: coarse)").matches ? this.log : this.input)?.focus();
  }

  private choose(message: Message, index: number): void {
    if (chosen(message, this.talk?.messages ?? []) !== null) return;
    if (this.talk?.outgoing.some((item) => item.choice?.seq === message.seq)) return;
    this.say(message.buttons[index] ?? "", { seq: message.seq, index });
  }

  private anew(): void {
    this.asking = false;
    this.talk?.renew();
    this.input?.focus();
  }

  private onScroll(): void {
    if (this.log) this.atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 48;
  }

  protected override render(): TemplateResult {
    return this.open ? this.renderPanel() : this.renderLauncher();
  }

  private renderLauncher(): TemplateResult {
    const { t } = this;
    const count = unread(this.talk?.messages ?? [], this.talk?.seen ?? 0);
    const label = count ? t(count === 1 ? "unreadOne" : "unreadMany", { n: count }) : "";
    return html`<button
      class="launcher"
      type="button"
      lang=${this.tongue}
      aria-haspopup="dialog"
      aria-label="${t("open")}${label && `, ${label}`}"
      @click=${() => this.show()}
    >
      ${t("launcher")} ${count ? html`<span class="count">${count}</span>` : nothing}
    </button>`;
  }

  private renderPanel(): TemplateResult {
    const { t, talk } = this;
    const advisor = talk?.status.owner === "advisor";
    const name = advisor ? talk?.status.advisor || t("advisorRole") : t("assistant");
    const scene = this.scene();
    const messages = scene.messages;
    const outgoing = talk?.outgoing ?? [];
    const writing = talk?.thinking || talk?.status.typing ? t("typing", { name }) : "";
    const trouble = this.trouble();
    return html`<section
      class="panel"
      role="dialog"
      tabindex="-1"
      lang=${this.tongue}
      aria-labelledby="name"
      aria-modal=${matchMedia(PHONE).matches ? "true" : "false"}
      data-owner=${talk?.status.owner ?? "assistant"}
      data-connection=${talk?.connection ?? "idle"}
      @keydown=${(event: KeyboardEvent) => this.onPanelKey(event)}
    >
      <header>
        <div class="who">
          <h2 id="name">${name}</h2>
          <p>${t(advisor ? "advisorRole" : "assistantRole")}</p>
        </div>
        ${messages.length
          ? html`<button
              class="icon"
              type="button"
              aria-label=${t("newConversation")}
              title=${t("newConversation")}
              @click=${() => (this.asking = !this.asking)}
            >
              ${icons.anew}
            </button>`
          : nothing}
        <button class="icon" type="button" aria-label=${t("close")} title=${t("close")} @click=${() => this.hide()}>
          ${icons.close}
        </button>
      </header>
      ${this.asking ? questionView(t, () => this.anew(), () => (this.asking = false)) : nothing} ${talk?.status.owner === "queue" ? queueView(t, talk.status.position, () => void talk.leave()) : nothing}
      ${trouble ? html`<div class="bar note" data-bar="trouble" role="status"><p>${trouble}</p></div>` : nothing}
      <div
        class="log"
        role="log"
        tabindex="0"
        aria-label=${t("log")}
        aria-live=${talk?.ready || !talk?.known ? "polite" : "off"}
        @scroll=${() => this.onScroll()}
      >
        ${!messages.length && !outgoing.length && (talk?.ready || !talk?.known) ? welcomeView(t, (words) => this.say(words)) : nothing}
        ${repeat(
          messages,
          (message) => message.clientKey || message.seq,
          (message, index) => messageView(message, index, scene),
        )}
        <div class="outgoing" aria-live="off">
          ${repeat(
            outgoing,
            (item) => item.key,
            (item, index) => outgoingView(item, index === 0 && messages.at(-1)?.role !== "customer", scene),
          )}
        </div>
      </div>
      <div class="below">
        ${this.atEnd
          ? nothing
          : html`<button class="latest" type="button" @click=${() => this.toEnd()}>${t("latest")}</button>`}
        <div class="thinking" role="status" data-bar="typing">
          ${writing ? html`<span class="pulse" aria-hidden="true"></span><span>${writing}</span>` : nothing}
        </div>
      </div>
      ${this.renderComposer()}
    </section>`;
  }

  private scene(): Scene {
    const { talk } = this;
    return {
      t: this.t,
      locale: localeOf(this.tongue),
      messages: talk?.messages ?? [],
      answerable: talk?.status.owner === "assistant",
      onChoice: (message, index) => this.choose(message, index),
      onRetry: (key) => talk?.retry(key),
      onDiscard: (key) => talk?.discard(key),
    };
  }

  /** What the customer ought to know about the connection, in a sentence; empty when all is well. */
  private trouble(): string {
    if (!this.online) return this.t("offline");
    if (this.talk?.notice != null) return this.talk.notice || this.t("unavailable");
    if (this.talk?.connection !== "retrying") return "";
    return this.t(this.talk.ready ? "reconnecting" : "unavailable");
  }

  private renderComposer(): TemplateResult {
    const { t, left } = this;
    const near = left <= Math.min(200, this.maxLength / 10);
    return html`<form @submit=${(event: Event) => this.submit(event)}>
        <textarea
          rows="1"
          dir="auto"
          aria-label=${t("placeholder")}
          aria-describedby=${near ? "limit" : nothing}
          aria-invalid=${left < 0 ? "true" : nothing}
          placeholder=${t("placeholder")}
          autocomplete="off"
          enterkeyhint="send"
          .value=${this.draft}
          @input=${(event: Event) => this.onInput(event)}
          @keydown=${(event: KeyboardEvent) => this.onInputKey(event)}
        ></textarea>
        <button class="icon" type="submit" aria-label=${t("send")} ?disabled=${!this.draft.trim() || left < 0}>
          ${icons.send}
        </button>
      </form>
      ${near
        ? html`<div id="limit" class="limit ${left < 0 ? "over" : ""}" role="status">
            ${left < 0 ? t("tooLong", { n: -left }) : t("remaining", { n: left })}
          </div>`
        : nothing}`;
  }
}

if (!customElements.get("concierge-widget")) customElements.define("concierge-widget", ConciergeWidget);

declare global {
  interface HTMLElementTagNameMap {
    "concierge-widget": ConciergeWidget;
  }
}
