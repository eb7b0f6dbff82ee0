/** The way in: a login, its second factor, the house's provider, and the link by which somebody chooses a password. */

import { type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Ways } from "../generated/desk.js";
import { api, Refusal } from "./api.js";
import type { Desk } from "./desk.js";
import { kept } from "./kept.js";
import { invitationView, loginView } from "./login.js";
import { t } from "./tongue.js";

/** Where in the desk somebody was who leaves for the provider. */
const PLACE = "desk:place";
/** Why the provider's page led back to nothing, by the codes of `concierge/desk/openid.py`. */
const REFUSED: Record<string, string> = {
  again: t("This sign-in is over. Begin once more."),
  cancelled: t("You have not signed in."),
  unknown: t("There is no account of yours at the desk. Ask an administrator to invite you by the address you sign in with."),
  taken: t("This account belongs to another sign-in. Ask an administrator."),
  deactivated: t("This account is deactivated. Ask an administrator."),
  no_role: t("Your sign-in has no role at the desk. Ask whoever manages your groups."),
  unreachable: t("The sign-in service does not answer just now. Try again in a moment."),
  provider: t("The sign-in service answered what the desk cannot use. Whoever runs the desk finds why in its log."),
};

const said = (error: unknown): string => (error instanceof Error ? error.message : "");

export class Entrance implements ReactiveController {
  /** The link's, of somebody who is to choose a password. */
  invitation: string | null = null;
  #problem = "";
  #busy = false;
  #code = false;
  #ways: Ways | null = null;
  #asked = false;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly desk: Desk,
    private readonly done: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    const code = /^#sign-in\/(\w+)$/.exec(location.hash)?.[1];
    if (!code) return;
    this.#problem = REFUSED[code] ?? "";
    history.replaceState(null, "", "./");
  }

  /** Back from the provider: to where one was. */
  entered(): void {
    const place = kept.inTab<string>(PLACE);
    kept.keepInTab(PLACE, null);
    if (place && !location.hash) location.hash = place;
  }

  async #ask(): Promise<void> {
    this.#asked = true;
    this.#ways = await api.ways().catch(() => ({ passwords: true, openid: null }));
    this.host.requestUpdate();
  }

  async #enter(login: string, password: string, code: string): Promise<void> {
    this.#problem = "";
    this.#busy = true;
    this.host.requestUpdate();
    try {
      await this.desk.login(login, password, code);
      this.#code = false;
      this.done();
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
    if (!this.#asked) void this.#ask();
    const leave = (): void => kept.keepInTab(PLACE, location.hash);
    const now = { ways: this.#ways, leave, why: this.desk.farewell, problem: this.#problem, busy: this.#busy, code: this.#code };
    return loginView(now, (login, password, code) => void this.#enter(login, password, code));
  }
}
