/** The client file beside the conversation: who, which order, what was decided and why, what was promised. */

import { html, nothing, type TemplateResult } from "lit";
import type { Decision, Detail, Figure, Order, Source } from "../generated/desk.js";
import type { Desk } from "./desk.js";
import { transcriptAddress } from "./api.js";
import { elsewhereView } from "./elsewhere.js";
import { filesView } from "./enclosures.js";
import { citation, day, deed, language, localTime, moment, outcome, quantity, state, words } from "./format.js";
import { channel } from "./names.js";
import { link, orderView } from "./order.js";
import { identity } from "./proofs.js";
import { term, type Template } from "./term.js";
import { LANGUAGE, t, told } from "./tongue.js";

const section = (title: string, name: string, body: unknown): TemplateResult =>
  html`<section data-tray=${name} aria-labelledby="tray-${name}"><h2 id="tray-${name}">${title}</h2>${body}</section>`;

function customer(detail: Detail, desk: Desk): TemplateResult {
  const { case: row, package: handed } = detail;
  const looks = (desk.cases.get(row.id) ?? row).looks_at;
  const known = handed?.customer;
  const mail = row.customer.email || handed?.customer?.email || "";
  return section(
    t("Customer"),
    "customer",
    html`<dl>
        ${term(t("Name"), row.customer.name || handed?.customer?.name)} ${term(t("E-mail"), mail)}
        ${term(t("Writes in"), language(row.language))} ${term(t("Region"), row.region)}
        ${term(t("Their time"), localTime(detail.order?.timezone || ZONES[row.region]))} ${term(t("Came by"), channel(row.channel))}
        ${term(t("Looks at"), looks?.product)} ${term(t("On the page"), looks?.page)}
        ${term(t("In the bag"), looks?.bag.length ? looks.bag.map((piece) => html`<span class="held" dir="auto">${piece}</span>`) : "")}
        ${term(t("Identity"), known ? identity(known.verified, known.proof) : "")}
      </dl>
      ${detail.may_reveal && !detail.revealed
        ? html`<button class="link" type="button" ?disabled=${desk.busy} @click=${() => void desk.deeds.reveal(row.id)}>
              ${t("Show contact details")}
            </button>
            <p class="quiet">${t("It is noted in the history that you saw them.")}</p>`
        : nothing}`,
  );
}

function source(item: Source | string): TemplateResult {
  const said = citation(item);
  return html`<li>${typeof item === "object" && item.url ? link(item.url, said) : said}</li>`;
}

const figure = (item: Figure): Template =>
  term(
    item.label || words(item.key),
    html`${quantity(item.value, item.unit)} <span class="source"><code>${item.key}</code> ${citation(item.source)}</span>`,
  );

function decision(item: Decision, of: Order | null): TemplateResult {
  const found = item.document;
  const line = of?.number === item.order_number ? of.lines.find((each) => each.id === found.line) : undefined;
  const left = found.days_left;
  return html`<article class="decision" data-decision=${item.kind} data-outcome=${item.outcome}>
    <header>
      <h3>${words(item.kind)}</h3>
      <span class="outcome ${item.outcome}">${outcome(item.outcome)}</span>
    </header>
    <ul class="reasons">
      ${(found.reasons ?? []).map(
        (reason) => html`<li>${reason.says || words(reason.code)} <code>${reason.rule}</code></li>`,
      )}
    </ul>
    <dl>
      ${term(t("Item"), line?.product)} ${term(t("Order"), item.order_number)} ${term(t("Until"), day(found.deadline))}
      ${left === null || left === undefined ? nothing : term(left < 0 ? t("Late by") : t("Left"), quantity(Math.abs(left), "days"))}
      ${term(t("Still to ask"), (found.missing ?? []).map(words).join(", "))}
      ${term(t("Next step"), found.next_step && found.next_step !== "none" ? words(found.next_step) : "")}
      ${term(t("Decided"), moment(item.created_at))}
    </dl>
    ${found.figures?.length || found.sources?.length
      ? html`<details class="why">
          <summary>${t("Figures and sources")}</summary>
          <dl>
            ${(found.figures ?? []).map(figure)}
          </dl>
          <ul class="sources">
            ${(found.sources ?? []).map(source)}
          </ul>
        </details>`
      : nothing}
  </article>`;
}

function commitments(detail: Detail): Template {
  const made = detail.commitments;
  if (!made.length) return nothing;
  return section(
    t("Promised"),
    "promised",
    html`<dl>
      ${made.map((each) =>
        term(
          words(each.about),
          html`${each.due ? t("by {day}", { day: day(each.due) }) : quantity(each.value, each.unit)}
            <small>${t("said {time}", { time: moment(each.made_at) })}</small>`,
        ),
      )}
    </dl>`,
  );
}

function files(detail: Detail): Template {
  const sent = [detail, ...detail.merged].map(filesView).filter(Boolean);
  return sent.length ? section(t("Files"), "files", sent) : nothing;
}

function merged(detail: Detail): Template {
  if (!detail.merged.length) return nothing;
  return section(
    t("Merged cases"),
    "merged",
    detail.merged.map(
      ({ case: row }) =>
        html`<article class="note">
          <p><a href="#case/${row.id}">${told(row.topic)}</a></p>
          ${row.summary ? html`<p dir="auto">${row.summary}</p>` : nothing}
          <small>${[channel(row.channel), row.advisor?.name, moment(row.closed_at)].filter(Boolean).join(", ")}</small>
        </article>`,
    ),
  );
}

function notes(detail: Detail): Template {
  const written = [detail, ...detail.merged].flatMap(({ messages }) => messages.filter((each) => each.payload.event === "noted"));
  if (!written.length) return nothing;
  return section(
    t("Notes for colleagues"),
    "notes",
    written.map(
      (each) =>
        html`<article class="note">
          <p dir="auto">${each.payload.note}</p>
          <small>${each.payload.advisor}, ${moment(each.created_at)}</small>
        </article>`,
    ),
  );
}

function notHandedOn(detail: Detail): Template {
  const late = detail.handoffs.filter((each) => each.error && each.state !== "sent");
  if (!late.length) return nothing;
  return section(
    t("Not handed on yet"),
    "handoffs",
    html`<ul class="trail">
      ${late.map(
        (each) =>
          html`<li>
            <span>${each.error}</span>
            <small>${each.state === "refused" ? t("Refused") : t("Next try {time}", { time: moment(each.next_at) })}</small>
          </li>`,
      )}
    </ul>`,
  );
}

function earlier(detail: Detail): Template {
  if (!detail.earlier.length) return nothing;
  return section(
    t("Earlier cases"),
    "earlier",
    detail.earlier.map(
      (each) =>
        html`<article class="note">
          <p><a href="#case/${each.id}">${told(each.topic)}</a></p>
          ${each.note ? html`<p dir="auto">${each.note}</p>` : nothing}
          <small>${[state(each.status), each.advisor?.name, moment(each.closed_at)].filter(Boolean).join(", ")}</small>
        </article>`,
    ),
  );
}

// Where one region is one time.
const ZONES: Record<string, string> = { UK: "Europe/London", JP: "Asia/Tokyo", KR: "Asia/Seoul", HK: "Asia/Hong_Kong", SG: "Asia/Singapore" };

const known = (value: unknown): string => (typeof value === "object" ? "" : quantity(value));

/** What the page shows, to keep: hidden details stay hidden. */
function transcript({ case: row, mail_to: address }: Detail, desk: Desk): TemplateResult {
  const forms = [["pdf", t("as PDF")], ["text", t("as text")], ["json", t("as JSON")]] as const;
  return section(
    t("Save the transcript"),
    "saved",
    html`<p>
      ${forms.map(([form, title]) => html`<a href=${transcriptAddress(row.id, form, LANGUAGE)} download>${title}</a> `)}
      </p>
      ${address && row.advisor?.id === desk.me?.id
        ? html`<button class="link" type="button" ?disabled=${desk.busy} @click=${() => void desk.deeds.mailTranscript(row.id)}>
            ${t("Send it to {address}", { address })}
          </button>`
        : nothing}`,
  );
}

export function trayView(desk: Desk, detail: Detail): TemplateResult {
  const decisions = [...detail.decisions].reverse();
  const facts = (detail.package?.context?.told ?? []).filter((each) => known(each["value"]));
  const slots = Object.entries(detail.package?.context?.slots ?? {}).filter(([, value]) => known(value));
  return html`${detail.case.summary
      ? section(t("Summary"), "summary", html`<p class="summary" dir="auto">${detail.case.summary}</p>`)
      : nothing}
    ${detail.package_problem ? html`<p class="problem">${detail.package_problem}</p>` : nothing} ${customer(detail, desk)}
    ${section(
      t("Decisions"),
      "decisions",
      decisions.length ? decisions.map((each) => decision(each, detail.order)) : html`<p class="quiet">${t("Nothing was decided in this conversation.")}</p>`,
    )}
    ${section(
      t("Order"),
      "order",
      detail.order
        ? orderView(detail.order)
        : html`<p class="quiet">${told(detail.order_problem ?? "") || t("No order was identified in this conversation.")}</p>`,
    )}
    ${commitments(detail)} ${files(detail)} ${notes(detail)} ${merged(detail)} ${elsewhereView(detail, section)} ${earlier(detail)}
    ${facts.length
      ? section(
          t("What the customer told"),
          "told",
          html`<dl>${facts.map((each) => term(words(String(each["what"])), known(each["value"])))}</dl>`,
        )
      : nothing}
    ${slots.length
      ? html`<details class="why known">
          <summary>${t("What the assistant has noted")}</summary>
          <dl>${slots.map(([key, value]) => term(words(key), known(value)))}</dl>
        </details>`
      : nothing}
    ${notHandedOn(detail)} ${transcript(detail, desk)}
    ${detail.trail.length
      ? section(
          t("History"),
          "history",
          html`<ul class="trail">
            ${detail.trail
              .filter((each) => each.what !== "wrote")
              .map((each) => html`<li><span>${each.to ? t("{deed} to {name}", { deed: deed(each.what), name: each.to }) : deed(each.what)}${each.advisor ? `, ${each.advisor}` : ""}</span> <small>${moment(each.at)}</small></li>`)}
          </ul>`,
        )
      : nothing}`;
}
