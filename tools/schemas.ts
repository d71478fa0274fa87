import { mkdirSync, writeFileSync } from "node:fs";
import { contributionSchema } from "../src/contribution/schema.ts";
import { labSchema } from "../src/lab/schema.ts";

// Writes schemas/*.schema.json from the tables of keys: `node tools/schemas.ts`. A test says when they are stale.
const folder = new URL("../schemas/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries({ lab: labSchema(), contribution: contributionSchema() })) {
  writeFileSync(new URL(`${name}.schema.json`, folder), `${JSON.stringify(schema, null, 2)}\n`);
}
