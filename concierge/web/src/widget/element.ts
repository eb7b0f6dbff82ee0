/**
 * `<concierge-widget endpoint lang region product theme privacy customer-token max-length>`: launcher and conversation, for any page
 * of the house. What a script may ask of it is in public.ts.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Choice } from "../generated/website.js";
import { Announcer } from "./announcer.js";
import { Api } from "./api.js";
import { Composer } from "./composer.js";
import { Cover } from "./cover.js";
import { Conversation } from "./conversation.js";
import { Extras } from "./extras.js";
import { Focus } from "./focus.js";
import type { Greeting } from "./greeting.js";
import { Identity } from "./identity.js";
import { takeLink } from "./link.js";
import { chosen, unread, type Message } from "./model.js";
import { headView, launcherView, queueView, welcomeView } from "./parts.js";
import type { CustomerToken, Options } from "./public.js";
import { Store } from "./storage.js";
import { directionOf, tagIn, translator, type Tongue, type Translate } from "./strings.js";
import { styles } from "./styles.js";
import { localeOf } from "./time.js";
import { PHONE, Viewport } from "./viewport.js";
import { Words } from "./words.js";
import { messageView, outgoingView, type Scene } from "./views.js";

const RECENT = 60 * 60_000;

export class ConciergeWidget extends LitElement {
  static override styles = styles;

  @property() endpoint = "/webhooks/website";
  @property({ attribute: "lang" }) language = "";
  @property() region = "ROW";
  @property({ attribute: "customer-token" }) customerToken = "";
  @property() product = "";
  /** The address of the house's privacy policy, for the menu. */
  @property() privacy = "";
  @property({ reflect: true }) theme: Options["theme"] = "paper";
  @property({ attribute: false }) greeting: Options["greeting"] = null;
  @property({ type: Number, attribute: "max-length" }) maxLength = 2000;
  @property({ type: Boolean, reflect: true }) open = false;

  @state() private online = navigator.onLine;

  private readonly view = new Viewport(this);
  private readonly focusing = new Focus(this);
  private readonly words = new Words(this, () => this.tag);
  private readonly identity = new Identity((token) => (this.customerToken = token));
  private readonly extras = new Extras(this, () => this.anew());
  private greeter?: Greeting;
  private readonly composer = new Composer(this, { say: (words) => this.send(words), typing: () => this.talk?.typing() });

  private talk?: Conversation;
  private store?: Store;
  private shown = { count: 0, own: 0, ready: false, drawn: false };

  constructor() {
    super();
    new Cover(this, () => this.hide());
    new Announcer(this, () => {
      const { messages = [], status, ready = false } = this.talk ?? {};
      return { open: this.open, unread: this.unread, status, messages, ready };
    });
  }

  /** How many messages of the house have not been seen. */
  get unread(): number {
    return unread(this.talk?.messages ?? [], this.talk?.seen ?? 0);
  }

  /** What the shop says of its page, else what the browser does: "fr-CH". */
  private get tag(): string {
    return tagIn(this.language, this.parentElement?.closest<HTMLElement>("[lang]")?.lang, navigator.language);
  }

  /** Opens the panel and moves the focus into it. */
  show(): void {
    if (this.open) return;
    this.focusing.leave();
    this.open = true;
  }

  hide(): void {
    if (!this.open) return;
    this.open = false;
    this.extras.close();
    void this.updateComplete.then(() => this.focusing.toLauncher());
  }

  /** Says it for the customer, in the panel. */
  ask(words: string): void {
    if (!words.trim()) return;
    if (!this.talk) this.connect();
    this.show();
    this.send(words.trim());
  }

  /** Whom the shop has signed in: its token, or how to get one, which is asked again when the token has run out. */
  identify(token: CustomerToken): void {
    this.identity.set(token);
  }

  private async prepareGreeting(): Promise<void> {
    if (this.greeting && !this.greeter) {
      const found = await import("./greeting.js").catch(() => null); // then the house does not speak first
      if (found) this.greeter ??= new found.Greeting(this, () => this.store, () => this.talk?.known ?? false);
    }
    this.greeter?.set(this.greeting);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("online", this.onNetwork);
    addEventListener("offline", this.onNetwork);
    if (this.hasUpdated) this.connect();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("online", this.onNetwork);
    removeEventListener("offline", this.onNetwork);
    this.talk?.dispose();
    this.talk = undefined;
  }

  private connect(): void {
    const endpoint = new URL(this.endpoint, document.baseURI).href.replace(/\/$/, "");
    this.talk?.dispose();
    this.store = new Store(endpoint);
    const link = takeLink();
    this.talk = new Conversation(
      new Api(endpoint, this.tag),
      this.store,
      this.tag,
      this.region,
      () => this.requestUpdate(),
      this.customerToken,
      link,
      () => void this.identity.refresh(),
    );
    this.composer.resume(this.store);
    this.open = this.store.open || link !== "";
    // A page that was merely visited asks nothing of the server; a conversation under way is followed.
    if (this.open || Date.now() - this.talk.active < RECENT || this.talk.outgoing.length) this.talk.start();
  }

  protected override willUpdate(changes: PropertyValues<this>): void {
    if (!this.talk || (changes.has("endpoint") && this.hasUpdated)) this.connect();
    else if (changes.has("language") || changes.has("region")) void this.talk.speak(this.tag, this.region);
    void this.words.load();
    if (changes.has("greeting")) void this.prepareGreeting();
    if (changes.has("customerToken") && this.hasUpdated) this.talk?.identify(this.customerToken);
    if (changes.has("open") && this.store) {
      this.store.open = this.open;
      if (this.open) this.talk?.start();
    }
    if (this.open && !document.hidden) this.talk?.markSeen();
  }

  protected override updated(): void {
    const { talk, view } = this;
    const drawn = this.open && this.words.current !== undefined;
    if (drawn && !this.shown.drawn) {
      view.fit();
      this.composer.fit();
      view.toEnd();
      this.focusing.enter();
    }
    const own = talk?.outgoing.length ?? 0;
    const count = (talk?.messages.length ?? 0) + own;
    const ready = talk?.ready ?? false;
    if (count !== this.shown.count) {
      // What was said before the page came in is shown from its end.
      if (own > this.shown.own || (view.atEnd && !this.shown.ready)) view.toEnd();
      else view.toNews();
    }
    this.shown = { count, own, ready, drawn };
  }

  private onNetwork = (): void => {
    this.online = navigator.onLine;
  };

  private onPanelKey(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (this.extras.asking) this.extras.close();
      else this.hide();
    } else this.focusing.keep(event);
  }

  private send(words: string, choice: Choice | null = null): void {
    void this.extras.fetch();
    this.talk?.send(words, choice);
  }

  private say(words: string, choice: Choice | null = null): void {
    this.send(words, choice);
    // The button that was pressed goes out of use: the focus must not fall off the page with it.
    this.focusing.toWriting(".log");
  }

  private choose(message: Message, index: number): void {
    if (chosen(message, this.talk?.messages ?? []) !== null) return;
    if (this.talk?.outgoing.some((item) => item.choice?.seq === message.seq)) return;
    this.say(message.buttons[index] ?? "", { seq: message.seq, index });
  }

  private anew(): void {
    this.talk?.renew();
    this.focusing.toWriting(".log");
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.words.current) return nothing;
    const { tongue, texts } = this.words.current;
    const t = translator(texts, tongue);
    if (this.open) return this.renderPanel(t, tongue);
    const open = (): void => this.show();
    return html`${this.greeter?.render(t, open) ?? nothing}${launcherView(t, tongue, this.unread, open)}`;
  }

  private renderPanel(t: Translate, tongue: Tongue): TemplateResult {
    const { talk } = this;
    const advisor = talk?.status.owner === "advisor";
    const name = advisor ? talk?.status.advisor || t("advisorRole") : t("assistant");
    const scene = this.scene(t, tongue);
    const messages = scene.messages;
    const outgoing = talk?.outgoing ?? [];
    const expanded = messages.length || this.privacy ? this.extras.asking : undefined;
    const writing = talk?.thinking || talk?.status.typing ? t("typing", { name }) : "";
    const trouble = this.trouble(t);
    return html`<section
      class="panel"
      role="dialog"
      tabindex="-1"
      lang=${tongue}
      aria-labelledby="name"
      aria-modal=${matchMedia(PHONE).matches ? "true" : "false"}
      data-owner=${talk?.status.owner ?? "assistant"}
      data-connection=${talk?.connection ?? "idle"}
      @keydown=${(event: KeyboardEvent) => this.onPanelKey(event)}
    >
      <div class="sheet" dir=${directionOf(tongue)}>
      ${headView(t, name, advisor, expanded, this.extras.toggle, () => this.hide())}
      ${this.extras.render(scene, talk, this.privacy)}
      ${talk?.status.owner === "queue" ? queueView(t, talk.status.position, () => void talk.leave()) : nothing}
      ${trouble ? html`<div class="bar note" data-bar="trouble" role="status"><p>${trouble}</p></div>` : nothing}
      <div
        class="log"
        role="log"
        tabindex="0"
        aria-label=${t("log")}
        aria-live=${talk?.ready || !talk?.known ? "polite" : "off"}
        @scroll=${this.view.onScroll}
      >
        ${!messages.length && !outgoing.length && (talk?.ready || !talk?.known) ? welcomeView(t, this.product, (words) => this.say(words)) : nothing}
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
        <div class="thinking" role="status" data-bar="typing">
          ${writing ? html`<span class="pulse" aria-hidden="true"></span><span>${writing}</span>` : nothing}
        </div>
        ${this.view.atEnd
          ? nothing
          : html`<button class="link latest" type="button" @click=${() => this.view.toEnd()}>${t("latest")}</button>`}
      </div>
      ${this.composer.render(t)}
      </div>
    </section>`;
  }

  private scene(t: Translate, tongue: Tongue): Scene {
    const { talk } = this;
    return {
      t,
      locale: localeOf(tongue, [this.tag, ...navigator.languages]),
      messages: talk?.messages ?? [],
      cards: this.extras.cards,
      answerable: talk !== undefined && talk.status.owner !== "advisor",
      onChoice: (message, index) => this.choose(message, index),
      onRetry: (key) => talk?.retry(key),
      onDiscard: (key) => talk?.discard(key),
    };
  }

  /** What the customer ought to know about the connection, in a sentence; empty when all is well. */
  private trouble(t: Translate): string {
    if (!this.online) return t("offline");
    if (this.talk?.notice != null) return this.talk.notice || t("unavailable");
    if (this.talk?.connection !== "retrying") return "";
    return t(this.talk.ready ? "reconnecting" : "unavailable");
  }
}

if (!customElements.get("concierge-widget")) customElements.define("concierge-widget", ConciergeWidget);

declare global {
  interface HTMLElementTagNameMap {
    "concierge-widget": ConciergeWidget;
  }
}
