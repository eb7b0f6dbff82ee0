/** What administrators look after: accounts, and the record of what was done to them. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { AccountDeed, Audit, Person, People as Everybody } from "../generated/desk.js";
import { api } from "./api.js";
import { moment, words } from "./format.js";
import { t } from "./tongue.js";

const ROLES = ["advisor", "lead", "admin"] as const;
const role = (code: string): string => (code === "admin" ? t("Administrator") : words(code));

export class People implements ReactiveController {
  #people: Everybody | null = null;
  #record: Audit | null = null;
  #words = "";
  #typed = 0;
  #problem = "";

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {}

  open(): void {
    void this.#attempt(() => api.people());
    void this.#find("");
  }

  async #attempt(work: () => Promise<Everybody>, form?: HTMLFormElement): Promise<void> {
    this.#problem = "";
    try {
      this.#people = await work();
      form?.reset();
      if (this.#record) await this.#find(this.#words);
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : "";
    }
    this.host.requestUpdate();
  }

  async #find(words: string): Promise<void> {
    this.#words = words;
    const found = await api.audit(words).catch(() => null);
    if (found && words === this.#words) this.#record = found;
    this.host.requestUpdate();
  }

  #invite(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = new FormData(form);
    const [login, name] = ["login", "name"].map((each) => String(given.get(each) ?? "").trim()) as [string, string];
    void this.#attempt(() => api.invite({ login, name, role: String(given.get("role")) as Person["role"] }), form);
  }

  #row(each: Person): TemplateResult {
    const deed = (deed: AccountDeed["deed"], title: string): TemplateResult =>
      html`<button class="link" type="button" @click=${() => void this.#attempt(() => api.change(each.id, { deed }))}>${title}</button>`;
    const chosen = (event: Event): void => {
      const wanted = (event.target as HTMLSelectElement).value as Person["role"];
      void this.#attempt(() => api.change(each.id, { deed: "role", role: wanted }));
    };
    return html`<tr>
      <th scope="row">${each.name}<small>${each.login}${each.active ? "" : t(", deactivated")}</small></th>
      <td>
        <select aria-label=${t("Role of {name}", { name: each.name })} @change=${chosen}>
          ${ROLES.map((code) => html`<option value=${code} ?selected=${code === each.role}>${role(code)}</option>`)}
        </select>
      </td>
      <td>${each.second_factor ? t("Password and code") : t("Password")}${each.openid ? t(", or OpenID Connect") : ""}</td>
      <td class="sum">${each.sessions}</td>
      <td>
        ${each.active
          ? html`${deed("invite", t("New link"))} ${deed("sign_out", t("Sign out everywhere"))} ${deed("deactivate", t("Deactivate"))}`
          : deed("activate", t("Activate"))}
        ${each.openid ? deed("unlink", t("Let another sign-in have it")) : nothing}
        ${each.second_factor ? deed("second_factor_off", t("Take the second factor off")) : nothing}
      </td>
    </tr>`;
  }

  render(): TemplateResult {
    const link = this.#people?.invitation;
    return html`<div class="page">
      <h1 tabindex="-1">${t("People")}</h1>
      ${this.#problem ? html`<p class="problem" role="alert">${this.#problem}</p>` : nothing}
      ${link
        ? html`<p role="status">${t("Give them this link; it is good for a week, once:")}
            <b class="plain invitation">${new URL(link, new URL("./", location.href)).href}</b></p>`
        : nothing}
      <form @submit=${(event: SubmitEvent) => this.#invite(event)}>
        <label>${t("Login")} <input name="login" required maxlength="100" autocomplete="off" autocapitalize="none" /></label>
        <label>${t("Name that customers see")} <input name="name" required maxlength="100" autocomplete="off" /></label>
        <label>${t("Role")}
          <select name="role">${ROLES.map((code) => html`<option value=${code}>${role(code)}</option>`)}</select></label>
        <div><button class="secondary" type="submit">${t("Invite")}</button></div>
      </form>
      <table>
        <thead>
          <tr><th scope="col">${t("Name")}</th><th scope="col">${t("Role")}</th><th scope="col">${t("Signs in by")}</th><th scope="col" class="sum">${t("Sessions")}</th><td></td></tr>
        </thead>
        <tbody>${(this.#people?.people ?? []).map((each) => this.#row(each))}</tbody>
      </table>
      <h2>${t("Record")}</h2>
      <form @submit=${(event: Event) => event.preventDefault()}>
        <label>${t("Words")}
          <input type="search" autocomplete="off" @input=${(event: Event) => this.#soon((event.target as HTMLInputElement).value)} /></label>
        <div><a href="api/audit?format=csv&words=${encodeURIComponent(this.#words)}" download>${t("Save as CSV")}</a></div>
      </form>
      <table>
        <thead><tr><th scope="col">${t("When")}</th><th scope="col">${t("Who")}</th><th scope="col">${t("What")}</th><th scope="col">${t("Whom")}</th><th scope="col">${t("Details")}</th></tr></thead>
        <tbody>
          ${(this.#record ?? []).map(
            (each) => html`<tr><td>${moment(each.at)}</td><td>${each.by}</td><td>${words(each.what)}</td><td>${each.whom}</td><td>${each.details}</td></tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #soon(words: string): void {
    clearTimeout(this.#typed);
    this.#typed = window.setTimeout(() => void this.#find(words.trim()), 250);
  }
}
