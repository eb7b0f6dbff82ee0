/** Which addresses a page may follow: one rule for the widget, the shop page and the desk. */

// A URL parser drops tabs and line ends and takes a backslash for a slash: what is read must be what is opened.
const HIDDEN = /[\u0000-\u0020\u007f-\u00a0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\\]/;
const SCHEMES = ["http:", "https:", "mailto:", "tel:"];

function parsed(address: string, base?: string): URL | null {
  try {
    return new URL(address, base);
  } catch {
    return null;
  }
}

/**
 * The whole address if a person may be sent there, else null. Scripts, data, protocol-relative addresses are refused, and
 * names before an @ that pass for the host.
 */
export function safeLink(address: string): string | null {
  const trimmed = address.trim();
  if (!/^(https?:\/\/|mailto:|tel:)/i.test(trimmed) || HIDDEN.test(trimmed)) return null;
  const url = parsed(trimmed);
  return url && SCHEMES.includes(url.protocol) && !url.username && !url.password ? url.href : null;
}

/** The address if it is a path of this very server, whoever decodes it, else null. */
export function ownPath(address: string): string | null {
  if (!address.startsWith("/") || HIDDEN.test(address)) return null;
  let path = address.split(/[?#]/, 1)[0]!;
  // Some servers decode a path, even twice, before they redirect to it.
  for (let times = 0; times < 3; times += 1) {
    if (/[\\\u0000-\u001f]/.test(path) || /^\/[./]*\//.test(path)) return null;
    try {
      path = decodeURIComponent(path);
    } catch {
      return null;
    }
  }
  const url = parsed(address, "https://own.invalid");
  return url?.origin === "https://own.invalid" && !url.pathname.startsWith("//") ? address : null;
}

/** What a link or a picture may lead to. */
export const followable = (address: string): string | null => ownPath(address) ?? safeLink(address);

/** Whether both read as the same: they may differ in the host's case, a last slash, and the encoding of letters in the path. */
export function sameAddress(written: string, opened: string): boolean {
  return readable(written) === readable(opened);
}

function readable(address: string): string {
  const [, scheme = "", host = "", rest = ""] = /^([a-z]+:\/\/)([^/?#]*)(.*)$/is.exec(address) ?? [];
  let path = rest === "/" ? "" : rest;
  try {
    path = decodeURI(path);
  } catch {
    // As it is, then.
  }
  return scheme.toLowerCase() + host.toLowerCase() + path;
}
