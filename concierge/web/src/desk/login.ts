/** Signing in. */

import { html, nothing, type TemplateResult } from "lit";

export interface SignIn {
  /** Why the advisor is asked, where they were signed in before. */
  why: string;
  problem: string;
  busy: boolean;
}

export function loginView({ why, problem, busy }: SignIn, enter: (login: string, password: string) => void): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    enter(String(form.get("login") ?? ""), String(form.get("password") ?? ""));
  };
  return html`<main class="login">
    <form @submit=${submit}>
      <h1>Concierge desk</h1>
      ${why ? html`<p class="why-here" role="status">${why}</p>` : nothing}
      <label>Login <input name="login" autocomplete="username" autocapitalize="none" spellcheck="false" required /></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
      <button class="primary" type="submit" ?disabled=${busy}>Sign in</button>
      <p class="problem" role="alert">${problem}</p>
    </form>
  </main>`;
}
