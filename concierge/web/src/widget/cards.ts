/** How cards look: an order, a return, a repair. Fetched with the first of them. */

import { html, nothing } from "lit";
import type { Card } from "./model.js";
import { anchor, image, type Scene, type Template } from "./views.js";

export const cardsView = (cards: readonly Card[], scene: Scene): Template => html`${cards.map((each) => card(each, scene))}`;

function card(item: Card, scene: Scene): Template {
  const { lead } = item;
  const now = item.steps.findLastIndex((step) => step.done);
  return html`<section class="card" data-card=${item.type} dir="auto">
    ${image(item.image, item.title)}
    <header>
      <h4>${item.title}</h4>
      ${item.badge ? html`<span class="badge">${item.badge}</span>` : nothing}
    </header>
    ${item.subtitle ? html`<p>${item.subtitle}</p>` : nothing} ${item.text ? html`<p>${item.text}</p>` : nothing}
    ${lead.value ? html`<p class="lead"><span>${lead.label}</span> <strong>${lead.value}</strong></p>` : nothing}
    ${item.steps.length
      ? html`<ol class="way">
          ${item.steps.map(
            (step, index) =>
              html`<li class=${step.done ? "done" : ""} aria-current=${index === now ? "step" : nothing}>
                <span>${step.title}</span>${step.value ? html`<small>${step.value}</small>` : nothing}
              </li>`,
          )}
        </ol>`
      : nothing}
    ${item.items.length
      ? html`<ul>
          ${item.items.map(
            (line) =>
              html`<li>
                ${line.image ? image(line.image, "") : nothing}
                <span class="piece">${line.title}${line.detail ? html`<small>${line.detail}</small>` : nothing}</span>
                <span class="value">${line.value}</span>
              </li>`,
          )}
        </ul>`
      : nothing}
    ${item.rows.length
      ? html`<dl>
          ${item.rows.map(
            (row) =>
              html`<div>
                <dt>${row.label}</dt>
                <dd>${row.url ? anchor(row.url, row.value, scene) : row.value}</dd>
              </div>`,
          )}
        </dl>`
      : nothing}
    ${item.url ? anchor(item.url, item.link || item.url, scene, "more") : nothing}
  </section>`;
}
