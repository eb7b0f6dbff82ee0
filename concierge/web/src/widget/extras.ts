/** What is fetched only when the customer has spoken, cards and the menu, and whether the menu is open. */

import { nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Conversation } from "./conversation.js";
import type { Scene } from "./views.js";

type Later = typeof import("./later.js");

export class Extras implements ReactiveController {
  #later?: Later;
  #asking: "" | "menu" | "new" = "";

  constructor(
    private readonly host: ReactiveControllerHost & { shadowRoot: ShadowRoot | null },
    /** Called where the customer wants another conversation. */
    private readonly renew: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {}

  get asking(): boolean {
    return this.#asking !== "";
  }

  /** Before any of it is there to be shown, so that an answer has its whole height from the first. */
  async fetch(): Promise<void> {
    if (this.#later) return;
    try {
      const later = await import("./later.js");
      if (this.#later) return;
      this.host.shadowRoot!.adoptedStyleSheets.push(later.styles.styleSheet!);
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

  readonly toggle = (): void => {
    this.#ask(this.#asking ? "" : "menu");
    void this.fetch();
  };

  close(): void {
    this.#ask("");
  }

  #ask(what: "" | "menu" | "new"): void {
    this.#asking = what;
    this.host.requestUpdate();
  }

  render(scene: Scene, talk: Conversation | undefined, privacy: string): TemplateResult | typeof nothing {
    const later = this.#later;
    if (!this.#asking || !later || !talk) return nothing;
    const close = (): void => this.close();
    if (this.#asking === "new")
      return later.questionView(scene.t, talk.status, () => (close(), this.renew()), close);
    return later.menuView(scene, privacy, {
      renew: () => this.#ask("new"),
      save: () => (close(), later.save(talk.messages, scene.locale, scene.t)),
    });
  }
}
