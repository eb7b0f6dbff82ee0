// Builds the npm package into dist/package: its modules, its types, what npm needs to know of it. `npm pack` makes a tarball.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const web = new URL("./", import.meta.url);
const out = new URL("dist/package/", web);
const types = new URL("dist/types/", web);
const run = (...command) => execFileSync(process.execPath, command, { cwd: web, stdio: "inherit" });

for (const folder of [out, types]) rmSync(folder, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
run("node_modules/vite/bin/vite.js", "build", "--mode", "package", "--logLevel", "warn");
run("node_modules/typescript/bin/tsc", "-p", "tsconfig.package.json");
const written = readFileSync(new URL("package/index.d.ts", types), "utf8");
writeFileSync(new URL("index.d.ts", out), written.replaceAll("../widget/public.js", "./public.js"));
copyFileSync(new URL("widget/public.d.ts", types), new URL("public.d.ts", out));
for (const file of ["package.json", "README.md"]) copyFileSync(new URL(`src/package/${file}`, web), new URL(file, out));
copyFileSync(new URL("../../LICENSE", web), new URL("LICENSE", out));
