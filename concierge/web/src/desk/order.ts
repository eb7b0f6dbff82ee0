/** The order as the client file shows it: pieces, payments, parcels, what came back and what was repaired. */

import { html, nothing, type TemplateResult } from "lit";
import type { Order } from "../generated/desk.js";
import { safeLink } from "../shared/address.js";
import { country, day, moment, money, words } from "./format.js";
import { term, type Template } from "./term.js";

export function link(href: string, label: string): unknown {
  const safe = safeLink(href);
  return safe ? html`<a href=${safe} target="_blank" rel="noopener noreferrer">${label}</a>` : label;
}

function flags(codes: string[]): Template {
  return codes.length ? html`<small>${codes.map(words).join(", ")}</small>` : nothing;
}

export function orderView(found: Order): TemplateResult {
  const cash = (amount: unknown): string => money(amount, found.currency);
  const total = found.lines.reduce((sum, line) => sum + Number(line.price), Number(found.shipping_fee));
  return html`<dl>
      ${term("Number", html`<span class="plain">${found.number}</span>`)} ${term("Status", words(found.status))}
      ${term("Placed", moment(found.placed_at))} ${term("Delivered", moment(found.delivered_at))}
      ${term("Cancelled", moment(found.cancelled_at))} ${term("To", country(found.country))}
      ${term("Bought", words(found.channel))}
    </dl>
    <ul class="lines">
      ${found.lines.map(
        (line) =>
          html`<li>
            <span>
              ${line.product}
              <small>${[line.colour, line.size, words(line.category)].filter(Boolean).join(", ")}</small>
              ${flags(line.flags)} ${line.unavailable ? html`<small class="alert">Not available, not charged</small>` : nothing}
            </span>
            <span class="sum">${cash(line.price)}</span>
          </li>`,
      )}
      <li class="total"><span>Total with delivery</span><span class="sum">${cash(total)}</span></li>
    </ul>
    ${found.payments.map(
      (payment) =>
        html`<h3>${words(payment.method)} ${payment.last4 ? `•••• ${payment.last4}` : nothing}</h3>
          <dl>
            ${payment.authorisations.map((each) =>
              term(
                "Authorised",
                html`${cash(each.amount)}
                  <small>${moment(each.at)}${each.expires ? `, released ${day(each.expires)}` : ""}</small>`,
              ),
            )}
            ${payment.captures.map((each) => term("Charged", html`${cash(each.amount)} <small>${moment(each.at)}</small>`))}
          </dl>`,
    )}
    ${found.shipments.map(
      (parcel) =>
        html`<h3>${["Parcel", parcel.carrier].filter(Boolean).join(", ")}</h3>
          <dl>
            ${term("Tracking", parcel.url ? link(parcel.url, parcel.tracking || parcel.url) : parcel.tracking)}
            ${term("Dispatched", moment(parcel.dispatched_at))}
            ${term(
              "Expected",
              parcel.delivered_at
                ? ""
                : [...new Set([day(parcel.expected_from), day(parcel.expected_to)])].filter(Boolean).join(" to "),
            )}
            ${term("Delivered", moment(parcel.delivered_at))}
            ${parcel.attempts.map((each) => term("Attempt", html`${words(each.outcome)} <small>${moment(each.at)}</small>`))}
          </dl>`,
    )}
    ${found.returns.map(
      (each) =>
        html`<h3>${words(each.kind)} ${each.id}</h3>
          <dl>
            ${term("Requested", day(each.requested_at))} ${term("Received", day(each.received_at))}
            ${term("Decision", each.accepted === null ? "" : each.accepted ? "Accepted" : "Refused")}
          </dl>`,
    )}
    ${found.refunds.length
      ? html`<h3>Refunds</h3>
          <dl>
            ${found.refunds.map((each) =>
              term(
                day(each.issued_at),
                html`${cash(each.amount)} <small>${words(each.method)}${each.last4 ? ` •••• ${each.last4}` : ""}</small>`,
              ),
            )}
          </dl>`
      : nothing}
    ${found.repairs.map(
      (each) =>
        html`<h3>Repair ${each.id}</h3>
          <dl>
            ${term("Status", words(each.status))} ${term("Opened", day(each.opened_at))}
            ${term("Expected", day(each.expected_to))} ${term("Estimate", each.estimate ? cash(each.estimate) : "")}
          </dl>`,
    )}`;
}
