import { html, nothing, type TemplateResult } from "lit";
import { blocks, type Inline } from "./markdown.js";

const spans = (parts: Inline[]): unknown[] =>
  parts.map((part) => {
    switch (part.type) {
      case "text":
        return part.text;
      case "break":
        return html`<br />`;
      case "strong":
        return html`<strong>${spans(part.children)}</strong>`;
      case "em":
        return html`<em>${spans(part.children)}</em>`;
      case "link":
        return html`<a href=${part.href} target="_blank" rel="noopener noreferrer">${spans(part.children)}</a>`;
    }
  });

/** A message's text as elements. */
export function richText(source: string): TemplateResult | typeof nothing {
  if (!source.trim()) return nothing;
  return html`${blocks(source).map((block) => {
    if (block.type === "paragraph") return html`<p>${spans(block.children)}</p>`;
    const items = block.items.map((item) => html`<li>${spans(item)}</li>`);
    return block.ordered ? html`<ol start=${block.start}>${items}</ol>` : html`<ul>${items}</ul>`;
  })}`;
}
