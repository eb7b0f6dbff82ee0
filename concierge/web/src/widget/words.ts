/** The interface's words, in the language of the page: fetched when they are needed, and again while they cannot be. */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { TEXTS, tongueOf, type Texts, type Tongue } from "./strings.js";

const AGAIN = 5_000; // ms until what could not be fetched is asked for again

export class Words implements ReactiveController {
  /** Nothing is shown before they are there; those of the language before stay until then. */
  current?: { tongue: Tongue; texts: Texts };

  #timer = 0;

  constructor(
    private readonly host: ReactiveControllerHost,
    /** The page's language, "fr-CH" say. */
    private readonly tag: () => string,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    if (this.#timer) void this.load(); // the element was taken off the page while it was waiting
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  async load(): Promise<void> {
    const tongue = tongueOf(this.tag());
    if (this.current?.tongue === tongue) return;
    clearTimeout(this.#timer);
    try {
      const { default: texts } = await TEXTS[tongue]();
      if (tongueOf(this.tag()) !== tongue) return;
      this.current = { tongue, texts };
      this.host.requestUpdate();
    } catch {
      this.#timer = window.setTimeout(() => void this.load(), AGAIN);
    }
  }
}
