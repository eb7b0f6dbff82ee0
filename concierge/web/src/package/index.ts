/**
 * The widget as an npm package, for shops that build their own script. Importing it does nothing, on a server either;
 * `load` fetches what shows the launcher, and the rest comes when it is wanted, as with the script tag.
 */

import type { Concierge, Options } from "../widget/public.js";

export type { Command, Concierge, ConciergeElement, CustomerToken, Events, Listener, Options, Queue } from "../widget/public.js";

let loading: Promise<void> | undefined;

/**
 * Puts the widget on the page, unless it is there, and gives back `window.Concierge`. Calling it again sets what is told
 * anew. Rejects where there is no browser, and where the widget's files cannot be fetched; then it may be called again.
 */
export async function load(options: Options & { endpoint: string }): Promise<Concierge> {
  if (typeof document === "undefined") throw new Error("concierge-widget: call load in the browser, in an effect for example.");
  loading ??= import("../widget/main.js").then(({ start }) => start());
  await loading.catch((problem: unknown) => {
    loading = undefined;
    throw problem;
  });
  window.Concierge!.boot(options);
  return window.Concierge!;
}
