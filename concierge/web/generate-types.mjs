// The types of what the servers take and send, made from the descriptions of their interfaces before each build and check.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { load } from "js-yaml";
import { compile } from "json-schema-to-typescript";

const DESCRIPTIONS = { website: "../channels/openapi.yml", desk: "../desk/openapi.yml" };
const FOLDER = new URL("src/generated/", import.meta.url);

/** A schema that allows anything: without this, the compiler takes it for an object's. */
const anything = (schema) => Object.keys(schema).every((key) => key === "description");

function tellWhatMayBeAnything(schema) {
  for (const [name, each] of Object.entries(schema.properties ?? {})) {
    if (anything(each)) schema.properties[name] = { ...each, tsType: "unknown" };
    else tellWhatMayBeAnything(each);
  }
}

await mkdir(FOLDER, { recursive: true });
for (const [name, path] of Object.entries(DESCRIPTIONS)) {
  const described = load(await readFile(new URL(path, import.meta.url), "utf8"));
  const schemas = JSON.stringify(described.components.schemas).replaceAll("#/components/schemas/", "#/$defs/");
  const $defs = JSON.parse(schemas);
  Object.values($defs).forEach(tellWhatMayBeAnything);
  const names = Object.keys($defs);
  const properties = Object.fromEntries(names.map((each) => [each, { $ref: `#/$defs/${each}` }]));
  const whole = { type: "object", additionalProperties: false, required: names, properties, $defs };
  const types = await compile(whole, "Schemas", {
    additionalProperties: false,
    bannerComment: `/** ${described.info.title}: made from concierge/${path.slice(3)} by \`npm run types\`. */`,
  });
  await writeFile(new URL(`${name}.ts`, FOLDER), types);
}
