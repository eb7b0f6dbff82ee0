import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { identity } from "../src/desk/proofs.js";
import { takeLink } from "../src/widget/link.js";

// The desk's modules ask where they are as soon as they are loaded.
vi.hoisted(() => vi.stubGlobal("location", { href: "https://desk.example/" }));

const replaced: string[] = [];

beforeEach(() => {
  replaced.length = 0;
  vi.stubGlobal("history", { state: null, replaceState: (_: unknown, __: string, to: string) => replaced.push(to) });
});
afterEach(() => vi.unstubAllGlobals());

it.each([
  ["#concierge-link=a.b-c.d_e", "a.b-c.d_e", "/shop?x=1"],
  ["#size&concierge-link=a.b.c", "a.b.c", "/shop?x=1#size"],
  ["#concierge-link=a.b.c&size", "a.b.c", "/shop?x=1#size"],
])("a link is taken out of the address: %s", (hash, token, left) => {
  vi.stubGlobal("location", { hash, pathname: "/shop", search: "?x=1" });
  expect(takeLink()).toBe(token);
  expect(replaced).toEqual([left]);
});

it.each(["", "#size", "#concierge-link=", "#concierge-link=<script>", "#xconcierge-link=a.b.c"])(
  "what is no link stays where it is: %s",
  (hash) => {
    vi.stubGlobal("location", { hash, pathname: "/shop", search: "" });
    expect(takeLink()).toBe("");
    expect(replaced).toEqual([]);
  },
);

it("the desk says by what a customer is proved", () => {
  expect(identity(true, "code")).toBe("Code from the order’s e-mail");
  expect(identity(true)).toBe("Number and e-mail of the order match");
  expect(identity(false, null)).toBe("Not verified");
  expect(identity()).toBe("");
});
