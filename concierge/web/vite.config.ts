import { readFileSync } from "node:fs";
import { defineConfig, type Plugin, type UserConfig } from "vite";

// Three builds, one output folder: the widget is one classic script that any page can load, the shop and the desk are
// pages of their own. All addresses are relative, so the server may mount them anywhere.
const STATIC = new URL("../static/", import.meta.url).pathname;

/** Templates and style sheets are template strings, which a minifier leaves alone: their indentation need not travel. */
const unindent: Plugin = {
  name: "unindent",
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === "chunk") file.code = file.code.replace(/\n[ \t]+/g, "\n");
    }
  },
};

const fontLicence: Plugin = {
  name: "font-licence",
  generateBundle() {
    const source = readFileSync(new URL("node_modules/@fontsource-variable/archivo/LICENSE", import.meta.url));
    this.emitFile({ type: "asset", fileName: "assets/archivo-licence.txt", source });
  },
};

const widget: UserConfig = {
  publicDir: false,
  json: { namedExports: false, stringify: false }, // smaller than a constant for each text
  plugins: [unindent],
  build: {
    outDir: STATIC,
    emptyOutDir: false,
    lib: {
      entry: new URL("src/widget/element.ts", import.meta.url).pathname,
      formats: ["iife"],
      name: "ConciergeWidget",
      fileName: () => "widget.js",
    },
  },
};

const page = (name: "shop" | "desk", inputs: string[]): UserConfig => ({
  root: new URL(`src/${name}/`, import.meta.url).pathname,
  base: "./",
  publicDir: "public",
  plugins: [unindent, fontLicence],
  build: {
    outDir: `${STATIC}${name}/`,
    emptyOutDir: true,
    // A data: address would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: inputs.map((file) => new URL(`src/${name}/${file}`, import.meta.url).pathname) },
  },
});

export default defineConfig(({ mode }) => ({
  ...(mode === "shop"
    ? page("shop", ["index.html", "product.html"])
    : mode === "desk"
      ? page("desk", ["index.html"])
      : widget),
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
}));
