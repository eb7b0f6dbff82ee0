import { describe, expect, it } from "vitest";
import { followable, ownPath, safeLink } from "../src/shared/address.js";

describe("safeLink", () => {
  it.each(["https://example.com/a", "http://example.com/", "mailto:care@example.com", "tel:+33123456789"])(
    "lets %s through",
    (href) => expect(safeLink(href)).toBe(href),
  );
  it.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "//example.com",
    "/path",
    "vbscript:x",
    "https://",
    "",
    "https:\\\\evil.example",
    "https://bank.example\\@evil.example",
    "https://bank.example@evil.example",
    "https://:x@evil.example",
    "https://ev\til.example",
    "https://ev\nil.example",
    "\u0000https://evil.example",
    "https:evil.example",
    "blob:https://evil.example/x",
  ])("refuses %j", (href) => expect(safeLink(href)).toBeNull());
});

describe("ownPath", () => {
  it.each(["/", "/bags/hourglass", "/files/a%20b.pdf?x=//y#/z", "/a/..b", "/shop/product.html?id=1", "/caf\u00e9"])(
    "takes %s for one",
    (path) => {
      expect(ownPath(path)).toBe(path);
      expect(followable(path)).toBe(path);
      expect(new URL(path, "https://own.example").host).toBe("own.example");
    },
  );
  it.each([
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/%5cevil.example",
    "/%5Cevil.example",
    "/%255cevil.example",
    "/%2fevil.example",
    "/%2Fevil.example",
    "/%252fevil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/%2e//evil.example",
    "/a/..//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    "/%09/evil.example",
    "/%0a/evil.example",
    "/%00",
    "/a b",
    "/\u202egnp",
    "/%",
    "evil.example",
    "./a",
    "?a",
    "#a",
    "",
    "javascript:alert(1)",
    "https:/evil.example",
  ])("refuses %j", (path) => {
    expect(ownPath(path)).toBeNull();
    expect(followable(path)).toBeNull();
  });
});
