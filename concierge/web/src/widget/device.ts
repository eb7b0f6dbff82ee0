/** Going on with the same conversation on another device, by a link that holds for half an hour: to be scanned or copied. */

import { html, nothing, svg, type TemplateResult } from "lit";
import { encode } from "uqr";
import type { MoreTexts } from "./more-texts.js";
import type { Template } from "./views.js";

/** The last one: it is asked for with every drawing of the panel, and an address is shown for half an hour. */
let drawn = { address: "", size: 0, path: "" };

/** A square for each dark module, in one path. */
export function squares(address: string): { size: number; path: string } {
  if (drawn.address !== address) {
    const { size, data } = encode(address, { ecc: "L", border: 3 });
    const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
    drawn = { address, size, path };
  }
  return drawn;
}

async function copy(address: string, button: HTMLElement, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(address);
    button.textContent = done;
  } catch {
    button.parentElement?.querySelector("input")?.select(); // a page may not be allowed to: the keyboard copies it
  }
}

/** `title`: what the address leads to; `here`: a link to it for this device, where it leads somewhere from here, too. */
export function deviceView(address: string, t: MoreTexts, title = t("device"), here: Template = nothing): TemplateResult {
  const { size, path } = squares(address);
  return html`<div class="bar device" role="group" aria-labelledby="device" data-bar="device">
    ${svg`<svg class="code" viewBox="0 0 ${size} ${size}" aria-hidden="true" shape-rendering="crispEdges"><path d=${path} /></svg>`}
    <div>
      <p id="device">${t("deviceText")}</p>
      <input readonly aria-label=${title} .value=${address} dir="ltr" @focus=${(event: Event) => (event.target as HTMLInputElement).select()} />
      <button class="link" type="button" @click=${(event: Event) => void copy(address, event.currentTarget as HTMLElement, t("copied"))}>
        ${t("copy")}
      </button>
      ${here}
    </div>
  </div>`;
}
