/** The link in a mail of the house that has opened the page: `#concierge-link=…`. */

const LINK = /^#(.*&)?concierge-link=([\w.-]+)(?:&(.*))?$/;

/** Its token, empty without one. It is taken out of the address, so that it is neither kept there nor passed on with it. */
export function takeLink(): string {
  const [whole, before = "", token = "", after = ""] = LINK.exec(location.hash) ?? [];
  if (whole === undefined) return "";
  const rest = (before + after).replace(/&$/, "");
  history.replaceState(history.state, "", location.pathname + location.search + (rest && `#${rest}`));
  return token;
}
