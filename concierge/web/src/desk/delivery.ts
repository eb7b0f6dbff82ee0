/** The way to a customer on a messaging channel: how far a message has come, until when words are taken, approved templates, a link to the website. */

import { html, nothing, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { CaseRow, Detail, Message, Templates } from "../generated/desk.js";
import { newKey } from "../shared/key.js";
import { api } from "./api.js";
import type { Desk } from "./desk.js";
import { moment } from "./format.js";
import { channel, inMessenger } from "./names.js";
import type { Template } from "./term.js";
import { t } from "./tongue.js";

/** Why a message has failed of which nobody can know what became of it. */
const UNKNOWN = "outcome_unknown";
const UNDELIVERED: Record<string, string> = {
  [UNKNOWN]: t("The channel does not tell; sent again, it may come twice."),
  window_closed: t("The customer's channel takes our words again once the customer has written."),
  blocked_by_customer: t("The customer has blocked the house on this channel."),
  closed_by_customer: t("The customer has closed the conversation on this channel; it takes our words again once they have written."),
  unsubscribed: t("The customer has unsubscribed on this channel."),
  quota_spent: t("The customer's channel takes no more of our messages until the customer writes."),
  file_gone: t("The file is no longer there."),
  link_over: t("The link would have been over before it came. Send another."),
  no_link_to_files: t("This kind of file goes to this channel as a link, and the house has set no address for links."),
};
const TOLD = { waiting: t("On its way"), sent: t("Sent"), delivered: t("Delivered"), read: t("Read"), failed: t("Not delivered") } as const;
const SOON = 3 * 3_600_000;

/** What is said of a failed message in place of “not delivered”; empty where it surely was not. */
export const unknown = (reason: string | undefined): string => (reason === UNKNOWN ? t("Not known whether it arrived") : "");

export const undelivered = (reason: string): string => UNDELIVERED[reason] ?? t("The channel answered: {reason}", { reason });

/** Beside what was said to the customer; nothing where the website shows it by itself. */
export function deliveryView({ seq }: Message, detail: Detail, desk: Desk): Template {
  const known = detail.deliveries[seq];
  if (!known) return nothing;
  const mine = detail.case.status === "accepted" && detail.case.advisor?.id === desk.me?.id;
  return html`<span class="delivery ${known.state}" data-delivered=${known.state}>${unknown(known.error) || TOLD[known.state]}</span>
    ${known.state === "failed" && mine
      ? html`<button class="link" type="button" ?disabled=${desk.busy} @click=${() => void desk.deeds.sendAgain(detail.case.id, seq)}>
          ${t("Send again")}
        </button>`
      : nothing}`;
}

export const windowOver = (row: CaseRow): boolean =>
  !!row.answers_until && (row.left === 0 || new Date(row.answers_until).getTime() <= Date.now());

/** Above the draft, where the channel takes words only for a while. */
export class Window {
  #templates = new Map<string, Templates>();
  #asked = new Set<string>();

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly desk: Desk,
  ) {}

  render(row: CaseRow): Template {
    return html`${row.stopped ? html`<p class="window stopped" role="status">${undelivered(row.stopped)}</p>` : nothing}${this.#until(row)}
    ${inMessenger(row.channel) && !row.stopped && !windowOver(row) ? this.#toTheWebsite(row) : nothing}`;
  }

  #toTheWebsite(row: CaseRow): TemplateResult {
    const send = (): void => void this.desk.deeds.sendWebsiteLink(row.id, newKey());
    return html`<p class="window">
      <button class="link" type="button" ?disabled=${this.desk.busy} @click=${send}>${t("Send a link to the website")}</button>
    </p>`;
  }

  #until(row: CaseRow): Template {
    if (!row.answers_until) return nothing;
    const name = channel(row.channel);
    if (!windowOver(row)) {
      const soon = new Date(row.answers_until).getTime() - Date.now() < SOON;
      const until = t("{name} takes your words until {time}.", { name, time: moment(row.answers_until) });
      const left = row.left === null ? "" : t("{count} more until the customer writes.", { count: row.left });
      return html`<p class="window ${soon || row.left === 1 ? "soon" : ""}" role="status">${until} ${left}</p>`;
    }
    void this.#ask(row.id);
    const templates = this.#templates.get(row.id) ?? [];
    return html`<div class="window over" role="status">
      <p>${t("{name} takes words again once the customer has written.", { name })}
        ${templates.length ? t("Until then, what it has approved:") : ""}</p>
      ${templates.length ? html`<ul class="templates">${templates.map((each) => this.#one(row, each))}</ul>` : nothing}
    </div>`;
  }

  #one(row: CaseRow, { name, title, text, complete }: Templates[number]): TemplateResult {
    return html`<li>
      <b>${title}</b>
      <p dir="auto">${text}</p>
      <button
        class="link"
        type="button"
        ?disabled=${this.desk.busy || !complete}
        @click=${() => void this.desk.deeds.sendTemplate(row.id, newKey(), name)}
      >
        ${complete ? html`${t("Send")}<span class="unseen"> ${title}</span>` : t("The case does not tell all of it")}
      </button>
    </li>`;
  }

  async #ask(id: string): Promise<void> {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    const found = await api.templates(id).catch(() => null);
    if (found) this.#templates.set(id, found);
    else this.#asked.delete(id);
    this.host.requestUpdate();
  }
}
