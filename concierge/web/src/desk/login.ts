/** Signing in. */

import { html, nothing, type TemplateResult } from "lit";

export interface SignIn {
  /** Whether the account has a second factor, and the password was right. */
  code: boolean;
  /** Why the advisor is asked, where they were signed in before. */
  why: string;
  problem: string;
  busy: boolean;
}

export function loginView({ why, problem, busy, code }: SignIn, enter: (login: string, password: string, code: string) => void): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    enter(String(form.get("login") ?? ""), String(form.get("password") ?? ""), String(form.get("code") ?? ""));
  };
  return html`<main class="login">
    <form @submit=${submit}>
      <h1>Concierge desk</h1>
      ${why ? html`<p class="why-here" role="status">${why}</p>` : nothing}
      <label>Login <input name="login" autocomplete="username" autocapitalize="none" spellcheck="false" required /></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
      ${code
        ? html`<label>Code of your authenticator app
            <input name="code" inputmode="numeric" autocomplete="one-time-code" required /></label>`
        : nothing}
      <button class="primary" type="submit" ?disabled=${busy}>Sign in</button>
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
      <h1>Concierge desk</h1>
      <p class="why-here">Choose a password of at least twelve characters. Then sign in with it.</p>
      <label>Password <input name="new" type="password" autocomplete="new-password" minlength="12" required /></label>
      <button class="primary" type="submit">Choose it</button>
      <p class="problem" role="alert">${problem}</p>
    </form>
  </main>`;
}
