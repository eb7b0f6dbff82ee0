/** Who is here, how many cases each has, and what each serves: a lead sees it and says it. */

import { html, nothing, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Colleague, Skills } from "../generated/desk.js";
import { LANGUAGES } from "../shared/languages.js";
import { api } from "./api.js";
import type { Desk } from "./desk.js";
import { language, loadOf, PRESENCES } from "./format.js";
import { Page } from "./page.js";
import { t, told } from "./tongue.js";

const MOST = 99; // as the server has it, which decides
const PRESENCE = Object.fromEntries(PRESENCES) as Record<Colleague["presence"], string>;

export class Team extends Page {
  #changed: string | null = null;

  constructor(
    host: ReactiveControllerHost & HTMLElement,
    private readonly desk: Desk,
  ) {
    super(host);
  }

  open(): void {
    this.#changed = null;
    void this.attempt(async () => {
      const { deeds } = this.desk;
      [deeds.colleagues, deeds.queues] = await Promise.all([api.advisors(), api.queues()]);
    });
  }

  #change(id: string | null): void {
    this.#changed = id;
    this.host.requestUpdate();
    if (id) void this.host.updateComplete.then(() => this.host.querySelector<HTMLElement>(".skills input")?.focus());
  }

  #keep(event: SubmitEvent, id: string): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const chosen = (name: string): string[] => form.getAll(name).map(String);
    const capacity = String(form.get("capacity") ?? "").trim();
    const skills: Skills = { languages: chosen("languages"), queues: chosen("queues"), capacity: capacity ? Number(capacity) : null };
    void this.attempt(async () => {
      this.desk.deeds.colleagues = await api.skills(id, skills);
      this.#changed = null;
    });
  }

  #choices(name: string, legend: string, all: [string, string][], chosen: string[]): TemplateResult {
    return html`<fieldset>
      <legend>${legend}</legend>
      ${all.map(
        ([code, title]) =>
          html`<label class="toggle"><input type="checkbox" name=${name} value=${code} ?checked=${chosen.includes(code)} /> ${title}</label>`,
      )}
    </fieldset>`;
  }

  #form(each: Colleague): TemplateResult {
    const queues = this.desk.deeds.queues.map(({ code, title }): [string, string] => [code, told(title)]);
    const languages = LANGUAGES.map((code): [string, string] => [code, language(code)]);
    return html`<form class="skills" aria-label=${each.name} @submit=${(event: SubmitEvent) => this.#keep(event, each.id)}>
      <label>${t("Open cases at once")}
        <input name="capacity" type="number" min="1" max=${MOST} inputmode="numeric" .value=${String(each.capacity ?? "")} /></label>
      ${this.#choices("languages", t("Languages"), languages, each.languages)}
      ${this.#choices("queues", t("Queues"), queues, each.queues)}
      <p class="quiet">${t("What is left empty is not limited.")}</p>
      <div>
        <button class="primary" type="submit">${t("Keep it")}</button>
        <button class="link" type="button" @click=${() => this.#change(null)}>${t("Cancel")}</button>
      </div>
    </form>`;
  }

  #row(each: Colleague): TemplateResult {
    const { queues } = this.desk.deeds;
    const titles = each.queues.map((code) => told(queues.find((queue) => queue.code === code)?.title ?? code));
    return html`<tr data-advisor=${each.login}>
      <th scope="row">${each.name}<small>${each.login}</small></th>
      <td>${PRESENCE[each.presence]}</td>
      <td>${loadOf(each)}</td>
      <td>${each.languages.map(language).join(", ") || t("All of them")}</td>
      <td>${titles.join(", ") || t("All of them")}</td>
      <td><button class="link" type="button" aria-label=${t("Change {name}", { name: each.name })} @click=${() => this.#change(each.id)}>${t("Change")}</button></td>
    </tr>`;
  }

  render(): TemplateResult {
    const { colleagues } = this.desk.deeds;
    const changed = colleagues.find(({ id }) => id === this.#changed);
    const here = colleagues.filter(({ presence }) => presence === "here").length;
    return html`<div class="page">
      <h1 tabindex="-1">${t("Team")}</h1>
      <p class="quiet" role="status">${t("{here} of {all} are here.", { here, all: colleagues.length })}</p>
      ${this.problem} ${changed ? this.#form(changed) : nothing}
      <table>
        <thead>
          <tr>
            <th scope="col">${t("Name")}</th><th scope="col">${t("Presence")}</th><th scope="col">${t("Has")}</th>
            <th scope="col">${t("Languages")}</th><th scope="col">${t("Queues")}</th><td></td>
          </tr>
        </thead>
        <tbody>${colleagues.map((each) => this.#row(each))}</tbody>
      </table>
    </div>`;
  }
}
