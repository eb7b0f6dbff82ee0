import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { defineConfig, type Plugin, type UserConfig } from "vite";
import { pieces } from "./pieces.js";

// Three builds, one output folder: the widget is one classic script that any page can load and which fetches the rest of it
// under names that change with their content, the shop and the desk are pages of their own. All addresses are relative, so
// the server may mount them anywhere.
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

/** The same for what a style sheet needs no space for. */
const tightStyles: Plugin = {
  name: "tight-styles",
  transform(code, id) {
    if (!/widget[\\/]styles[\\/]/.test(id)) return null;
    const tight = code
      .replace(/\/\*[\s\S]*?\*\//g, "")
      .replace(/\s+/g, " ")
      .replace(/ ?([{};,!>]) ?/g, "$1")
      .replaceAll(": ", ":")
      .replaceAll(";}", "}")
      .replace(/(?<=[ (,:])0\./g, ".");
    return { code: tight, map: null };
  },
};

const fontLicence: Plugin = {
  name: "font-licence",
  generateBundle() {
    const source = readFileSync(new URL("node_modules/@fontsource-variable/archivo/LICENSE", import.meta.url));
    this.emitFile({ type: "asset", fileName: "assets/archivo-licence.txt", source });
  },
};

/** Lit's policy of Trusted Types under a name of the widget's own: a page's own Lit has taken `lit-html` already. */
const ownPolicy: Plugin = {
  name: "own-policy",
  transform(code, id) {
    if (!/lit-html[\\/](development[\\/])?lit-html\.js/.test(id)) return null;
    const renamed = code.replace(/(createPolicy\(\s*["'])lit-html(["'])/, "$1concierge$2");
    if (renamed === code) this.error("Lit makes its policy of Trusted Types in another way than it did");
    return { code: renamed, map: null };
  },
};

/** What never changes is compressed once, as well as it can be; the server sends it to whoever takes it. */
const brotli: Plugin = {
  name: "brotli",
  writeBundle({ dir }, bundle) {
    for (const [name, file] of Object.entries(bundle)) {
      const source = file.type === "chunk" ? file.code : file.source;
      const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
      if (/\.(js|css|svg|html)$/.test(name)) writeFileSync(`${join(dir!, name)}.br`, brotliCompressSync(source, { params }));
    }
  },
};

const withoutOldFiles: Plugin = {
  name: "without-old-files",
  apply: "build", // not when the unit tests are run
  buildStart: () => rmSync(`${STATIC}widget/`, { recursive: true, force: true }),
};

const widget: UserConfig = {
  publicDir: false,
  json: { namedExports: false, stringify: false }, // smaller than a constant for each text
  plugins: [ownPolicy, tightStyles, unindent, brotli, withoutOldFiles],
  build: {
    outDir: STATIC,
    emptyOutDir: false,
    lib: {
      entry: { widget: new URL("src/widget/loader.ts", import.meta.url).pathname },
      formats: ["es"],
      fileName: () => "widget.js",
    },
    rollupOptions: { output: { chunkFileNames: "widget/assets/[name]-[hash].js", minify: true } },
  },
};

/** For shops that build their own script: `npm run pack`. */
const library: UserConfig = {
  publicDir: false,
  json: { namedExports: false, stringify: false },
  plugins: [ownPolicy, tightStyles, unindent],
  build: {
    outDir: "dist/package",
    emptyOutDir: false,
    lib: {
      entry: { index: new URL("src/package/index.ts", import.meta.url).pathname },
      formats: ["es"],
      fileName: () => "index.js",
    },
    rollupOptions: { output: { chunkFileNames: "assets/[name]-[hash].js", minify: true } },
  },
};

const page = (name: "shop" | "desk", inputs: string[]): UserConfig => ({
  root: new URL(`src/${name}/`, import.meta.url).pathname,
  base: "./",
  publicDir: "public",
  plugins: [unindent, fontLicence, ...(name === "shop" ? [pieces] : []), brotli],
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
    ? page("shop", ["index.html", "product.html", "widget.html"])
    : mode === "desk"
      ? page("desk", ["index.html"])
      : mode === "package"
        ? library
        : widget),
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
}));
