/** Where leads keep the replies that everybody uses. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Replies as Written, Reply } from "../generated/desk.js";
import { LANGUAGES } from "../shared/languages.js";
import { api } from "./api.js";
import { LONGEST } from "./composer.js";
import { language } from "./format.js";

const NEW: Reply = { name: "", language: "en", title: "", text: "" };

export class WrittenReplies implements ReactiveController {
  #all: Written | null = null;
  #edited: Reply | null = null;
  #problem = "";

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {}

  async open(): Promise<void> {
    this.#edited = null;
    await this.#attempt(() => api.replies());
  }

  #edit(reply: Reply | null): void {
    this.#edited = reply;
    this.host.requestUpdate();
    if (reply) void this.host.updateComplete.then(() => this.host.querySelector<HTMLElement>(".writing-reply input")?.focus());
  }

  async #attempt(work: () => Promise<Written>): Promise<void> {
    this.#problem = "";
    try {
      this.#all = await work();
      this.#edited = null;
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : "";
    }
    this.host.requestUpdate();
  }

  #save(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const given = (name: string): string => String(form.get(name) ?? "").trim();
    const reply = { name: given("name"), language: given("language"), title: given("title"), text: given("text") };
    void this.#attempt(() => api.putReply(reply));
  }

  #form(reply: Reply): TemplateResult {
    const known = Boolean(reply.name);
    return html`<form class="writing-reply" @submit=${(event: SubmitEvent) => this.#save(event)}>
      <label>Word after the slash
        <input name="name" required pattern="[a-z0-9_\\-]{1,40}" .value=${reply.name} ?readonly=${known} /></label>
      <label>Language
        <select name="language">
          ${LANGUAGES.map((code) => html`<option value=${code} ?selected=${code === reply.language}>${language(code)}</option>`)}
        </select></label>
      <label>Title <input name="title" required maxlength="100" .value=${reply.title} /></label>
      <label>Reply <textarea name="text" rows="4" required maxlength=${LONGEST} dir="auto" .value=${reply.text}></textarea></label>
      <p class="quiet">
        {customer}, {first_name}, {advisor}, {order}, {piece}, {tracking}, {expected} and {deadline} are filled from the case.
      </p>
      <div>
        <button class="primary" type="submit">Keep it</button>
        ${known
          ? html`<button class="link" type="button" @click=${() => void this.#attempt(() => api.putReply({ ...reply, text: "" }))}>
              Take it away
            </button>`
          : nothing}
        <button class="link" type="button" @click=${() => this.#edit(null)}>Cancel</button>
      </div>
    </form>`;
  }

  render(): TemplateResult {
    return html`<div class="page">
      <h1 tabindex="-1">Replies</h1>
      <p class="quiet">Advisors find them by “/” while they write. Each is offered in the customer’s language, else in English.</p>
      ${this.#problem ? html`<p class="problem" role="alert">${this.#problem}</p>` : nothing}
      ${this.#edited ? this.#form(this.#edited) : html`<button class="secondary" type="button" @click=${() => this.#edit(NEW)}>Write one</button>`}
      <table>
        <thead><tr><th scope="col">Word</th><th scope="col">Language</th><th scope="col">Reply</th><td></td></tr></thead>
        <tbody>
          ${(this.#all ?? []).map(
            (each) => html`<tr>
              <th scope="row">/${each.name}<small>${each.title}</small></th>
              <td>${language(each.language)}</td>
              <td dir="auto" lang=${each.language}>${each.text}</td>
              <td><button class="link" type="button" @click=${() => this.#edit(each)}>Change</button></td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}
