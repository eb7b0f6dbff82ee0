/** The open panel and all that only it needs: fetched when somebody is about to open it. */

import { html, nothing, type LitElement, type ReactiveController, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Choice, Hours } from "../generated/website.js";
import { Composer } from "./composer.js";
import type { Conversation } from "./conversation.js";
import { Cover } from "./cover.js";
import { Extras } from "./extras.js";
import type { Files } from "./files.js";
import type { Focus } from "./focus.js";
import { chosen, type Message } from "./model.js";
import { headView, troubleOf, welcomeView } from "./parts.js";
import { Sheet } from "./sheet.js";
import { ALONE } from "./transcript.js";
import type { Session, Store } from "./storage.js";
import { directionOf, type Tongue, type Translate } from "./strings.js";
import { frame } from "./styles/frame.js";
import { messages as messageStyles } from "./styles/messages.js";
import { modes } from "./styles/modes.js";
import { hoursLabel, localeOf } from "./time.js";
import { PHONE, Viewport } from "./viewport.js";
import { messageView, outgoingView, type Scene } from "./views.js";

const AGAIN = 10_000; // ms until what could not be fetched is asked for again
const AT_ONCE = 20; // messages that are drawn without a pause: a slow phone needs some 3 ms for each

/** Once what is drawn now is on the screen, or will be: no task shall hold a slow phone up for long. */
const later = (deed: () => void): unknown => requestAnimationFrame(() => setTimeout(deed));

export interface Host extends LitElement {
  open: boolean;
  docked: boolean;
  readonly product: string;
  readonly bag: readonly string[];
  readonly privacy: string;
  readonly maxLength: number;
  hide(): void;
}

/** What the element knows and the panel shows. */
export interface Known {
  talk(): Conversation | undefined;
  /** The language of the page, "fr-CH" say. */
  tag(): string;
  online(): boolean;
}

export class Panel implements ReactiveController {
  readonly #view: Viewport;
  readonly #composer: Composer;
  readonly #extras: Extras;
  readonly #sheet: Sheet;
  #files?: Files;
  #store: Store;
  #hours: Hours | null = null;
  #shown = { count: 0, own: 0, ready: false, drawn: false };
  /** Whether more than the frame is drawn. */
  #whole = false;
  /** How many of the first messages are not drawn yet: what was said last comes first. */
  #skipped = 0;
  /** Whether what is drawn is not to be read out: it was said before. */
  #silent = false;

  constructor(
    private readonly host: Host,
    private readonly known: Known,
    private readonly focusing: Focus,
    store: Store,
  ) {
    for (const { styleSheet } of [frame, messageStyles, modes]) host.shadowRoot!.adoptedStyleSheets.push(styleSheet!);
    this.#view = new Viewport(host);
    this.#composer = new Composer(host, {
      say: (words) => this.#talk?.send(words),
      also: () => void this.#files?.send(),
      typing: () => this.#talk?.typing(),
    });
    this.#store = store;
    this.#extras = new Extras(host, (next) => this.#anew(next), () => this.#store);
    this.#sheet = new Sheet(host, () => host.hide());
    new Cover(host, () => host.hide());
    host.addController(this);
    this.resume(store);
  }

  /** Photos and files: whoever opens the panel need not wait for them. */
  async #fetchFiles(): Promise<void> {
    const found = await import("./files.js").catch(() => null);
    if (!found) return void setTimeout(() => void this.#fetchFiles(), AGAIN);
    this.#files = new found.Files(this.host, () => this.#talk, () => this.#view.toEnd());
    this.host.requestUpdate();
  }

  async #fetchHours(): Promise<void> {
    this.#hours = (await this.#talk?.hours()) ?? null;
    this.host.requestUpdate();
  }

  get #talk(): Conversation | undefined {
    return this.known.talk();
  }

  hostConnected(): void {}

  /** Goes on with what was half written. */
  resume(store: Store): void {
    this.#store = store;
    this.#composer.resume(store);
  }

  /** The panel is no longer there: when it is opened again, its menu is closed. */
  left(): void {
    this.#extras.close();
    this.#sheet.left();
  }

  hostUpdated(): void {
    const talk = this.#talk;
    const panel = this.host.open && this.host.renderRoot.querySelector(".panel") !== null;
    const drawn = panel && this.#whole;
    if (panel && !this.#whole) later(() => this.#draw());
    if (drawn && !this.#shown.drawn) requestAnimationFrame(() => this.#enter());
    if (drawn && this.#silent) {
      if (this.#view.atEnd) this.#view.toEnd();
      later(() => this.#draw());
    }
    const own = talk?.outgoing.length ?? 0;
    const count = (talk?.messages.length ?? 0) + own;
    const ready = talk?.ready ?? false;
    if (own > this.#shown.own) this.#sheet.grow();
    // What an answer may need is there before it; and what is said of who is there.
    if (own || (drawn && talk && talk.status.owner !== "assistant")) void this.#extras.fetch();
    if (count !== this.#shown.count) {
      // What was said before the page came in is shown from its end.
      if (own > this.#shown.own || (this.#view.atEnd && !this.#shown.ready)) this.#view.toEnd();
      else this.#view.toNews();
    }
    this.#shown = { count, own, ready, drawn };
  }

  /** The rest, or more of it. */
  #draw(): void {
    this.#whole = true;
    this.#silent = this.#skipped > 0;
    this.#skipped = Math.max(0, this.#skipped - AT_ONCE);
    this.host.requestUpdate();
  }

  /** It has just been opened. */
  #enter(): void {
    this.#view.fit();
    this.#composer.fit();
    this.#view.toEnd();
    this.focusing.enter();
    void this.#fetchHours();
    if (!this.#files) void this.#fetchFiles();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (this.#extras.asking) this.#extras.close();
      else this.host.hide();
    } else this.focusing.keep(event);
  }

  #say(words: string, choice: Choice | null = null): void {
    this.#talk?.send(words, choice);
    // The button that was pressed goes out of use: the focus must not fall off the page with it.
    this.focusing.toWriting(".log");
  }

  #choose(message: Message, index: number): void {
    const talk = this.#talk;
    if (chosen(message, talk?.messages ?? []) !== null) return;
    if (talk?.outgoing.some((item) => item.choice?.seq === message.seq)) return;
    this.#say(message.buttons[index] ?? "", { seq: message.seq, index });
  }

  #anew(next: Session | null): void {
    this.#talk?.renew(next);
    this.focusing.toWriting(".log");
  }

  render(t: Translate, tongue: Tongue): TemplateResult {
    const talk = this.#talk;
    const { product, privacy } = this.host;
    const advisor = talk?.status.owner === "advisor";
    const name = this.#name(t);
    const scene = this.#scene(t, tongue);
    const expanded = scene.messages.length || privacy || this.#extras.before ? this.#extras.asking : undefined;
    const files = this.#files;
    void files?.words.speak(tongue);
    return html`${this.#sheet.scrim()}<section
      class="panel"
      data-height=${this.#sheet.height}
      role="dialog"
      tabindex="-1"
      lang=${tongue}
      aria-labelledby="name"
      aria-modal=${matchMedia(PHONE).matches ? "true" : "false"}
      data-owner=${talk?.status.owner ?? "assistant"}
      data-connection=${talk?.connection ?? "idle"}
      @keydown=${(event: KeyboardEvent) => this.#onKey(event)}
      @focusin=${(event: FocusEvent) => (event.target as Element).matches("textarea, input") && this.#sheet.grow()}
      @paste=${files?.paste}
      @dragover=${files?.drag}
      @dragleave=${files?.drag}
      @drop=${files?.drop}
    >
      <div class="sheet" dir=${directionOf(tongue)}>
      ${this.#sheet.handle(t)} ${headView(t, name, advisor, talk ? this.#extras.portrait(talk) : nothing, expanded, this.#extras.toggle, () => this.host.hide())}
      ${this.#whole ? this.#inside(scene, privacy, product, tongue) : nothing}
      </div>
    </section>`;
  }

  /** Head apart, all that the panel holds. */
  #inside(scene: Scene, privacy: string, product: string, tongue: Tongue): TemplateResult {
    const talk = this.#talk;
    const { t, messages } = scene;
    const outgoing = talk?.outgoing ?? [];
    const before = !this.#shown.drawn || (!this.#shown.count && !this.#shown.own);
    if (before) {
      this.#skipped = Math.max(0, messages.length - AT_ONCE);
      this.#silent = messages.length > 0;
    }
    const writing = talk?.thinking || talk?.status.typing ? t("typing", { name: this.#name(t) }) : "";
    const trouble = troubleOf(talk, this.known.online(), t);
    const hours = this.#hours ? hoursLabel(this.#hours, scene.locale, t) : "";
    const files = this.#files;
    return html`
      ${this.#extras.render(scene, talk, privacy, tongue)}
      ${talk?.status.owner === "queue" ? this.#extras.queue(scene, hours, () => void talk.leave()) : nothing}
      ${trouble ? html`<div class="bar note" data-bar="trouble" role="status"><p>${trouble}</p></div>` : nothing}
      <div
        class="log"
        role="log"
        tabindex="0"
        aria-label=${t("log")}
        aria-live=${this.#silent || (talk?.known && !talk.ready) ? "off" : "polite"}
        @scroll=${this.#view.onScroll}
      >
        ${!messages.length && !outgoing.length && (talk?.ready || !talk?.known) ? welcomeView(t, product, hours, (words) => this.#say(words)) : nothing}
        ${repeat(
          messages.slice(this.#skipped),
          (message) => message.clientKey || message.seq,
          (message, index) => messageView(message, index + this.#skipped, scene),
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
        ${this.#view.atEnd
          ? nothing
          : html`<button class="link latest" type="button" @click=${() => this.#view.toEnd()}>${t("latest")}</button>`}
      </div>
      ${files?.tray() ?? nothing} ${this.#composer.render(t, files?.attach() ?? nothing, files?.ready ?? false)}`;
  }

  #name(t: Translate): string {
    const { owner, advisor } = this.#talk?.status ?? ALONE;
    return owner === "advisor" ? advisor || t("advisorRole") : t("assistant");
  }

  #scene(t: Translate, tongue: Tongue): Scene {
    const talk = this.#talk;
    return {
      t,
      locale: localeOf(tongue, [this.known.tag(), ...navigator.languages]),
      messages: talk?.messages ?? [],
      cards: this.#extras.cards,
      file: (seq, file) => this.#files?.shown(seq, file) ?? null,
      kind: (kind) => this.#files?.called(kind) ?? kind,
      form: this.#extras.form,
      read: this.#extras.read,
      status: talk?.status ?? ALONE,
      rating: this.#extras.rating,
      onRate: (score, comment) => talk?.rate(score, comment) ?? Promise.resolve(),
      onSay: (words) => this.#say(words),
      sending: talk?.outgoing.some((item) => item.delivery !== "refused") ?? false,
      answerable: talk !== undefined && talk.status.owner !== "advisor",
      onChoice: (message, index) => this.#choose(message, index),
      onRetry: (key) => talk?.retry(key),
      onDiscard: (key) => talk?.discard(key),
    };
  }
}
