/**
 * The small part of Markdown that a reply may use: paragraphs, line breaks, lists, **bold**, *italic*, [links](…) and
 * bare addresses. It yields data, never HTML: whatever is not understood stays the text it was.
 */

import { safeLink, sameAddress } from "./address.js";

export type Inline =
  | { type: "text"; text: string }
  | { type: "strong" | "em"; children: Inline[] }
  | { type: "link"; href: string; children: Inline[] }
  | { type: "break" };

export type Block =
  | { type: "paragraph"; children: Inline[] }
  | { type: "list"; ordered: boolean; start: number; items: Inline[][] };

const INLINE =
  /\[([^\]\n]{1,300})\]\(([^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)|\*\*([^\s*](?:[^*\n]*[^\s*])?)\*\*|(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])|(?<![\w_])_([^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])|(https?:\/\/[^\s<>"']+)|\n/g;
const BULLET = /^\s*[-*•]\s+(.*)$/;
const NUMBER = /^\s*(\d{1,3})[.)]\s+(.*)$/;

const LONG = 36;

/** A long address as it is read aloud: whose it is and where it leads, without the numbers a machine wants. */
export function legible(address: string): string {
  if (address.length <= LONG) return address;
  const bare = address.replace(/^https?:\/\/(www\.)?/i, "");
  const short = bare.replace(/\/?[?#].*$/, "");
  return short.length > LONG ? `${short.slice(0, LONG - 1)}…` : short;
}

/** Whether the words of a link pass for another address than the one it opens. */
export function misleading(label: string, href: string): boolean {
  const shown = /^\s*((?:https?:\/\/|www\.)\S*)/i.exec(label)?.[1];
  if (!shown || !/^https?:/i.test(href)) return false;
  const host = (address: string): string => new URL(address).host.replace(/^www\./, "");
  const told = safeLink(/^www\./i.test(shown) ? `https://${shown}` : shown);
  return !told || host(told) !== host(href);
}

export function inline(text: string): Inline[] {
  const out: Inline[] = [];
  let at = 0;
  const plain = (piece: string): void => {
    if (piece) out.push({ type: "text", text: piece });
  };
  for (const match of text.matchAll(INLINE)) {
    plain(text.slice(at, match.index));
    at = match.index + match[0].length;
    const [whole, label, target, strong, star, underscore, bare] = match;
    if (whole === "\n") out.push({ type: "break" });
    else if (label && target) {
      const href = safeLink(target);
      if (href && !misleading(label, href)) out.push({ type: "link", href, children: [{ type: "text", text: label }] });
      else plain(whole);
    } else if (strong) out.push({ type: "strong", children: inline(strong) });
    else if (star || underscore) out.push({ type: "em", children: inline((star ?? underscore)!) });
    else if (bare) out.push(...bareLink(bare, legible));
  }
  plain(text.slice(at));
  return out;
}

/** The full stop that ends the sentence is not part of the address. */
function bareLink(bare: string, shown: (address: string) => string): Inline[] {
  const trailing = /[.,;:!?)\]]+$/.exec(bare)?.[0] ?? "";
  const address = trailing ? bare.slice(0, -trailing.length) : bare;
  const href = safeLink(address);
  const first: Inline = href
    ? { type: "link", href, children: [{ type: "text", text: shown(address) }] }
    : { type: "text", text: address };
  return trailing ? [first, { type: "text", text: trailing }] : [first];
}

/**
 * A customer's words: text as it was written, with its bare addresses as links. The address that is shown is the one that
 * is opened: letters of other scripts in a host, which pass for Latin ones, are shown as the network spells them.
 */
export function verbatim(source: string): Inline[][] {
  const paragraphs = source.replace(/\r\n?/g, "\n").trim().split(/\n{2,}/);
  return paragraphs.map((paragraph) => {
    const out: Inline[] = [];
    let at = 0;
    for (const match of paragraph.matchAll(/(https?:\/\/[^\s<>"'[\]]+)|\n/gi)) {
      if (match.index > at) out.push({ type: "text", text: paragraph.slice(at, match.index) });
      at = match.index + match[0].length;
      if (match[1]) out.push(...bareLink(match[1], honest));
      else out.push({ type: "break" });
    }
    if (at < paragraph.length) out.push({ type: "text", text: paragraph.slice(at) });
    return out;
  });
}

function honest(written: string): string {
  const opened = safeLink(written);
  return !opened || sameAddress(written, opened) ? written : opened;
}

export function blocks(source: string): Block[] {
  const out: Block[] = [];
  let paragraph: string[] = [];
  const flush = (): void => {
    if (paragraph.length) out.push({ type: "paragraph", children: inline(paragraph.join("\n")) });
    paragraph = [];
  };
  for (const line of source.replace(/\r\n?/g, "\n").trim().split("\n")) {
    const bullet = BULLET.exec(line);
    const number = bullet ? null : NUMBER.exec(line);
    if (bullet || number) {
      flush();
      const item = inline(bullet?.[1] ?? number?.[2] ?? "");
      const ordered = number !== null;
      const last = out.at(-1);
      if (last?.type === "list" && last.ordered === ordered) last.items.push(item);
      // A list that goes on after a paragraph goes on counting.
      else out.push({ type: "list", ordered, start: Number(number?.[1] ?? 1), items: [item] });
    } else if (line.trim() === "") flush();
    else paragraph.push(line);
  }
  flush();
  return out;
}
