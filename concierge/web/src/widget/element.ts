/**
 * `<concierge-widget endpoint lang region product theme privacy docked customer-token max-length>`: launcher and conversation, for
 * any page of the house. What a script may ask of it is in public.ts; what is in the open panel, in panel.ts.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { Announcer } from "./announcer.js";
import { Api } from "./api.js";
import { Conversation } from "./conversation.js";
import { Focus } from "./focus.js";
import type { Greeting } from "./greeting.js";
import { Identity } from "./identity.js";
import { launcherView } from "./launcher.js";
import { takeLink } from "./link.js";
import { unread } from "./model.js";
import type { Panel } from "./panel.js";
import type { ConciergeElement, CustomerToken, Options } from "./public.js";
import { Store } from "./storage.js";
import { tagIn, translator } from "./strings.js";
import { base } from "./styles/base.js";
import { Words } from "./words.js";

const RECENT = 60 * 60_000;
const AGAIN = 5_000; // ms until a panel that could not be fetched is asked for again

export class ConciergeWidget extends LitElement implements ConciergeElement {
  static override styles = base;

  static override properties = {
    endpoint: {},
    language: { attribute: "lang" },
    region: {},
    customerToken: { attribute: "customer-token" },
    product: {},
    bag: { attribute: false },
    privacy: {},
    theme: { reflect: true },
    greeting: { attribute: false },
    docked: { type: Boolean, reflect: true },
    maxLength: { type: Number, attribute: "max-length" },
    open: { type: Boolean, reflect: true },
    online: { state: true },
  };

  endpoint = "/webhooks/website";
  language = "";
  region = "ROW";
  customerToken = "";
  product = "";
  bag: string[] = [];
  /** The address of the house's privacy policy, for the menu. */
  privacy = "";
  theme: Options["theme"] = "paper";
  greeting: Options["greeting"] = null;
  /** Beside the page, where there is room, instead of above it. */
  docked = false;
  maxLength = 2000;
  open = false;

  private online = navigator.onLine;

  private readonly focusing = new Focus(this);
  private readonly words = new Words(this, () => this.tag);
  private readonly identity = new Identity((token) => (this.customerToken = token));
  private greeter?: Greeting;
  private panel?: Panel;
  private fetching = false;

  private talk?: Conversation;
  private store?: Store;

  constructor() {
    super();
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
    this.panel?.left();
    void this.updateComplete.then(() => this.focusing.toLauncher());
  }

  /** Says it for the customer, in the panel. */
  ask(words: string): void {
    if (!words.trim()) return;
    if (!this.talk) this.connect();
    this.show();
    this.talk?.send(words.trim());
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

  /** Fetches the panel; while it cannot be had, it is asked for again as long as it is wanted. */
  private async prepare(): Promise<void> {
    if (this.panel || this.fetching) return;
    this.fetching = true;
    try {
      const { Panel } = await import("./panel.js");
      const known = { talk: () => this.talk, tag: () => this.tag, online: () => this.online };
      this.panel = new Panel(this, known, this.focusing, this.store!);
      this.requestUpdate();
    } catch {
      setTimeout(() => this.open && this.isConnected && void this.prepare(), AGAIN);
    } finally {
      this.fetching = false;
    }
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
    this.panel?.resume(this.store);
    this.open = this.store.open || link !== "";
    // A page that was merely visited asks nothing of the server; a conversation under way is followed.
    if (this.open || Date.now() - this.talk.active < RECENT || this.talk.outgoing.length) this.talk.start();
  }

  protected override willUpdate(changes: PropertyValues<this>): void {
    if (!this.talk || (changes.has("endpoint") && this.hasUpdated)) this.connect();
    else if (changes.has("language") || changes.has("region")) void this.talk.speak(this.tag, this.region);
    void this.words.load();
    if (this.open) void this.prepare();
    if (changes.has("greeting")) void this.prepareGreeting();
    if (changes.has("customerToken") && this.hasUpdated) this.talk?.identify(this.customerToken);
    if (changes.has("open") && this.store) {
      this.store.open = this.open;
      if (this.open) this.talk?.start();
    }
    if (this.open && !document.hidden) this.talk?.markSeen();
  }

  private onNetwork = (): void => {
    this.online = navigator.onLine;
  };

  protected override render(): TemplateResult | typeof nothing {
    if (!this.words.current) return nothing;
    const { tongue, texts } = this.words.current;
    const t = translator(texts, tongue);
    if (this.open && this.panel) return this.panel.render(t, tongue);
    const open = (): void => this.show();
    const about = (): void => void this.prepare();
    return html`${this.greeter?.render(t, open) ?? nothing}${launcherView(t, tongue, this.unread, open, about)}`;
  }
}

export function define(): void {
  if (!customElements.get("concierge-widget")) customElements.define("concierge-widget", ConciergeWidget);
}
