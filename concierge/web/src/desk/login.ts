/** Signing in. */

import { html, nothing, type TemplateResult } from "lit";
import type { Ways } from "../generated/desk.js";
import { t } from "./tongue.js";

export interface SignIn {
  /** Null until the desk has said how one signs in. */
  ways: Ways | null;
  /** Before the page is left for the provider. */
  leave: () => void;
  /** Whether the account has a second factor, and the password was right. */
  code: boolean;
  /** Why the advisor is asked, where they were signed in before. */
  why: string;
  problem: string;
  busy: boolean;
}

const openid = ({ ways, leave }: SignIn): TemplateResult | typeof nothing =>
  ways?.openid
    ? html`<a class=${ways.passwords ? "elsewhere" : "elsewhere primary"} href=${new URL("openid/begin", new URL("./", location.href)).href} @click=${leave}>
        ${t("Sign in with {name}", { name: ways.openid })}</a>`
    : nothing;

export function loginView(now: SignIn, enter: (login: string, password: string, code: string) => void): TemplateResult {
  const { ways, why, problem, busy, code } = now;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    enter(String(form.get("login") ?? ""), String(form.get("password") ?? ""), String(form.get("code") ?? ""));
  };
  return html`<main class="login">
    <form @submit=${submit}>
      <h1>${t("Concierge desk")}</h1>
      ${why ? html`<p class="why-here" role="status">${why}</p>` : nothing}
      ${ways?.passwords
        ? html`<label>${t("Login")} <input name="login" autocomplete="username" autocapitalize="none" spellcheck="false" required /></label>
            <label>${t("Password")} <input name="password" type="password" autocomplete="current-password" required /></label>
            ${code
              ? html`<label>${t("Code of your authenticator app")}
                  <input name="code" inputmode="numeric" autocomplete="one-time-code" required /></label>`
              : nothing}
            <button class="primary" type="submit" ?disabled=${busy}>${t("Sign in")}</button>`
        : nothing}
      ${openid(now)}
      <p class="problem" role="alert">${problem}</p>
    </form>
  </main>`;
}

/** Whoever has a link chooses their password. */
export function invitationView(problem: string, accept: (password: string) => void): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    accept(String(new FormData(event.target as HTMLFormElement).get("new") ?? ""));
  };
  return html`<main class="login">
    <form @submit=${submit}>
      <h1>${t("Concierge desk")}</h1>
      <p class="why-here">${t("Choose a password of at least twelve characters. Then sign in with it.")}</p>
      <label>${t("Password")} <input name="new" type="password" autocomplete="new-password" minlength="12" required /></label>
      <button class="primary" type="submit">${t("Choose it")}</button>
      <p class="problem" role="alert">${problem}</p>
    </form>
  </main>`;
}

/** Nobody can sign in yet. */
export function unreachedView(why: string): TemplateResult {
  return html`<main class="login">
    <div>
      <h1>${t("Concierge desk")}</h1>
      <p class="unreached" role="status">${why}</p>
    </div>
  </main>`;
}
