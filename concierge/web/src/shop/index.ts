import "./shop.css";
import { html } from "lit";
import { PRODUCTS } from "./catalogue.js";
import { HOUSE, show, tile } from "./page.js";
import { WORDS } from "./strings.js";

const KINDS = ["bag", "shoes", "wear", "eyewear", "jewellery", "fragrance"] as const;
const AT_FIRST = 4; // products; fewer are in sight on a phone
const wanted = new URLSearchParams(location.search).get("kind");
const kind = KINDS.find((each) => each === wanted);

show((page) => {
  const { say, whole } = page;
  const items = PRODUCTS.filter((item) => !kind || item.kind === kind);
  document.title = `${kind ? say(WORDS[kind]) : say(WORDS.season)} – ${HOUSE}`;
  return html`<section class="opening">
      <h1>${kind ? say(WORDS[kind]) : say(WORDS.season)}</h1>
      <p>${say(WORDS.intro)}</p>
    </section>
    <ul class="kinds">
      <li><a href="index.html" aria-current=${kind ? "false" : "page"}>${say(WORDS.all)}</a></li>
      ${KINDS.map(
        (each) =>
          html`<li>
            <a href="index.html?kind=${each}" aria-current=${kind === each ? "page" : "false"}>${say(WORDS[each])}</a>
          </li>`,
      )}
    </ul>
    <ul class="grid ${kind ? "plain" : ""}">
      ${(whole ? items : items.slice(0, AT_FIRST)).map((item) => tile(item, page))}
    </ul>`;
});
