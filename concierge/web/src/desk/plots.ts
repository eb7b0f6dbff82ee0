/** A plot: one bar for each value, in the colour of the text. */

import { html, nothing, svg } from "lit";
import type { Template } from "./term.js";

const HIGH = 80;
const WIDE = 12; // of a bar with what is between it and the next

/** `values`: what each is of, and how much. The table beside it says the same. */
export function barsView(title: string, values: [string, number][]): Template {
  if (values.length < 2) return nothing;
  const most = Math.max(1, ...values.map(([, count]) => count));
  const width = values.length * WIDE;
  const bars = values.map(([what, count], at) => {
    const high = Math.round((count / most) * HIGH);
    return svg`<rect x=${at * WIDE} y=${HIGH - high} width=${WIDE - 3} height=${Math.max(1, high)}><title>${what}: ${count}</title></rect>`;
  });
  return html`<figure class="plot">
    <figcaption>${title}</figcaption>
    <svg viewBox="0 0 ${width} ${HIGH}" role="img" aria-label="${title}: ${values.map(([what, count]) => `${what} ${count}`).join(", ")}">${bars}</svg>
    <p class="quiet"><span>${values[0]![0]}</span> <span>${values.at(-1)![0]}</span></p>
  </figure>`;
}
