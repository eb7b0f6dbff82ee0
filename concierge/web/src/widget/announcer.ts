/** Tells the page what happens in the widget, by events that rise from the element: `concierge-unread` and its like. */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Message, Status } from "./model.js";
import type { Events } from "./public.js";

interface State {
  open: boolean;
  unread: number;
  status: Status | undefined;
  messages: readonly Message[];
  /** Whether what was said before has been fetched: it is not told as news. */
  ready: boolean;
}

export class Announcer implements ReactiveController {
  #told = { open: false, unread: 0, owner: "assistant", advisor: "", seq: 0, ready: false };

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly state: () => State,
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    const { open, unread, status, messages, ready } = this.state();
    const told = this.#told;
    const { owner = "assistant", advisor = "" } = status ?? {};
    const seq = messages.at(-1)?.seq ?? 0;
    this.#told = { open, unread, owner, advisor, seq, ready };
    if (open !== told.open) this.#tell(open ? "open" : "close", undefined);
    if (unread !== told.unread) this.#tell("unread", unread);
    if (owner !== told.owner || advisor !== told.advisor) this.#tell("owner", { owner, advisor });
    if (!ready || !told.ready) return;
    for (const each of messages) if (each.seq > told.seq) this.#tell("message", { role: each.role });
  }

  #tell<Name extends keyof Events>(name: Name, detail: Events[Name]): void {
    this.host.dispatchEvent(new CustomEvent(`concierge-${name}`, { detail, bubbles: true, composed: true }));
  }
}
