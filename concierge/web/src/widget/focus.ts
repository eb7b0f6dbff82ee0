/** Where the keyboard is: F6 goes in and out of the panel, Tab stays in it where it covers the page. */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { PHONE } from "./viewport.js";

const STOPS = "button:not(:disabled), a[href], input, select, textarea, .log";

export class Focus implements ReactiveController {
  #cameFrom: Element | null = null;
  #had: Element | null = null;
  #within?: string;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement & { renderRoot: ParentNode; open: boolean }) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("keydown", this.#onKey);
  }

  hostDisconnected(): void {
    document.removeEventListener("keydown", this.#onKey);
  }

  hostUpdate(): void {
    const had = (this.#had = this.host.shadowRoot?.activeElement ?? null);
    this.#within = [".log", ".bar"].find((part) => had?.closest(part));
  }

  /** What had the focus may be drawn no longer: the keyboard goes on from where it was, not from the top of the page. */
  hostUpdated(): void {
    if (!this.#had || this.#had.isConnected || !this.host.open) return;
    if (this.#within === ".log") this.#find(".log")?.focus();
    else if (this.#within) (this.#find(".bar[role=group] :is(button, input, a)") ?? this.#find("[aria-expanded]"))?.focus();
    else this.toWriting(".panel");
  }

  /** The panel is about to be opened by somebody who will want to go back to where they were. */
  leave(): void {
    this.#cameFrom = document.activeElement;
  }

  /** Into the panel that has just opened; a panel that was open when the page came in takes no focus. */
  enter(): void {
    if (this.#cameFrom) this.toWriting(".panel");
  }

  /** To the input. On a phone its keyboard would cover what is to be read first: there, to what is named instead. */
  toWriting(otherwise: ".panel" | ".log"): void {
    this.#find(matchMedia("(pointer: coarse)").matches ? otherwise : "textarea")?.focus();
  }

  toLauncher(): void {
    this.#find(".launcher")?.focus();
  }

  /** Full screen, the page behind is out of reach: Tab goes round. */
  keep(event: KeyboardEvent): void {
    if (event.key !== "Tab" || !matchMedia(PHONE).matches) return;
    const panel = this.#find(".panel");
    const stops = [...(panel?.querySelectorAll<HTMLElement>(STOPS) ?? [])];
    const [first, last] = [stops[0], stops.at(-1)];
    const now = this.host.shadowRoot?.activeElement;
    const edge = event.shiftKey ? now === first || now === panel : now === last;
    if (!edge) return;
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }

  #onKey = (event: KeyboardEvent): void => {
    if (event.key !== "F6" || event.altKey || event.ctrlKey || event.metaKey || !this.host.open) return;
    event.preventDefault();
    if (document.activeElement === this.host) {
      // From the launcher, which is ours and gone while the panel is open, the way out leads to the page.
      const back = this.#cameFrom;
      if (back instanceof HTMLElement && back !== document.body && back !== this.host) back.focus();
      else (this.host.shadowRoot?.activeElement as HTMLElement | null)?.blur();
    } else {
      this.leave();
      this.#find("textarea")?.focus();
    }
  };

  #find(selector: string): HTMLElement | null {
    return this.host.renderRoot.querySelector<HTMLElement>(selector);
  }
}
