/**
 * On a phone the panel has the whole screen: the page behind is out of reach and stays where it is, and Back closes the
 * panel as it closes any other screen.
 */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { PHONE } from "./viewport.js";

const MARK = "concierge";

const marked = (): boolean => Boolean((history.state as Record<string, unknown> | null)?.[MARK]);

export class Cover implements ReactiveController {
  readonly #phone = matchMedia(PHONE);
  #covered: Element[] = [];
  #overflow = "";
  #covering = false;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement & { open: boolean },
    /** Called where the customer has gone back. */
    private readonly close: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#phone.addEventListener("change", this.#settle);
    addEventListener("popstate", this.#onBack);
  }

  hostDisconnected(): void {
    this.#phone.removeEventListener("change", this.#settle);
    removeEventListener("popstate", this.#onBack);
    this.#uncover();
  }

  hostUpdated(): void {
    this.#settle();
  }

  readonly #settle = (): void => {
    // Only behind a panel that is really there: its texts may still be on their way.
    const drawn = this.host.open && Boolean(this.host.shadowRoot?.querySelector(".panel"));
    const wanted = drawn && this.#phone.matches && this.host.isConnected;
    if (wanted === this.#covering) return;
    if (wanted) this.#cover();
    else {
      this.#uncover();
      // The step that opening has added is taken back, or Back would at first do nothing.
      if (!this.host.open && marked()) history.back();
    }
  };

  readonly #onBack = (): void => {
    if (this.#covering && !marked()) this.close();
  };

  #cover(): void {
    this.#covering = true;
    for (let each: Element | null = this.host; each && each !== document.body; each = each.parentElement) {
      const others = [...(each.parentElement?.children ?? [])].filter((other) => other !== each && !other.hasAttribute("inert"));
      this.#covered.push(...others);
    }
    for (const each of this.#covered) each.setAttribute("inert", "");
    const { style } = document.documentElement;
    this.#overflow = style.overflow;
    style.overflow = "hidden";
    // A page that came in with the panel open has its step already.
    if (!marked()) history.pushState({ ...(history.state as object | null), [MARK]: true }, "");
  }

  #uncover(): void {
    if (!this.#covering) return;
    this.#covering = false;
    for (const each of this.#covered) each.removeAttribute("inert");
    this.#covered = [];
    document.documentElement.style.overflow = this.#overflow;
  }
}
