/** The advisor's own account: portrait, password, second factor, where they are signed in. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Account, NewFactor } from "../generated/desk.js";
import { api, portraitAddress } from "./api.js";
import { moment } from "./format.js";
import { PHOTOS } from "../shared/upload.js";
import { LANGUAGE, speak, t, TONGUES } from "./tongue.js";

const OWN_NAMES = { en: "English", fr: "Français", it: "Italiano" };
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
      return html`<p>${t("A code of your authenticator app is asked for at each login.")}</p>
        <form @submit=${(event: SubmitEvent) =>
          this.#submit(event, (form) => api.factor({ password: value(form, "password") }), t("No code is asked for any longer."))}>
          <label>${t("Present password")} <input name="password" type="password" autocomplete="current-password" required /></label>
          <div><button class="secondary" type="submit">${t("Ask for no code")}</button></div>
        </form>`;
    const factor = this.#factor;
    if (!factor)
      return html`<p>${t("Only your password is asked for.")}</p>
        <button class="secondary" type="button" @click=${() => void this.#begin()}>${t("Ask for a code, too")}</button>`;
    const { secret } = factor;
    return html`<form
      @submit=${(event: SubmitEvent) =>
        this.#submit(
          event,
          (form) => api.factor({ password: value(form, "password"), secret, code: value(form, "code") }),
          t("From now on a code is asked for at each login."),
        )}
    >
      <p>
        ${t("Add this key to your authenticator app:")} <b class="plain">${secret.replace(/(.{4})/g, "$1 ").trim()}</b>
        <a href=${factor.address}>${t("Open the app on this device")}</a>
      </p>
      <label>${t("Code that the app shows")} <input name="code" inputmode="numeric" autocomplete="one-time-code" required /></label>
      <label>${t("Present password")} <input name="password" type="password" autocomplete="current-password" required /></label>
      <div><button class="primary" type="submit">${t("Ask for it from now on")}</button></div>
    </form>`;
  }

  #password(account: Account): TemplateResult {
    return html`<h2>${t("Second factor")}</h2>
      ${this.#second(account)}
      <h2>${t("Password")}</h2>
      <form @submit=${(event: SubmitEvent) =>
        this.#submit(
          event,
          (form) => api.password(value(form, "password"), value(form, "new")),
          t("Your password is changed; every other session has ended."),
        )}>
        <label>${t("Present password")} <input name="password" type="password" autocomplete="current-password" required /></label>
        <label>${t("New password, of at least twelve characters")}
          <input name="new" type="password" autocomplete="new-password" minlength="12" required /></label>
        <div><button class="secondary" type="submit">${t("Change it")}</button></div>
      </form>`;
  }

  #portrait({ portrait }: Account): TemplateResult {
    const chosen = (event: Event): void => {
      const input = event.target as HTMLInputElement;
      const [photo] = input.files ?? [];
      if (photo) void this.#attempt(() => api.portrait(photo), t("Customers see your portrait from now on."));
      input.value = "";
    };
    return html`<h2>${t("Portrait")}</h2>
      <p>${t("Customers see it beside your name while you are with them.")}</p>
      ${portrait ? html`<p><img class="portrait" src=${portraitAddress(portrait)} alt=${t("Your portrait")} /></p>` : nothing}
      <button class="secondary" type="button" @click=${(event: Event) => ((event.currentTarget as HTMLElement).nextElementSibling as HTMLElement).click()}>
        ${t("Choose a photo")}
      </button>
      <input type="file" hidden accept=${PHOTOS} aria-label=${t("Choose a photo")} @change=${chosen} />
      ${portrait
        ? html`<button class="link" type="button" @click=${() => void this.#attempt(() => api.portrait(null), t("Customers see your initials."))}>
            ${t("Remove it")}
          </button>`
        : nothing}`;
  }

  render(): TemplateResult {
    const account = this.#account;
    return html`<div class="page">
      <h1 tabindex="-1">${t("Your account")}</h1>
      <p role="status">${this.#told}</p>
      ${this.#problem ? html`<p class="problem" role="alert">${this.#problem}</p>` : nothing}
      <h2>${t("Language of the desk")}</h2>
      <p>
        <select aria-label=${t("Language of the desk")} @change=${(event: Event) => speak((event.target as HTMLSelectElement).value)}>
          ${TONGUES.map((code) => html`<option value=${code} lang=${code} ?selected=${code === LANGUAGE}>${OWN_NAMES[code]}</option>`)}
        </select>
      </p>
      ${account
        ? html`${this.#portrait(account)} ${account.passwords ? this.#password(account) : nothing}
            <h2>${t("Where you are signed in")}</h2>
            <table>
              <thead><tr><th scope="col">${t("Browser")}</th><th scope="col">${t("Since")}</th><td></td></tr></thead>
              <tbody>
                ${account.sessions.map(
                  (each) => html`<tr>
                    <td>${each.browser || t("Not known")}</td>
                    <td>${moment(each.begun_at)}</td>
                    <td>
                      ${each.current
                        ? t("This one")
                        : html`<button class="link" type="button" @click=${() => void this.#attempt(() => api.endSessions(each.id), t("It has ended."))}>
                            ${t("End it")}
                          </button>`}
                    </td>
                  </tr>`,
                )}
              </tbody>
            </table>
            ${account.sessions.length > 1
              ? html`<button class="secondary" type="button" @click=${() => void this.#attempt(() => api.endSessions(), t("Every other session has ended."))}>
                  ${t("End every other one")}
                </button>`
              : nothing}`
        : nothing}
    </div>`;
  }
}
