import "./shop.css";
import { html, nothing } from "lit";
import { PRODUCTS, product } from "./catalogue.js";
import { HOUSE, openConcierge, show, tile } from "./page.js";
import { shape } from "./shapes.js";
import { WORDS } from "./strings.js";

const item = product(new URLSearchParams(location.search).get("id"));
const others = PRODUCTS.filter((other) => other !== item)
  .sort((a, b) => Number(b.kind === item.kind) - Number(a.kind === item.kind))
  .slice(0, 4);

show((page) => {
  const { say, money, whole } = page;
  document.title = `${item.name} – ${HOUSE}`;
  return html`<article class="product">
      <div class="views">
        <div class="frame ${item.tone}">${shape(item.shape, item.name)}</div>
        <div class="frame close ${item.tone === "bone" ? "stone" : "bone"}" aria-hidden="true">${shape(item.shape)}</div>
      </div>
      <div class="about">
        <h1>${item.name}</h1>
        <p class="material">${say(item.material)}</p>
        <p class="price">${money(item.price)}</p>
        <form
          @submit=${(event: Event) => {
            event.preventDefault();
            document.getElementById("added")!.textContent = say(WORDS.added);
          }}
        >
          <fieldset>
            <legend>${say(WORDS.colour)}</legend>
            ${item.colours.map(
              (colour, index) =>
                html`<label class="option"
                  ><input type="radio" name="colour" value=${index} ?checked=${index === 0} /><span>${say(colour)}</span></label
                >`,
            )}
          </fieldset>
          ${item.sizes.length
            ? html`<fieldset>
                <legend>${say(WORDS.size)}</legend>
                ${item.sizes.map(
                  (size, index) =>
                    html`<label class="option"
                      ><input type="radio" name="size" value=${size} ?checked=${index === 1} /><span>${size}</span></label
                    >`,
                )}
              </fieldset>`
            : nothing}
          <button class="buy" type="submit">${say(WORDS.add)}</button>
          <p id="added" role="status"></p>
        </form>
        <h2>${say(WORDS.details)}</h2>
        <p>${say(WORDS.detailsText)}</p>
        <h2>${say(WORDS.service)}</h2>
        <p>${say(WORDS.serviceText)}</p>
        <button class="plainlink" type="button" @click=${openConcierge}>${say(WORDS.ask)}</button>
      </div>
    </article>
    <section class="also">
      <h2>${say(WORDS.also)}</h2>
      <ul class="grid plain">
        ${whole ? others.map((other) => tile(other, page)) : nothing}
      </ul>
    </section>`;
}, item.name);
