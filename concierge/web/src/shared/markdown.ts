/**
 * The small part of Markdown that a reply may use: paragraphs, line breaks, lists, **bold**, *italic*, [links](…) and
 * bare addresses. It yields data, never HTML: whatever is not understood stays the text it was.
 */

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

/** The address if a customer may be sent there, else null. Scripts, data and protocol-relative addresses are refused. */
export function safeLink(href: string): string | null {
  const trimmed = href.trim();
  if (!/^(https?:\/\/|mailto:|tel:)/i.test(trimmed)) return null;
  try {
    const url = new URL(trimmed);
    return ["http:", "https:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

const LONG = 36;

/** A long address as it is read aloud: whose it is and where it leads, without the numbers a machine wants. */
export function legible(address: string): string {
  if (address.length <= LONG) return address;
  const bare = address.replace(/^https?:\/\/(www\.)?/i, "");
  const short = bare.replace(/\/?[?#].*$/, "");
  return short.length > LONG ? `${short.slice(0, LONG - 1)}…` : short;
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
      if (href) out.push({ type: "link", href, children: [{ type: "text", text: label }] });
      else plain(whole);
    } else if (strong) out.push({ type: "strong", children: inline(strong) });
    else if (star || underscore) out.push({ type: "em", children: inline((star ?? underscore)!) });
    else if (bare) {
      // The full stop that ends the sentence is not part of the address.
      const trailing = /[.,;:!?)\]]+$/.exec(bare)?.[0] ?? "";
      const address = trailing ? bare.slice(0, -trailing.length) : bare;
      const href = safeLink(address);
      if (href) out.push({ type: "link", href, children: [{ type: "text", text: legible(address) }] });
      else plain(address);
      plain(trailing);
    }
  }
  plain(text.slice(at));
  return out;
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
