/** What both pages share: the frame, the language, the widget and where its server is. */

import { html, render, type TemplateResult } from "lit";
import { LANGUAGES, languageOf, ownName, type Language } from "../shared/languages.js";
import { ownPath } from "../shared/address.js";
import { WORDS } from "./strings.js";
import type { Product, Words } from "./catalogue.js";
import { euros } from "./prices.js";
import { shape } from "./shapes.js";

export const HOUSE = "Balenciaga";
const REMEMBERED = "shop:language";

export interface Page {
  language: Language;
  say: (words: Words) => string;
  money: (amount: number) => string;
  /** Whether more is drawn than what is looked at first: no task shall hold a slow phone up for long. */
  whole: boolean;
}

type Body = (page: Page) => TemplateResult;

function stored(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

let language: Language = languageOf(
  new URLSearchParams(location.search).get("lang") ?? stored() ?? navigator.language,
);

/** The server's address follows from the page's own, so the shop works wherever it is mounted; never on another host. */
export function endpoint(path: string): string {
  const prefix = path.slice(0, path.lastIndexOf("/shop/"));
  const found = prefix.endsWith("/webhooks/website") ? prefix : `${prefix}/webhooks/website`;
  return ownPath(found) ?? "/webhooks/website";
}

export function openConcierge(): void {
  document.querySelector("concierge-widget")?.show();
}

export function tile(item: Product, { say, money }: Page): TemplateResult {
  return html`<li class="tile ${item.wide ? "wide" : ""}">
    <a href="product.html?id=${item.id}">
      <span class="frame ${item.tone}">${shape(item.shape)}</span>
      <span class="caption">
        <span class="title">${item.name}</span>
        <span class="price">${money(item.price)}</span>
        <span class="material">${say(item.material)}</span>
      </span>
    </a>
  </li>`;
}

function frame(page: Page, body: TemplateResult, change: (to: Language) => void): TemplateResult {
  const { say } = page;
  return html`<a class="skip" href="#main">${say(WORDS.skip)}</a>
    <header class="top">
      <a class="mark" href="index.html">${HOUSE}</a>
      <nav aria-label=${say(WORDS.menu)}>
        <a href="index.html?kind=bag">${say(WORDS.bag)}</a>
        <a href="index.html?kind=shoes">${say(WORDS.shoes)}</a>
        <a href="index.html?kind=wear">${say(WORDS.wear)}</a>
        <button type="button" @click=${openConcierge}>${say(WORDS.service)}</button>
      </nav>
      <label class="language">
        <span class="unseen">${say(WORDS.language)}</span>
        <select @change=${(event: Event) => change(languageOf((event.target as HTMLSelectElement).value))}>
          ${LANGUAGES.map(
            (code) =>
              html`<option value=${code} lang=${code} ?selected=${code === page.language}>
                ${ownName(code)}
              </option>`,
          )}
        </select>
      </label>
    </header>
    <main id="main">${body}</main>
    <footer>
      <p class="mark small" aria-hidden="true">${HOUSE}</p>
      <p>${say(WORDS.demo)}</p>
    </footer>`;
}

/** `product` is the name of what the page is about, for the widget. */
export function show(body: Body, product = ""): void {
  const root = document.getElementById("page")!;
  const change = (to: Language): void => {
    language = to;
    try {
      localStorage.setItem(REMEMBERED, to);
    } catch {
      // Not remembered, then.
    }
    draw();
  };
  let whole = false;
  const draw = (): void => {
    document.documentElement.lang = language;
    const page: Page = { language, say: (words) => words[language], money: (amount) => euros(amount, language), whole };
    render(frame(page, body(page), change), root);
    document.querySelector("concierge-widget")?.setAttribute("lang", language);
  };
  draw();
  requestAnimationFrame(() => setTimeout(() => ((whole = true), draw())));
  const widget = document.createElement("concierge-widget");
  widget.setAttribute("endpoint", endpoint(location.pathname));
  widget.setAttribute("lang", language);
  widget.setAttribute("region", "EU");
  // ?theme=ink shows the widget's other theme.
  widget.setAttribute("theme", new URLSearchParams(location.search).get("theme") ?? "paper");
  if (product) {
    widget.setAttribute("product", product);
    widget.setAttribute("docked", "");
  }
  document.body.append(widget);
}
