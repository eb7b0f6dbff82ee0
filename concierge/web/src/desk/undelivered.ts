/** Messages that customers have not got: why, the case they belong to, and sending them again. */

import { html, nothing, type TemplateResult } from "lit";
import type { Undelivered as Letters } from "../generated/desk.js";
import { api } from "./api.js";
import { undelivered, unknown } from "./delivery.js";
import { moment } from "./format.js";
import { channel } from "./names.js";
import { Page } from "./page.js";
import { t } from "./tongue.js";

type Letter = Letters[number];

export class Undelivered extends Page {
  #letters: Letters | null = null;

  open(): void {
    void this.#read(() => api.undelivered());
  }

  #read(work: () => Promise<Letters>): Promise<void> {
    return this.attempt(async () => {
      this.#letters = await work();
    });
  }

  #row(letter: Letter): TemplateResult {
    const who = letter.customer || t("The customer");
    return html`<tr data-letter="${letter.conversation_id} ${letter.seq}">
      <th scope="row">
        ${letter.case_id ? html`<a href="#case/${encodeURIComponent(letter.case_id)}">${who}</a>` : who}
      </th>
      <td>${channel(letter.channel)}</td>
      <td>${moment(letter.created_at)}</td>
      <td dir="auto">${letter.text || nothing}<small>${[unknown(letter.reason), undelivered(letter.reason)].filter(Boolean).join(". ")}</small></td>
      <td>
        <button class="link" type="button" @click=${() => void this.#read(() => api.sendAnyAgain(letter.conversation_id, letter.seq))}>
          ${t("Send again")}
        </button>
      </td>
    </tr>`;
  }

  render(): TemplateResult {
    const letters = this.#letters;
    return html`<div class="page">
      <h1 tabindex="-1">${t("Not delivered")}</h1>
      ${this.problem}
      <p class="quiet">${t("What customers of the last month have not got on their channel, or may not have. Send it again once the reason is gone.")}</p>
      ${letters?.length
        ? html`<table>
            <thead>
              <tr><th scope="col">${t("Customer")}</th><th scope="col">${t("Channel")}</th><th scope="col">${t("When")}</th><th scope="col">${t("Message")}</th><td></td></tr>
            </thead>
            <tbody>${letters.map((each) => this.#row(each))}</tbody>
          </table>`
        : letters
          ? html`<p class="quiet" role="status">${t("Everything has been delivered.")}</p>`
          : nothing}
    </div>`;
  }
}
