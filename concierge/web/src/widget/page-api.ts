/** `window.Concierge`, as public.ts promises it: what was pushed before is done in order, and from then on at once. */

import type { Command, Concierge, ConciergeElement, Listener, Options, Queue, Events } from "./public.js";

const TAG = "concierge-widget";

function onPage(): ConciergeElement | null {
  return document.querySelector(TAG);
}

export function takeOver(endpoint: string): void {
  const host = window as unknown as { Concierge?: Command[] | Queue | Concierge };
  const before = host.Concierge;
  if (before && "boot" in before) return; // the page has it from elsewhere already
  const listeners = new Map<string, Set<(detail: never) => void>>();

  const hear = (event: Event): void => {
    const name = event.type.replace("concierge-", "");
    for (const listener of listeners.get(name) ?? []) listener((event as CustomEvent<never>).detail);
  };

  const concierge: Concierge = {
    boot(options = {}) {
      let widget = onPage();
      if (!widget) {
        widget = document.createElement(TAG);
        if (endpoint) widget.endpoint = endpoint;
        document.body.append(widget);
      }
      set(widget, options);
    },
    show: () => whole().show(),
    hide: () => onPage()?.hide(),
    ask: (text) => whole().ask(text),
    update: (options) => set(whole(), options),
    identify: (token) => whole().identify(token),
    on<Name extends keyof Events>(name: Name, listener: Listener<Name>) {
      const own = listeners.get(name) ?? new Set();
      if (!listeners.has(name)) document.addEventListener(`concierge-${name}`, hear);
      listeners.set(name, own.add(listener));
      return () => own.delete(listener);
    },
    get unread() {
      return onPage()?.unread ?? 0;
    },
    push: (...commands) => commands.forEach(run),
  };

  /** Whoever asks something of a widget that is not on the page means it to be there. */
  const whole = (): ConciergeElement => {
    if (!onPage()) concierge.boot();
    return onPage()!;
  };

  const run = ([name, ...values]: Command): void => {
    const method = Object.hasOwn(concierge, name) ? concierge[name as keyof Concierge] : undefined;
    if (typeof method !== "function" || name === ("push" as string))
      return console.error(`Concierge: there is no ${String(name)}. See docs/widget.md for what may be asked of the widget.`);
    try {
      (method as (...values: unknown[]) => unknown)(...values);
    } catch (problem) {
      console.error(`Concierge: ${name}`, problem); // the commands after it are done nevertheless
    }
  };

  host.Concierge = concierge;
  concierge.push(...(Array.isArray(before) ? (before as Command[]) : (before?.waiting ?? [])));
}

const OPTIONS = ["endpoint", "language", "region", "product", "bag", "privacy", "greeting", "theme", "docked"] as const satisfies readonly (keyof Options)[];

/** What is left out stays as it is. */
function set(widget: ConciergeElement, options: Options): void {
  for (const name of OPTIONS) if (options[name] !== undefined) Object.assign(widget, { [name]: options[name] });
}
