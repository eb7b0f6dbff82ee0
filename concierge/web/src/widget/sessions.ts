/**
 * Whose the conversation is: a token of the server's for whoever comes to the page. It is opened with the first message, and
 * again where the server does not accept it, where the customer's language changes, or where they sign in to the shop.
 */

import type { Api } from "./api.js";
import type { Session, Store } from "./storage.js";

/** Who comes to the page, as the page tells it. */
export interface Visitor {
  locale: string;
  region: string;
  /** What the shop signed for a customer who is signed in there; empty for any other. */
  customer: string;
  /** The token of a link in a mail of the house that has opened this page, until the server has seen it. */
  link: string;
}

interface Told {
  /** The server has opened another conversation than the one in hand. */
  replaced(): void;
  /** The customer's token has run out. */
  expired(): void;
}

export class Sessions {
  current: Session | null;

  /** The customer's token that the server has seen. */
  #introduced = "";
  #opening: Promise<Session> | null = null;

  constructor(
    private readonly api: Api,
    private readonly store: Store,
    private readonly visitor: Visitor,
    private readonly told: Told,
  ) {
    this.current = store.session;
  }

  /** Whether the page was opened by a link that the server has not seen. */
  get invited(): boolean {
    return this.visitor.link !== "";
  }

  /** Whether the server has been told whom the shop has signed in, or that nobody is. */
  get introduced(): boolean {
    return this.visitor.customer === this.#introduced;
  }

  remember(session: Session | null): void {
    this.current = session;
    this.store.session = session;
  }

  /** The one in hand, else a new one. */
  ensure(): Promise<Session> {
    this.current ??= this.store.session; // another tab may have been first
    return this.current ? Promise.resolve(this.current) : this.renew();
  }

  /** With another token, and of another conversation where the server no longer gives the one in hand. */
  renew(): Promise<Session> {
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    return this.#opening;
  }

  async speak(locale: string, region: string): Promise<void> {
    Object.assign(this.visitor, { locale, region });
    this.api.language = locale;
    const session = this.current;
    if (!session || (session.locale === locale && session.region === region)) return;
    await this.#open().catch(() => undefined);
  }

  /** Answers whether a customer whom the server knew has signed out. */
  identify(customer: string): boolean {
    this.visitor.customer = customer;
    if (customer || !this.#introduced) return false;
    this.#introduced = "";
    this.store.earlier = null; // what was said before is not for whoever comes next
    return true;
  }

  async #open(): Promise<Session> {
    const page = location.origin + location.pathname;
    const { locale, region, customer, link } = this.visitor;
    const token = this.current?.token ?? null;
    const { expired, ...opened } = await this.api.openSession(locale, region, page, token, customer, link);
    if (expired) this.told.expired();
    this.#introduced = customer;
    this.visitor.link = "";
    const before = this.current;
    const same = before?.conversation === opened.conversation;
    const session: Session = {
      ...opened,
      locale: this.visitor.locale,
      region: this.visitor.region,
      seen: same ? before.seen : 0,
      active: Date.now(),
    };
    this.remember(session);
    if (before && !same) this.told.replaced();
    return session;
  }
}
