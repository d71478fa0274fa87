import { join } from "node:path";
import { contributionSchema } from "../contribution/schema.ts";
import { labSchema } from "../lab/schema.ts";
import { writeAtomically } from "./files.ts";
import { workspaceFolder } from "./load.ts";

/** Puts the JSON Schemas beside the lab's state, where the files' first line points editors. */
export function writeSchemas(dir: string): void {
  const text = (schema: unknown) => `${JSON.stringify(schema, null, 2)}\n`;
  writeAtomically(join(dir, workspaceFolder, "lab.schema.json"), text(labSchema()));
  writeAtomically(join(dir, workspaceFolder, "contribution.schema.json"), text(contributionSchema()));
}
