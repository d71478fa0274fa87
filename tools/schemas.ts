import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { contributionSchema } from "../src/contribution/schema.ts";
import { labSchema } from "../src/lab/schema.ts";

// Writes schemas/*.schema.json from the tables of keys: `node tools/schemas.ts`. A test says when they are stale.
const root = new URL("../", import.meta.url);
const folder = new URL("schemas/", root);
mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries({ lab: labSchema(), contribution: contributionSchema() })) {
  writeFileSync(new URL(`${name}.schema.json`, folder), JSON.stringify(schema));
}
execFileSync("npx", ["biome", "format", "--write", fileURLToPath(folder)], { cwd: root, stdio: "inherit" });
