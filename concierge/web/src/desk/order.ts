/** The order as the client file shows it: pieces, payments, parcels, what came back and what was repaired. */

import { html, nothing, type TemplateResult } from "lit";
import type { Order } from "../generated/desk.js";
import { safeLink } from "../shared/address.js";
import { country, day, moment, money, words } from "./format.js";
import { term, type Template } from "./term.js";
import { t } from "./tongue.js";

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
      ${term(t("Number"), html`<span class="plain">${found.number}</span>`)} ${term(t("Status"), words(found.status))}
      ${term(t("Placed"), moment(found.placed_at))} ${term(t("Delivered"), moment(found.delivered_at))}
      ${term(t("Cancelled"), moment(found.cancelled_at))} ${term(t("To"), country(found.country))}
      ${term(t("Bought"), words(found.channel))}
    </dl>
    <ul class="lines">
      ${found.lines.map(
        (line) =>
          html`<li>
            ${line.picture ? html`<img src=${line.picture} alt="" loading="lazy" width="44" height="55" />` : nothing}
            <span class="named">
              ${line.product}
              <small>${[line.colour, line.size, words(line.category)].filter(Boolean).join(", ")}</small>
              ${flags(line.flags)} ${line.unavailable ? html`<small class="alert">${t("Not available, not charged")}</small>` : nothing}
            </span>
            <span class="sum">${cash(line.price)}</span>
          </li>`,
      )}
      <li class="total"><span>${t("Total with delivery")}</span><span class="sum">${cash(total)}</span></li>
    </ul>
    ${found.payments.map(
      (payment) =>
        html`<h3>${words(payment.method)} ${payment.last4 ? `•••• ${payment.last4}` : nothing}</h3>
          <dl>
            ${payment.authorisations.map((each) =>
              term(
                t("Authorised"),
                html`${cash(each.amount)}
                  <small>${moment(each.at)}${each.expires ? t(", released {day}", { day: day(each.expires) }) : ""}</small>`,
              ),
            )}
            ${payment.captures.map((each) => term(t("Charged"), html`${cash(each.amount)} <small>${moment(each.at)}</small>`))}
          </dl>`,
    )}
    ${found.shipments.map(
      (parcel) =>
        html`<h3>${[t("Parcel"), parcel.carrier].filter(Boolean).join(", ")}</h3>
          <dl>
            ${term(t("Tracking"), parcel.url ? link(parcel.url, parcel.tracking || parcel.url) : parcel.tracking)}
            ${term(t("Dispatched"), moment(parcel.dispatched_at))}
            ${term(
              t("Expected"),
              parcel.delivered_at
                ? ""
                : [...new Set([day(parcel.expected_from), day(parcel.expected_to)])].filter(Boolean).join(" – "),
            )}
            ${term(t("Delivered"), moment(parcel.delivered_at))}
            ${parcel.attempts.map((each) => term(t("Attempt"), html`${words(each.outcome)} <small>${moment(each.at)}</small>`))}
          </dl>`,
    )}
    ${found.returns.map(
      (each) =>
        html`<h3>${words(each.kind)} ${each.id}</h3>
          <dl>
            ${term(t("Requested"), day(each.requested_at))} ${term(t("Received"), day(each.received_at))}
            ${term(t("Decision"), each.accepted === null ? "" : each.accepted ? t("Accepted") : t("Refused"))}
          </dl>`,
    )}
    ${found.refunds.length
      ? html`<h3>${t("Refunds")}</h3>
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
        html`<h3>${t("Repair {number}", { number: each.id })}</h3>
          <dl>
            ${term(t("Status"), words(each.status))} ${term(t("Opened"), day(each.opened_at))}
            ${term(t("Expected"), day(each.expected_to))} ${term(t("Estimate"), each.estimate ? cash(each.estimate) : "")}
          </dl>`,
    )}`;
}
