/** The advisor's own account: password, second factor, where they are signed in. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Account, NewFactor } from "../generated/desk.js";
import { api } from "./api.js";
import { moment } from "./format.js";

const value = (form: FormData, name: string): string => String(form.get(name) ?? "");

export class OwnAccount implements ReactiveController {
  #account: Account | null = null;
  #factor: NewFactor | null = null;
  #told = "";
  #problem = "";

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {}

  open(): void {
    this.#factor = null;
    this.#account = null;
    void this.#attempt(() => api.account());
  }

  async #attempt(work: () => Promise<Account>, told = "", form?: HTMLFormElement): Promise<void> {
    this.#problem = this.#told = "";
    try {
      this.#account = await work();
      this.#told = told;
      if (told) this.#factor = null;
      form?.reset();
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : "";
    }
    this.host.requestUpdate();
  }

  #submit(event: SubmitEvent, work: (form: FormData) => Promise<Account>, told: string): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    void this.#attempt(() => work(new FormData(form)), told, form);
  }

  async #begin(): Promise<void> {
    this.#factor = await api.newFactor().catch(() => null);
    this.host.requestUpdate();
  }

  #second({ second_factor: on }: Account): TemplateResult {
    if (on)
      return html`<p>A code of your authenticator app is asked for at each login.</p>
        <form @submit=${(event: SubmitEvent) =>
          this.#submit(event, (form) => api.factor({ password: value(form, "password") }), "No code is asked for any longer.")}>
          <label>Present password <input name="password" type="password" autocomplete="current-password" required /></label>
          <div><button class="secondary" type="submit">Ask for no code</button></div>
        </form>`;
    const factor = this.#factor;
    if (!factor)
      return html`<p>Only your password is asked for.</p>
        <button class="secondary" type="button" @click=${() => void this.#begin()}>Ask for a code, too</button>`;
    const { secret } = factor;
    return html`<form
      @submit=${(event: SubmitEvent) =>
        this.#submit(
          event,
          (form) => api.factor({ password: value(form, "password"), secret, code: value(form, "code") }),
          "From now on a code is asked for at each login.",
        )}
    >
      <p>
        Add this key to your authenticator app: <b class="plain">${secret.replace(/(.{4})/g, "$1 ").trim()}</b>
        <a href=${factor.address}>Open the app on this device</a>
      </p>
      <label>Code that the app shows <input name="code" inputmode="numeric" autocomplete="one-time-code" required /></label>
      <label>Present password <input name="password" type="password" autocomplete="current-password" required /></label>
      <div><button class="primary" type="submit">Ask for it from now on</button></div>
    </form>`;
  }

  render(): TemplateResult {
    const account = this.#account;
    return html`<div class="page">
      <h1 tabindex="-1">Your account</h1>
      <p role="status">${this.#told}</p>
      ${this.#problem ? html`<p class="problem" role="alert">${this.#problem}</p>` : nothing}
      ${account
        ? html`<h2>Second factor</h2>
            ${this.#second(account)}
            <h2>Password</h2>
            <form @submit=${(event: SubmitEvent) =>
              this.#submit(
                event,
                (form) => api.password(value(form, "password"), value(form, "new")),
                "Your password is changed; every other session has ended.",
              )}>
              <label>Present password <input name="password" type="password" autocomplete="current-password" required /></label>
              <label>New password, of at least twelve characters
                <input name="new" type="password" autocomplete="new-password" minlength="12" required /></label>
              <div><button class="secondary" type="submit">Change it</button></div>
            </form>
            <h2>Where you are signed in</h2>
            <table>
              <thead><tr><th scope="col">Browser</th><th scope="col">Since</th><td></td></tr></thead>
              <tbody>
                ${account.sessions.map(
                  (each) => html`<tr>
                    <td>${each.browser || "Not known"}</td>
                    <td>${moment(each.begun_at)}</td>
                    <td>
                      ${each.current
                        ? "This one"
                        : html`<button class="link" type="button" @click=${() => void this.#attempt(() => api.endSessions(each.id), "It has ended.")}>
                            End it
                          </button>`}
                    </td>
                  </tr>`,
                )}
              </tbody>
            </table>
            ${account.sessions.length > 1
              ? html`<button class="secondary" type="button" @click=${() => void this.#attempt(() => api.endSessions(), "Every other session has ended.")}>
                  End every other one
                </button>`
              : nothing}`
        : nothing}
    </div>`;
  }
}
