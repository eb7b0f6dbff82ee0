/** The client file beside the conversation: who, which order, what was decided and why, what was promised. */

import { html, nothing, type TemplateResult } from "lit";
import type { Decision, Detail, Figure, Order, Source } from "../generated/desk.js";
import { LONGEST } from "./composer.js";
import type { Desk } from "./desk.js";
import { citation, day, deed, language, moment, outcome, quantity, state, words } from "./format.js";
import { channel } from "./names.js";
import { link, orderView } from "./order.js";
import { term, type Template } from "./term.js";

const section = (title: string, name: string, body: unknown): TemplateResult =>
  html`<section data-tray=${name} aria-labelledby="tray-${name}"><h2 id="tray-${name}">${title}</h2>${body}</section>`;

const PROOFS: Record<string, string> = {
  name_postcode: "Name and postcode of the order match; no e-mail",
  number_email: "Number and e-mail of the order match",
  code: "Code from the order’s e-mail",
  link: "Link in an e-mail of the house",
  shop: "Signed in to the shop",
};

/** By what the customer has proved who they are; packages of before say only whether. */
export function identity(verified?: boolean, proof?: string | null): string {
  if (proof) return PROOFS[proof] ?? words(proof);
  return verified === undefined ? "" : verified ? PROOFS["number_email"]! : "Not verified";
}

function customer(detail: Detail, desk: Desk): TemplateResult {
  const { case: row, package: handed } = detail;
  const known = handed?.customer;
  const mail = row.customer.email || handed?.customer?.email || "";
  return section(
    "Customer",
    "customer",
    html`<dl>
        ${term("Name", row.customer.name || handed?.customer?.name)} ${term("E-mail", mail)}
        ${term("Writes in", language(row.language))} ${term("Region", row.region)} ${term("Came by", channel(row.channel))}
        ${term("Identity", known ? identity(known.verified, known.proof) : "")}
      </dl>
      ${detail.may_reveal && !detail.revealed
        ? html`<button class="link" type="button" ?disabled=${desk.busy} @click=${() => void desk.deeds.reveal(row.id)}>
              Show contact details
            </button>
            <p class="quiet">It is noted in the history that you saw them.</p>`
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
      ${term("Item", line?.product)} ${term("Order", item.order_number)} ${term("Until", day(found.deadline))}
      ${left === null || left === undefined ? nothing : term(left < 0 ? "Late by" : "Left", quantity(Math.abs(left), "days"))}
      ${term("Still to ask", (found.missing ?? []).map(words).join(", "))}
      ${term("Next step", found.next_step && found.next_step !== "none" ? words(found.next_step) : "")}
      ${term("Decided", moment(item.created_at))}
    </dl>
    ${found.figures?.length || found.sources?.length
      ? html`<details class="why">
          <summary>Figures and sources</summary>
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
    "Promised",
    "promised",
    html`<dl>
      ${made.map((each) =>
        term(
          words(each.about),
          html`${each.due ? `by ${day(each.due)}` : quantity(each.value, each.unit)}
            <small>said ${moment(each.made_at)}</small>`,
        ),
      )}
    </dl>`,
  );
}

function notes(detail: Detail, desk: Desk): TemplateResult {
  const written = detail.messages.filter((each) => each.payload.event === "noted");
  const { id } = detail.case;
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const note = desk.drafts.of(id, "note").trim();
    if (note && (await desk.deeds.note(id, note))) desk.drafts.write(id, "note", "");
  };
  return section(
    "Notes for colleagues",
    "notes",
    html`${written.map(
        (each) =>
          html`<article class="note">
            <p dir="auto">${each.payload.note}</p>
            <small>${each.payload.advisor}, ${moment(each.created_at)}</small>
          </article>`,
      )}
      <form class="noting" @submit=${(event: SubmitEvent) => void submit(event)}>
        <textarea
          id="colleagues"
          rows="2"
          dir="auto"
          maxlength=${LONGEST}
          required
          .value=${desk.drafts.of(id, "note")}
          @input=${(event: Event) => desk.drafts.write(id, "note", (event.target as HTMLTextAreaElement).value)}
          aria-label="Note for colleagues; the customer does not see it"
          placeholder="The customer does not see it; @login reaches a colleague"
        ></textarea>
        <button class="link" type="submit" ?disabled=${desk.busy}>Add the note</button>
      </form>`,
  );
}

function earlier(detail: Detail): Template {
  if (!detail.earlier.length) return nothing;
  return section(
    "Earlier cases",
    "earlier",
    detail.earlier.map(
      (each) =>
        html`<article class="note">
          <p><a href="#case/${each.id}">${each.topic}</a></p>
          ${each.note ? html`<p dir="auto">${each.note}</p>` : nothing}
          <small>${[state(each.status), each.advisor?.name, moment(each.closed_at)].filter(Boolean).join(", ")}</small>
        </article>`,
    ),
  );
}

const known = (value: unknown): string => (typeof value === "object" ? "" : quantity(value));

export function trayView(desk: Desk, detail: Detail): TemplateResult {
  const decisions = [...detail.decisions].reverse();
  const told = (detail.package?.context?.told ?? []).filter((each) => known(each["value"]));
  const slots = Object.entries(detail.package?.context?.slots ?? {}).filter(([, value]) => known(value));
  return html`${detail.case.summary
      ? section("Summary", "summary", html`<p class="summary" dir="auto">${detail.case.summary}</p>`)
      : nothing}
    ${detail.package_problem ? html`<p class="problem">${detail.package_problem}</p>` : nothing} ${customer(detail, desk)}
    ${section(
      "Decisions",
      "decisions",
      decisions.length ? decisions.map((each) => decision(each, detail.order)) : html`<p class="quiet">Nothing was decided in this conversation.</p>`,
    )}
    ${section(
      "Order",
      "order",
      detail.order
        ? orderView(detail.order)
        : html`<p class="quiet">${detail.order_problem || "No order was identified in this conversation."}</p>`,
    )}
    ${commitments(detail)} ${notes(detail, desk)} ${earlier(detail)}
    ${told.length
      ? section(
          "What the customer told",
          "told",
          html`<dl>${told.map((each) => term(words(String(each["what"])), known(each["value"])))}</dl>`,
        )
      : nothing}
    ${slots.length
      ? html`<details class="why known">
          <summary>What the assistant has noted</summary>
          <dl>${slots.map(([key, value]) => term(words(key), known(value)))}</dl>
        </details>`
      : nothing}
    ${detail.trail.length
      ? section(
          "History",
          "history",
          html`<ul class="trail">
            ${detail.trail
              .filter((each) => each.what !== "wrote")
              .map((each) => html`<li><span>${deed(each.what)}${each.to ? ` to ${each.to}` : ""}${each.advisor ? `, ${each.advisor}` : ""}</span> <small>${moment(each.at)}</small></li>`)}
          </ul>`,
        )
      : nothing}`;
}
