/** What is fetched only when the customer has spoken, cards, forms and the menu, and whether the menu is open. */

import { nothing, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Conversation } from "./conversation.js";
import type { Shown } from "./looks.js";
import type { Menu } from "./menu.js";
import { MORE_TEXTS, type MoreKey, type MoreTexts } from "./more-texts.js";
import { SetOfWords } from "./set-of-words.js";
import type { Session, Store } from "./storage.js";
import type { Tongue } from "./strings.js";
import type { Scene, Template } from "./views.js";

type Later = typeof import("./later.js");

export class Extras {
  #later?: Later;
  readonly #words: SetOfWords<MoreKey>;
  #menu?: Menu;
  /** Whether the menu is open, or will be once it is there. */
  #open = false;

  constructor(
    private readonly host: ReactiveControllerHost & Shown & { shadowRoot: ShadowRoot | null },
    /** Called where the customer wants another conversation: one of before, or a new one. */
    private readonly renew: (next: Session | null) => void,
    private readonly store: () => Store,
  ) {
    this.#words = new SetOfWords(MORE_TEXTS, host);
  }

  get asking(): boolean {
    return this.#open;
  }

  /** Before any of it is there to be shown, so that an answer has its whole height from the first. */
  async fetch(): Promise<void> {
    if (this.#later) return;
    try {
      const later = await import("./later.js");
      if (this.#later) return;
      this.host.shadowRoot!.adoptedStyleSheets.push(...later.styles.map(({ styleSheet }) => styleSheet!));
      this.#later = later;
      this.host.requestUpdate();
    } catch {
      // Tried again when it is next asked for; the messages' words are there meanwhile.
    }
  }

  readonly cards: Scene["cards"] = (cards, scene) => {
    void this.fetch();
    return this.#later?.cardsView(cards, scene) ?? nothing;
  };

  readonly form: Scene["form"] = (message, scene) => {
    void this.fetch();
    return this.#later?.formView(message, scene) ?? nothing;
  };

  readonly read: Scene["read"] = (message, scene) => this.#drawn((later, t) => later.readMark(message, scene, t)) ?? nothing;

  portrait(talk: Conversation): Template {
    this.#later?.tellPage(talk, this.host);
    return this.#drawn((later) => later.portraitView(talk.status, talk.endpoint)) ?? nothing;
  }

  queue(scene: Scene, hours: string, leave: () => void): Template {
    return this.#drawn((later, t) => later.queueView(scene, hours, leave, t)) ?? nothing;
  }

  /** What needs both the words and who draws them; null until they are there. */
  #drawn<Drawn>(draw: (later: Later, t: MoreTexts) => Drawn): Drawn | null {
    const { texts } = this.#words;
    return this.#later && texts ? draw(this.#later, texts) : null;
  }

  readonly rating: Scene["rating"] = (message, scene) => {
    void this.fetch();
    return this.#drawn((later, t) => later.ratingView(message, scene, t)) ?? nothing;
  };

  readonly toggle = (): void => {
    this.#set(!this.#open);
    this.#menu?.begin();
    void this.fetch();
  };

  readonly close = (): void => this.#set(false);

  #set(open: boolean): void {
    this.#open = open;
    this.host.requestUpdate();
  }

  render(scene: Scene, talk: Conversation | undefined, privacy: string, tongue: Tongue): TemplateResult | typeof nothing {
    if (this.#later) void this.#words.speak(tongue);
    const { texts } = this.#words;
    if (!this.#open || !talk || !this.#later || !texts) return nothing;
    const { host, renew, store, close } = this;
    this.#menu ??= new this.#later.Menu({ host, renew, store, close });
    return this.#menu.render(scene, talk, privacy, texts);
  }

  /** Whether there is anything in the menu before something was said. */
  get before(): boolean {
    return this.store().earlier !== null;
  }
}
