/** Who is there, as the customer sees it: an advisor's portrait, how far they have read, the queue and how long others waited. */

import { html, nothing } from "lit";
import type { Status as Sent } from "../generated/website.js";
import { number, object, text } from "../shared/json.js";
import { fieldsView } from "./forms.js";
import type { Message, Status } from "./model.js";
import type { MoreTexts } from "./more-texts.js";
import type { Scene, Template } from "./views.js";

const IN_HOURS = 90; // minutes, from which minutes would pretend to know

/** A picture, or the first letters of the name where there is none or it may not be shown. */
export function portraitView({ owner, advisor, told }: Status, endpoint: string): Template {
  if (owner !== "advisor" || !advisor) return nothing;
  const name = text(told["portrait"]);
  return html`<span class="portrait" aria-hidden="true"
    >${initials(advisor)}${name
      ? html`<img src="${endpoint}/portraits/${name}" alt="" @error=${(event: Event) => (event.target as Element).remove()} />`
      : nothing}</span
  >`;
}

export const initials = (name: string): string =>
  name
    .trim()
    .split(/[\s-]+/)
    .slice(0, 2)
    .map((part) => [...part][0] ?? "")
    .join("")
    .toUpperCase();

/** Below the customer's last message, once the advisor has read it. */
export function readMark(message: Message, { messages, status }: Scene, t: MoreTexts): Template {
  if (status.owner !== "advisor" || message.role !== "customer" || message.seq > (number(status.told["read"]) ?? 0)) return nothing;
  return messages.some(({ role, seq }) => role === "customer" && seq > message.seq) ? nothing : html`<span class="time" data-read>${t("read")}</span>`;
}

/** Where the customer stands in the queue; `hours`: when client service is there. */
export function queueView(scene: Scene, hours: string, leave: () => void, t: MoreTexts): Template {
  const { position } = scene.status;
  const wait = waitLabel(scene.status, scene.locale, t);
  return html`<div class="bar" data-bar="queue">
    <p role="status">${position === null ? t("queueWaiting") : position <= 1 ? t("queueFirst") : t("queuePlace", { n: position })}</p>
    ${wait ? html`<p class="hours" data-wait>${wait}</p>` : nothing}
    ${hours ? html`<p class="hours">${hours}</p>` : nothing}
    ${addressView(scene, t)}
    <button class="link" type="button" @click=${leave}>${t("leave")}</button>
  </div>`;
}

/** How long others waited: "5–10 minutes", in hours where it is long. Empty where the server does not say. */
export function waitLabel({ told }: Status, locale: string, t: MoreTexts): string {
  const wait = object(told["wait"]);
  const [least, most] = [number(wait["least"]), number(wait["most"])];
  if (least === null || most === null) return "";
  const [unit, size] = most < IN_HOURS ? (["minute", 1] as const) : (["hour", 60] as const);
  const longest = Math.ceil(most / size);
  const shortest = Math.min(Math.floor(least / size), longest - 1);
  const span = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" });
  return shortest > 0 ? t("wait", { span: span.formatRange(shortest, longest) }) : t("waitAtMost", { span: span.format(longest) });
}

/** Where the customer wants to be written to: what is sent is what they would have written. */
function addressView(scene: Scene, t: MoreTexts): Template {
  const address = scene.status.told["address"] as Sent["address"];
  if (address === "known") return html`<p class="hours">${t("addressKnown")}</p>`;
  const asked = scene.messages.findLast(({ event }) => event === "handoff_queued");
  if (address !== "wanted" || scene.sending || !asked) return nothing;
  const email = { kind: "email", label: t("addressLabel"), required: true, example: "" } as const;
  return html`<details class="address">
    <summary>${t("address")}</summary>
    ${fieldsView(asked, { fields: [email], sends: "{email}" }, scene.locale, scene)}
  </details>`;
}
