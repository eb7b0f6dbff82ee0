/** The widget, as the loader fetches it: the element, and `window.Concierge` taken over with what it was asked before. */

import { takeOver } from "./page-api.js";
import "./element.js";

export function start(source?: string): void {
  takeOver(source ? new URL("webhooks/website", source).href : "");
}
