/** Where leads keep the replies that everybody uses. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Replies as Written, Reply } from "../generated/desk.js";
import { LANGUAGES } from "../shared/languages.js";
import { api } from "./api.js";
import { LONGEST } from "./composer.js";
import { language } from "./format.js";
import { t } from "./tongue.js";

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

  /** What was begun before the replies came stays: only what is kept closes it. */
  async #put(reply: Reply): Promise<void> {
    await this.#attempt(() => api.putReply(reply));
    if (!this.#problem) this.#edit(null);
  }

  async #attempt(work: () => Promise<Written>): Promise<void> {
    this.#problem = "";
    try {
      this.#all = await work();
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
    void this.#put(reply);
  }

  #form(reply: Reply): TemplateResult {
    const known = Boolean(reply.name);
    return html`<form class="writing-reply" @submit=${(event: SubmitEvent) => this.#save(event)}>
      <label>${t("Word after the slash")}
        <input name="name" required pattern="[a-z0-9_\\-]{1,40}" .value=${reply.name} ?readonly=${known} /></label>
      <label>${t("Language")}
        <select name="language">
          ${LANGUAGES.map((code) => html`<option value=${code} ?selected=${code === reply.language}>${language(code)}</option>`)}
        </select></label>
      <label>${t("Title")} <input name="title" required maxlength="100" .value=${reply.title} /></label>
      <label>${t("Reply")} <textarea name="text" rows="4" required maxlength=${LONGEST} dir="auto" .value=${reply.text}></textarea></label>
      <p class="quiet">
        ${t("{customer}, {first_name}, {advisor}, {order}, {piece}, {tracking}, {expected} and {deadline} are filled from the case.")}
      </p>
      <div>
        <button class="primary" type="submit">${t("Keep it")}</button>
        ${known
          ? html`<button class="link" type="button" @click=${() => void this.#put({ ...reply, text: "" })}>
              ${t("Take it away")}
            </button>`
          : nothing}
        <button class="link" type="button" @click=${() => this.#edit(null)}>${t("Cancel")}</button>
      </div>
    </form>`;
  }

  render(): TemplateResult {
    return html`<div class="page">
      <h1 tabindex="-1">${t("Replies")}</h1>
      <p class="quiet">${t("Advisors find them by “/” while they write. Each is offered in the customer’s language, else in English.")}</p>
      ${this.#problem ? html`<p class="problem" role="alert">${this.#problem}</p>` : nothing}
      ${this.#edited ? this.#form(this.#edited) : html`<button class="secondary" type="button" @click=${() => this.#edit(NEW)}>${t("Write one")}</button>`}
      <table>
        <thead><tr><th scope="col">${t("Word")}</th><th scope="col">${t("Language")}</th><th scope="col">${t("Reply")}</th><td></td></tr></thead>
        <tbody>
          ${(this.#all ?? []).map(
            (each) => html`<tr>
              <th scope="row">/${each.name}<small>${each.title}</small></th>
              <td>${language(each.language)}</td>
              <td dir="auto" lang=${each.language}>${each.text}</td>
              <td><button class="link" type="button" @click=${() => this.#edit(each)}>${t("Change")}</button></td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}
