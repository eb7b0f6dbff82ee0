/**
 * What a page's script tag loads: `window.Concierge`, which keeps what is asked of it until the widget is there, and the
 * widget itself, whose file's name changes with what is in it. It works as a classic script and as a module.
 */

import type { Command, Queue } from "./public.js";

(() => {
  const host = window as unknown as { Concierge?: Command[] | Queue };
  if (host.Concierge && !Array.isArray(host.Concierge)) return; // a second script tag
  const waiting: Command[] = Array.isArray(host.Concierge) ? host.Concierge : [];
  const script = document.currentScript as HTMLScriptElement | null;
  host.Concierge = { waiting, push: (...commands) => waiting.push(...commands) };
  import("./main.js").then(
    ({ start }) => start(script?.src),
    (problem: unknown) => {
      console.error("Concierge: the widget did not start. A Content-Security-Policy must allow its scripts, and with",
        "require-trusted-types-for 'script' the policy named concierge (trusted-types concierge).", problem);
    },
  );
})();
