import { describe, expect, it } from "vitest";
import { blocks, inline, legible, safeLink } from "../src/shared/markdown.js";

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
  ])("refuses %j", (href) => expect(safeLink(href)).toBeNull());
});

describe("inline", () => {
  it("knows bold, italic and links", () => {
    expect(inline("a **b** *c* [d](https://e.example/)")).toEqual([
      { type: "text", text: "a " },
      { type: "strong", children: [{ type: "text", text: "b" }] },
      { type: "text", text: " " },
      { type: "em", children: [{ type: "text", text: "c" }] },
      { type: "text", text: " " },
      { type: "link", href: "https://e.example/", children: [{ type: "text", text: "d" }] },
    ]);
  });

  it("leaves a refused link as the text it was", () => {
    expect(inline("[here](javascript:alert)")).toEqual([{ type: "text", text: "[here](javascript:alert)" }]);
  });

  it.each(["2 * 3 * 4", "snake_case_name", "a ** b", "<b>x</b>", "**", "5*3"])("leaves %j alone", (source) => {
    expect(inline(source)).toEqual([{ type: "text", text: source }]);
  });

  it("keeps the full stop out of a bare address", () => {
    expect(inline("See https://example.com/a.")).toEqual([
      { type: "text", text: "See " },
      { type: "link", href: "https://example.com/a", children: [{ type: "text", text: "https://example.com/a" }] },
      { type: "text", text: "." },
    ]);
  });

  it("is quick with hostile text", () => {
    const start = performance.now();
    inline("*".repeat(20_000));
    inline("[".repeat(20_000));
    inline(`**${"a ".repeat(10_000)}`);
    inline("[a](".repeat(5_000));
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe("blocks", () => {
  it("tells paragraphs and lists apart", () => {
    const found = blocks("One\ntwo\n\n- a\n- b\n1. c\n2. d\nthen\n3. e");
    expect(found.map((block) => block.type)).toEqual(["paragraph", "list", "list", "paragraph", "list"]);
    expect(found[0]).toEqual({
      type: "paragraph",
      children: [{ type: "text", text: "One" }, { type: "break" }, { type: "text", text: "two" }],
    });
  });

  it("goes on counting where a list goes on", () => {
    expect(blocks("1. a\n\nand\n\n2. b").at(-1)).toMatchObject({ ordered: true, start: 2 });
  });

  it("takes Windows line ends and nothing at all", () => {
    expect(blocks("a\r\n\r\nb")).toHaveLength(2);
    expect(blocks("  ")).toEqual([]);
  });
});

describe("a long address", () => {
  it.each([
    ["https://example.com/returns", "https://example.com/returns"],
    ["https://www.ups.com/track?tracknum=1Z999AA16800000031", "ups.com/track"],
    ["https://www.example.com/?utm=aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "example.com"],
    ["https://example.com/a/very/long/way/to/the/page/of/returns", "example.com/a/very/long/way/to/the/…"],
  ])("is read without what a machine wants: %s", (address, shown) => expect(legible(address)).toBe(shown));

  it("leads where it led", () => {
    const address = "https://www.ups.com/track?tracknum=1Z999AA16800000031";
    expect(inline(address)).toEqual([{ type: "link", href: address, children: [{ type: "text", text: "ups.com/track" }] }]);
  });
});
