/** What a customer may do with the conversation as a whole: begin another, keep a copy, read what becomes of their data. */

import { html, nothing, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Ways } from "../generated/website.js";
import type { Conversation } from "./conversation.js";
import { copiesView, Mailing } from "./copies.js";
import { earlier, earlierView, forget, putAway, takeOut, type Earlier } from "./earlier.js";
import type { Status } from "./model.js";
import type { MoreTexts } from "./more-texts.js";
import type { Session, Store } from "./storage.js";
import type { Translate } from "./strings.js";
import { anchor, type Scene } from "./views.js";

type Way = Ways["ways"][number];

const NOWHERE: Ways = { ways: [], device: null, mail: null };

interface Choices {
  renew: () => void;
  /** To copies of the conversation. */
  save: () => void;
  /** Messengers in which the customer may go on. */
  ways: Way[];
  /** Shows the address of one to a phone's camera; undefined on what may be the phone itself. */
  scan: ((way: Way) => void) | undefined;
  /** To another device; undefined where there is no link for it. */
  device: (() => void) | undefined;
  /** To conversations of before; undefined where there are none. */
  earlier: (() => void) | undefined;
}

function menuView(
  scene: Scene,
  privacy: string,
  { renew, save, ways, scan, device, earlier }: Choices,
  more: MoreTexts,
): TemplateResult {
  const { t } = scene;
  return html`<div class="bar" role="group" aria-label=${t("menu")} id="menu" data-bar="menu">
    ${scene.messages.length
      ? html`<button class="link" type="button" @click=${renew}>${more("newConversation")}</button>
          <button class="link" type="button" @click=${save}>${more("save")}</button>`
      : nothing}
    ${ways.map((way) => {
      const title = more("goOn", { channel: way.title });
      return scan ? html`<button class="link" type="button" @click=${() => scan(way)}>${title}</button>` : anchor(way.address, title, scene, "link");
    })}
    ${device ? html`<button class="link" type="button" @click=${device}>${more("device")}</button>` : nothing}
    ${earlier ? html`<button class="link" type="button" @click=${earlier}>${more("earlier")}</button>` : nothing}
    ${privacy ? anchor(privacy, more("privacy"), scene, "link") : nothing}
  </div>`;
}

/** Where the customer may go on: addresses that hold for a while. None where nobody answers, too. */
async function waysOf(talk: Conversation): Promise<Ways> {
  if (!talk.messages.length) return NOWHERE;
  const ask = { method: "POST", credentials: "omit", cache: "no-store" } as const;
  try {
    const response = await talk.using((api, token) => fetch(`${api.endpoint}/ways`, { ...ask, headers: api.headers(token) }));
    return response.ok ? ((await response.json()) as Ways) : NOWHERE;
  } catch {
    return NOWHERE;
  }
}

/** Says what becomes of the conversation that is put away: for a new one, or for one of before. */
function questionView(
  t: Translate,
  more: MoreTexts,
  { owner, advisor }: Status,
  label: "newConfirm" | "earlierConfirm",
  confirm: () => void,
  cancel: () => void,
): TemplateResult {
  return html`<div class="bar" role="group" aria-labelledby="question" data-bar="new">
    <p id="question">
      ${owner === "advisor"
        ? more("newWithAdvisor", { name: advisor || t("advisorRole") })
        : more(owner === "queue" ? "newInQueue" : "newQuestion")}
    </p>
    <button class="link" type="button" @click=${confirm}>${more(label)}</button>
    <button class="link" type="button" @click=${cancel}>${more("newCancel")}</button>
  </div>`;
}

interface Around {
  host: ReactiveControllerHost;
  /** Called where the customer wants another conversation: one of before, or a new one. */
  renew: (next: Session | null) => void;
  store: () => Store;
  close: () => void;
}

type Shown = "menu" | "new" | "copies" | "device" | "scan" | "earlier" | "leave";

/** What stands in the open menu. */
export class Menu {
  #shown: Shown = "menu";
  #device?: typeof import("./device.js");
  #ways = NOWHERE;
  #asked?: Ways;
  #mailing?: Mailing;
  #scanned?: Way;
  #chosen?: Earlier;

  constructor(private readonly around: Around) {}

  /** From its beginning, with addresses that hold from now. */
  begin(): void {
    this.#ways = { ...NOWHERE };
    this.#mailing = undefined;
    this.#show("menu");
  }

  #show(what: Shown): void {
    this.#shown = what;
    this.around.host.requestUpdate();
  }

  /** Asked for each time that the menu is opened, for an address holds for a while only. */
  #way(talk: Conversation): Ways {
    if (this.#asked !== this.#ways) {
      const asked = (this.#asked = this.#ways);
      void waysOf(talk).then((found) => {
        if (asked !== this.#ways || !(found.ways.length || found.device || found.mail)) return;
        this.#ways = this.#asked = found;
        this.#mailing = found.mail ? new Mailing(found.mail, () => this.around.host.requestUpdate()) : undefined;
        this.around.host.requestUpdate();
      });
    }
    return this.#ways;
  }

  #ask(one: Earlier): void {
    this.#chosen = one;
    this.#show("leave");
  }

  async #toDevice(scanned?: Way): Promise<void> {
    this.#device ??= await import("./device.js").catch(() => undefined);
    this.#scanned = scanned;
    if (this.#device) this.#show(scanned ? "scan" : "device");
  }

  render(scene: Scene, talk: Conversation, privacy: string, more: MoreTexts): TemplateResult {
    const { close, renew } = this.around;
    const store = this.around.store();
    const anew = (next?: Earlier): void => {
      close();
      putAway(store, talk);
      if (next) takeOut(store, next);
      renew(next?.session ?? null);
    };
    if (this.#shown === "new") return questionView(scene.t, more, talk.status, "newConfirm", () => anew(), close);
    const one = this.#chosen;
    if (this.#shown === "leave" && one) return questionView(scene.t, more, talk.status, "earlierConfirm", () => anew(one), close);
    const { ways, device } = this.#way(talk);
    if (this.#shown === "copies") return copiesView(scene, talk, more, close, this.#mailing);
    const way = this.#scanned;
    if (this.#shown === "device" && device) return this.#device!.deviceView(device, more);
    if (this.#shown === "scan" && way) {
      const title = more("goOn", { channel: way.title });
      return this.#device!.deviceView(way.address, more, title, anchor(way.address, title, scene, "link"));
    }
    const known = earlier(store);
    if (this.#shown === "earlier") {
      // Nobody is left without a word who waits for the customer, or with them.
      const choose = (one: Earlier): void => (talk.status.owner === "assistant" ? anew(one) : this.#ask(one));
      return earlierView(known, scene, more, choose, () => (close(), forget(store)));
    }
    const choices = {
      ways,
      scan: matchMedia("(hover: hover) and (pointer: fine)").matches ? (way: Way) => void this.#toDevice(way) : undefined,
      device: device ? () => void this.#toDevice() : undefined,
      // Until it is known how this one stands, and how it began, it cannot be put away.
      earlier: known.length && (talk.ready || !talk.known) ? () => this.#show("earlier") : undefined,
      renew: () => this.#show("new"),
      save: () => this.#show("copies"),
    };
    return menuView(scene, privacy, choices, more);
  }
}
