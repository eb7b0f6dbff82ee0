/** The same customer's other conversations, on whatever channel: asked for once a case is open, shown when they have come. */

import { html, nothing } from "lit";
import { until } from "lit/directives/until.js";
import type { Detail, Elsewhere } from "../generated/desk.js";
import { api, historyAddress } from "./api.js";
import { moment } from "./format.js";
import { channel } from "./names.js";
import { identity } from "./proofs.js";
import type { Template } from "./term.js";
import { LANGUAGE, t } from "./tongue.js";

type Section = (title: string, name: string, body: unknown) => Template;

const KEPT = 20;
const asked = new Map<string, Promise<Template>>();

/** `section` draws one of the client file. Asked anew once a proof or an advisor has come. */
export function elsewhereView(detail: Detail, section: Section): unknown {
  const { id, status, customer } = detail.case;
  const key = [id, status, customer.email, detail.may_reveal].join(" ");
  if (!asked.has(key)) {
    if (asked.size >= KEPT) asked.clear();
    const shown = api.elsewhere(id).then(
      (found) => view(found, detail, section),
      () => {
        asked.delete(key);
        return nothing as Template;
      },
    );
    asked.set(key, shown);
  }
  return until(asked.get(key), nothing);
}

function view(found: Elsewhere, detail: Detail, section: Section): Template {
  if (!found.length) return nothing;
  return section(
    t("Also wrote on"),
    "elsewhere",
    found.map(
      (each) =>
        html`<article class="note">
          <p>
            ${channel(each.channel)}
            ${detail.may_reveal
              ? html`<a href=${historyAddress(detail.case.id, each.id, LANGUAGE)} target="_blank" rel="noopener">${t("Read what was said")}</a>`
              : nothing}
          </p>
          <small>
            ${moment(each.last_at)}.
            ${each.order ? t("Joined by order {number}", { number: each.order }) : nothing}
            ${each.proofs.map((proof) => identity(true, proof)).join(", ")}
          </small>
        </article>`,
    ),
  );
}
