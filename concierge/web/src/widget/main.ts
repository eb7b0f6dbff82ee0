/** The widget, as the loader fetches it: the element, and `window.Concierge` taken over with what it was asked before. */

import { define } from "./element.js";
import { takeOver } from "./page-api.js";

export async function start(source?: string): Promise<void> {
  await new Promise((done) => setTimeout(done)); // what was loaded has been run: the page may have a slow phone to itself
  define();
  takeOver(source ? new URL("webhooks/website", source).href : "");
}
