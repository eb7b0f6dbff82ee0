/** What a page may ask of the widget: the types of `window.Concierge`. docs/widget.md has the examples. */

/** What the shop tells of itself and of the page. All of it may be left out, and changed later by `update`. */
export interface Options {
  /** The address of the website channel; without it, that of the server which the script came from. */
  endpoint?: string;
  /** A tag such as "fr-CH"; without it, the page's own language. */
  language?: string;
  /** EU, UK, US …, for the policies that differ; ROW without it. */
  region?: string;
  /** The name of the product that the page shows: it is the first thing that the customer may ask about. */
  product?: string;
  /** What is in the shopping bag, by name. An advisor whom the customer waits for sees it, with the product and the page's path. */
  bag?: string[];
  /** The address of the house's privacy policy, for the menu. */
  privacy?: string;
  /** A sentence that the house says first, once, after `after` seconds on a page where nobody is filling in a form. */
  greeting?: { text: string; after?: number } | null;
  /** "paper" (black on white, the default), "ink" (white on black), or "auto": as the customer's system is set. */
  theme?: "paper" | "ink" | "auto";
  /** Beside the page, where there is room for both, instead of above its corner: for a page that shows a product. */
  docked?: boolean;
}

/** What the shop signed for a customer who is signed in there, or how to get it anew; null once they have signed out. */
export type CustomerToken = string | null | (() => string | null | Promise<string | null>);

export interface Events {
  open: void;
  close: void;
  /** How many messages of the house have not been seen. */
  unread: number;
  /** Who answers now, and the advisor's name. */
  owner: { owner: "assistant" | "queue" | "advisor"; advisor: string };
  /** A message has come in, from whomever. Never its text: pages hand what they hear to third parties. */
  message: { role: "customer" | "assistant" | "advisor" | "system" };
}

export type Listener<Name extends keyof Events> = (detail: Events[Name]) => void;

export interface Concierge {
  /** Puts the widget on the page, unless it is there, and sets what is told. */
  boot(options?: Options): void;
  show(): void;
  hide(): void;
  /** Opens the panel and says this for the customer. Ask only what they have just pressed. */
  ask(text: string): void;
  update(options: Options): void;
  identify(token: CustomerToken): void;
  /** Returns how to stop listening. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Name>): () => void;
  /** How many messages of the house have not been seen. */
  readonly unread: number;
  push(...commands: Command[]): void;
}

/** `<concierge-widget>` on a page. */
export interface ConciergeElement extends HTMLElement {
  endpoint: string;
  language: string;
  region: string;
  product: string;
  bag: string[];
  privacy: string;
  theme: Options["theme"];
  greeting: Options["greeting"];
  docked: boolean;
  maxLength: number;
  customerToken: string;
  readonly open: boolean;
  readonly unread: number;
  show(): void;
  hide(): void;
  ask(text: string): void;
  identify(token: CustomerToken): void;
}

/** What is pushed before the widget is there: a method's name and what it takes. */
export type Command =
  | ["boot", Options?]
  | ["show"]
  | ["hide"]
  | ["ask", string]
  | ["update", Options]
  | ["identify", CustomerToken]
  | { [Name in keyof Events]: ["on", Name, Listener<Name>] }[keyof Events];

/** The stand-in until the widget is there. */
export interface Queue {
  readonly waiting: Command[];
  push(...commands: Command[]): void;
}

declare global {
  interface Window {
    Concierge?: Concierge;
  }
  interface HTMLElementTagNameMap {
    "concierge-widget": ConciergeElement;
  }
}
