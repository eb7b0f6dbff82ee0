/** A page in place of a case: what it does with the server, and what went wrong with it. */

import { html, nothing, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Template } from "./term.js";

export abstract class Page {
  #problem = "";

  constructor(protected readonly host: ReactiveControllerHost & HTMLElement) {}

  abstract open(): void;

  abstract render(): TemplateResult;

  /** Draws the page anew once it is done, or has failed. */
  protected async attempt(work: () => Promise<void>): Promise<void> {
    this.#problem = "";
    try {
      await work();
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : "";
    }
    this.host.requestUpdate();
  }

  protected get problem(): Template {
    return this.#problem ? html`<p class="problem" role="alert">${this.#problem}</p>` : nothing;
  }
}
