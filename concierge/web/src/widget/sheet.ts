/**
 * How much of the page the panel takes. On a phone it comes up half high, with the page in sight above it, and has the whole
 * screen once the customer writes or pulls it up; beside a product it stands in a column that the page makes room for.
 */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Translate } from "./strings.js";

/** Wide enough for a page and the panel beside it. */
export const WIDE = "(min-width: 1100px)";
/** A phone upright: on its side, and beside its keyboard, half of it is too little. */
const UPRIGHT = "(max-width: 600px) and (min-height: 560px)";
const COLUMN = "420px";
const PULL = 40; // px that the finger has moved

export class Sheet implements ReactiveController {
  /** Whether it has the phone's whole screen. */
  tall = false;

  readonly #wide = matchMedia(WIDE);
  #from = 0;
  #pulled = false;
  #room = false;

  constructor(
    private readonly host: ReactiveControllerHost & { open: boolean; docked: boolean },
    private readonly close: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#wide.addEventListener("change", this.#settle);
  }

  hostDisconnected(): void {
    this.#wide.removeEventListener("change", this.#settle);
    this.#makeRoom(false);
  }

  hostUpdated(): void {
    this.#settle();
  }

  get height(): "half" | "full" {
    return this.tall || !matchMedia(UPRIGHT).matches ? "full" : "half";
  }

  readonly grow = (): void => this.#set(true);

  /** The next time it comes up half high again. */
  left(): void {
    this.tall = false;
  }

  #set(tall: boolean): void {
    if (tall === this.tall) return;
    this.tall = tall;
    this.host.requestUpdate();
  }

  readonly #settle = (): void => this.#makeRoom(this.host.open && this.host.docked && this.#wide.matches);

  #makeRoom(wanted: boolean): void {
    if (wanted === this.#room) return;
    this.#room = wanted;
    document.documentElement.style.paddingInlineEnd = wanted ? COLUMN : "";
  }

  readonly #onDown = (event: PointerEvent): void => {
    this.#from = event.clientY;
    this.#pulled = false;
    (event.target as Element).setPointerCapture(event.pointerId);
  };

  readonly #onUp = (event: PointerEvent): void => {
    const way = event.clientY - this.#from;
    if (Math.abs(way) < PULL) return;
    this.#pulled = true; // the click that may follow is none
    if (way > 0 && this.height === "half") this.close();
    else this.#set(way < 0);
  };

  /** What is pulled, or pressed, on a phone. */
  handle(t: Translate): TemplateResult | typeof nothing {
    if (!matchMedia(UPRIGHT).matches) return nothing;
    return html`<button
      class="grip"
      type="button"
      aria-label=${t(this.tall ? "reduce" : "enlarge")}
      @pointerdown=${this.#onDown}
      @pointerup=${this.#onUp}
      @click=${() => this.#pulled || this.#set(!this.tall)}
    ></button>`;
  }

  /** The page above it: a touch closes the panel, as Back does. */
  scrim(): TemplateResult | typeof nothing {
    return this.height === "half" ? html`<div class="scrim" @click=${this.close}></div>` : nothing;
  }
}
