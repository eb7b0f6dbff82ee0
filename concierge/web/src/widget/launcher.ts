/** The button that opens the panel. */

import { html, nothing, type TemplateResult } from "lit";
import type { Translate } from "./strings.js";

export function launcherView(
  t: Translate,
  lang: string,
  count: number,
  open: () => void,
  /** Called when it looks as if it will be pressed. */
  about: () => void,
): TemplateResult {
  const label = count ? t("unread", { n: count }) : "";
  return html`<button
    class="launcher"
    type="button"
    lang=${lang}
    aria-haspopup="dialog"
    aria-label="${t("open")}${label && `, ${label}`}"
    @click=${open}
    @pointerenter=${about}
    @focus=${about}
  >
    ${t("launcher")} ${count ? html`<span class="count">${count}</span>` : nothing}
  </button>`;
}
