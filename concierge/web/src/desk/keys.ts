/**
 * The keyboard: F6 walks through the parts of the page, as it does in a browser's own windows, and single letters do what
 * an advisor does all day. Letters can be switched off: dictation types them (WCAG 2.1.4).
 */

import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { t } from "./tongue.js";

const REGIONS = ["#cases", "#conversation", "#file"];
const REMEMBERED = "desk:keys";

export interface Shortcut {
  key: string;
  says: string;
  does: () => void;
}

export class Keys implements ReactiveController {
  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly shortcuts: Shortcut[],
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("keydown", this.#onKey);
  }

  hostDisconnected(): void {
    document.removeEventListener("keydown", this.#onKey);
  }

  get on(): boolean {
    try {
      return localStorage.getItem(REMEMBERED) !== "0";
    } catch {
      return true;
    }
  }

  set on(on: boolean) {
    try {
      localStorage.setItem(REMEMBERED, on ? "1" : "0");
    } catch {
      // Not remembered, then.
    }
    this.host.requestUpdate();
  }

  show(): void {
    this.#dialog?.showModal();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.host.querySelector<HTMLDialogElement>("dialog.keys");
  }

  #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || this.#dialog?.open) return;
    if (event.key === "F6") return this.#walk(event);
    const at = event.target as HTMLElement;
    const typing = at.matches("textarea, select, input:not([type=checkbox])") || at.isContentEditable;
    const shortcut = this.on && !typing && this.shortcuts.find(({ key }) => key === event.key.toLowerCase());
    if (!shortcut) return;
    event.preventDefault();
    shortcut.does();
  };

  #walk(event: KeyboardEvent): void {
    const regions = REGIONS.map((name) => this.host.querySelector<HTMLElement>(name)).filter((each) => each?.offsetParent);
    if (!regions.length) return;
    event.preventDefault();
    const at = regions.findIndex((region) => region?.contains(document.activeElement));
    const step = event.shiftKey ? -1 : 1;
    regions[(at + step + regions.length) % regions.length]?.focus();
  }

  /** `more`: what else the advisor may set. */
  render(more: TemplateResult): TemplateResult {
    const row = (key: string, says: string): TemplateResult => html`<div><dt><kbd>${key}</kbd></dt><dd>${says}</dd></div>`;
    return html`<dialog class="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">${t("Keyboard")}</h2>
      <dl>
        ${this.shortcuts.map(({ key, says }) => row(key.toUpperCase(), says))} ${row("F6", t("Next part of the page"))}
        ${row("Enter", t("Send the message; with Shift, a new line"))} ${row("Esc", t("Close what was opened"))}
      </dl>
      <label class="toggle">
        <input
          type="checkbox"
          .checked=${this.on}
          @change=${(event: Event) => (this.on = (event.target as HTMLInputElement).checked)}
        />
        ${t("Use the single keys")}</label
      >
      ${more}
      <form method="dialog"><button class="secondary">${t("Close")}</button></form>
    </dialog>`;
  }
}
