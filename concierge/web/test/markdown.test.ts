import { describe, expect, it } from "vitest";
import { blocks, inline, legible, misleading, verbatim } from "../src/shared/markdown.js";

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

describe("misleading", () => {
  it.each([
    ["https://bank.example", "https://evil.example/"],
    ["www.bank.example", "https://evil.example/"],
    [" HTTPS://bank.example/login ", "https://evil.example/"],
    ["https://bank.example@evil.example", "https://evil.example/"],
    ["https://bank.example:8443", "https://bank.example/"],
  ])("%j for %s", (label, href) => {
    expect(misleading(label, href)).toBe(true);
    expect(inline(`[${label}](${href})`)).toEqual([{ type: "text", text: `[${label}](${href})` }]);
  });
  it.each([
    ["https://bank.example", "https://www.bank.example/en"],
    ["www.bank.example", "https://bank.example/"],
    ["Our returns page", "https://bank.example/"],
    ["e.g. this one", "https://bank.example/"],
    ["Write to us", "mailto:care@bank.example"],
  ])("%j is not, for %s", (label, href) => expect(misleading(label, href)).toBe(false));
});

describe("verbatim", () => {
  const shown = (source: string): unknown =>
    verbatim(source)
      .flat()
      .map((part) => {
        if (part.type === "link") return { opens: part.href, shows: part.children.map((each) => "text" in each && each.text).join("") };
        return part.type === "text" ? part.text : part.type;
      });

  it.each(["[here](javascript:alert)", "**bold** _it_ *x*", "1. one", "- two", "<b>x</b>", "[a](mailto:b@c.example)"])(
    "leaves %j as it was written",
    (source) => expect(shown(source)).toEqual([source]),
  );

  it("makes no false link", () => {
    expect(shown("[https://bank.example](https://evil.example)")).toEqual([
      "[",
      { opens: "https://bank.example/", shows: "https://bank.example" },
      "](",
      { opens: "https://evil.example/", shows: "https://evil.example" },
      ")",
    ]);
  });

  it.each([
    ["https://bank.example/a?b=c#d", "https://bank.example/a?b=c#d", "https://bank.example/a?b=c#d"],
    ["HTTPS://Bank.example", "https://bank.example/", "HTTPS://Bank.example"],
    ["https://bank.example/caf\u00e9", "https://bank.example/caf%C3%A9", "https://bank.example/caf\u00e9"],
    // A Cyrillic а, a dot of another script, a path that leads elsewhere, a number for an address.
    ["https://b\u0430nk.example/", "https://xn--bnk-6cd.example/", "https://xn--bnk-6cd.example/"],
    ["https://bank\u3002example/", "https://bank.example/", "https://bank.example/"],
    ["https://bank.example/a/../../b", "https://bank.example/b", "https://bank.example/b"],
    ["http://0x7f.1/", "http://127.0.0.1/", "http://127.0.0.1/"],
  ])("shows what %s opens", (written, opens, shows) => expect(shown(written)).toEqual([{ opens, shows }]));

  it.each([
    "https://bank.example@evil.example/",
    "https://bank.example:x@evil.example",
    "https://bank.example%2f@evil.example",
    "https://bank.example\\@evil.example",
    "https://evil.example/\u202egpj.exe",
    "https://bank.example\u200b.evil.example",
    "https://",
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example",
    "ftp://bank.example",
  ])("makes no link of %j", (source) => expect(shown(source)).toEqual([source]));

  it("keeps lines, paragraphs and the end of a sentence", () => {
    expect(verbatim("a\r\nb\n\n\nc").length).toBe(2);
    expect(shown("a\nb")).toEqual(["a", "break", "b"]);
    expect(shown("See https://e.example/a.")).toEqual([
      "See ",
      { opens: "https://e.example/a", shows: "https://e.example/a" },
      ".",
    ]);
  });

  it("is quick with hostile text", () => {
    const start = performance.now();
    for (const part of ["https://", "https://a", "\n", "https://a@", "%"]) verbatim(part.repeat(5_000));
    verbatim(`https://${"a.".repeat(20_000)}`);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
