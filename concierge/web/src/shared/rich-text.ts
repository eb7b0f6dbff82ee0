import { html, nothing, type TemplateResult } from "lit";
import { blocks, verbatim, type Inline } from "./markdown.js";

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

/** What the house wrote, as elements: the assistant's and the advisors' small Markdown. */
export function richText(source: string): TemplateResult | typeof nothing {
  if (!source.trim()) return nothing;
  return html`${blocks(source).map((block) => {
    if (block.type === "paragraph") return html`<p>${spans(block.children)}</p>`;
    const items = block.items.map((item) => html`<li>${spans(item)}</li>`);
    return block.ordered ? html`<ol start=${block.start}>${items}</ol>` : html`<ul>${items}</ul>`;
  })}`;
}

/** What a customer wrote, as elements: their words as they are, and nothing that could pass for something else. */
export function plainText(source: string): TemplateResult | typeof nothing {
  if (!source.trim()) return nothing;
  return html`${verbatim(source).map((paragraph) => html`<p>${paragraph.map(asWritten)}</p>`)}`;
}

const asWritten = (part: Inline): unknown =>
  part.type === "link"
    ? html`<a href=${part.href} target="_blank" rel="noopener noreferrer nofollow"><bdi dir="ltr">${spans(part.children)}</bdi></a>`
    : spans([part]);

/** A message's text by whose it is. */
export const saidBy = (role: string, source: string): TemplateResult | typeof nothing =>
  role === "customer" ? plainText(source) : richText(source);
