/** The way in: a login, its second factor, and the link by which somebody chooses a password. */

import type { ReactiveController, ReactiveControllerHost, TemplateResult } from "lit";
import { api, Refusal } from "./api.js";
import type { Desk } from "./desk.js";
import { invitationView, loginView } from "./login.js";

const said = (error: unknown): string => (error instanceof Error ? error.message : "");

export class Entrance implements ReactiveController {
  /** The link's, of somebody who is to choose a password. */
  invitation: string | null = null;
  #problem = "";
  #busy = false;
  #code = false;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly desk: Desk,
    private readonly entered: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {}

  async #enter(login: string, password: string, code: string): Promise<void> {
    this.#problem = "";
    this.#busy = true;
    this.host.requestUpdate();
    try {
      await this.desk.login(login, password, code);
      this.#code = false;
      this.entered();
    } catch (error) {
      const needed = error instanceof Refusal && error.code === "code_needed";
      this.#problem = said(error);
      this.#code ||= needed;
      if (needed) void this.host.updateComplete.then(() => this.host.querySelector<HTMLElement>("input[name=code]")?.focus());
    }
    this.#busy = false;
    this.host.requestUpdate();
  }

  async #accept(password: string): Promise<void> {
    this.#problem = "";
    try {
      await api.accept(this.invitation ?? "", password);
      this.invitation = null;
      location.hash = "";
    } catch (error) {
      this.#problem = said(error);
    }
    this.host.requestUpdate();
  }

  render(): TemplateResult {
    if (this.invitation) return invitationView(this.#problem, (password) => void this.#accept(password));
    const now = { why: this.desk.farewell, problem: this.#problem, busy: this.#busy, code: this.#code };
    return loginView(now, (login, password, code) => void this.#enter(login, password, code));
  }
}
