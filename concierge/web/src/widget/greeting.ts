/** The house speaks first, where the shop wants it to: once on this device, and never to somebody who is busy with a form. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Options } from "./public.js";
import type { Store } from "./storage.js";
import type { Translate } from "./strings.js";
import { greeting } from "./styles/greeting.js";
import { icons } from "./icons.js";

const PATIENCE = 20; // seconds on a page before it is said
const BUSY = "input, textarea, select, [contenteditable]";
const IN_FRONT = "dialog[open], [aria-modal=true]";

export class Greeting implements ReactiveController {
  #timer = 0;
  #said = "";
  #wanted: Options["greeting"] = null;

  constructor(
    private readonly host: ReactiveControllerHost & { open: boolean; shadowRoot: ShadowRoot | null },
    private readonly store: () => Store | undefined,
    /** Whether the customer has talked to the house already. */
    private readonly known: () => boolean,
  ) {
    host.shadowRoot!.adoptedStyleSheets.push(greeting.styleSheet!);
    host.addController(this);
  }

  hostConnected(): void {}

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  set(wanted: Options["greeting"]): void {
    this.#wanted = wanted;
    if (this.#said) this.#dismiss();
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const { after = PATIENCE } = this.#wanted ?? {};
    if (this.#wanted?.text) this.#timer = window.setTimeout(() => this.#say(), after * 1000);
  }

  #say(): void {
    const store = this.store();
    if (!store || store.greeted || this.host.open || this.known()) return;
    const busy = document.activeElement?.matches(BUSY) || document.querySelector(IN_FRONT) || document.hidden;
    if (busy) return this.#wait();
    store.greeted = true;
    this.#said = this.#wanted?.text ?? "";
    this.host.requestUpdate();
  }

  #dismiss(): void {
    this.#said = "";
    this.host.requestUpdate();
  }

  render(t: Translate, open: () => void): TemplateResult {
    return html`<div class="greeting" role="status">
      ${this.#said
        ? html`<div class="hail">
            <button class="hailed" type="button" dir="auto" @click=${() => (this.#dismiss(), open())}>${this.#said}</button>
            <button class="icon" type="button" aria-label=${t("dismiss")} @click=${() => this.#dismiss()}>${icons.close}</button>
          </div>`
        : nothing}
    </div>`;
  }
}
