import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { type Landing, landingSchema } from "../release/landing.ts";
import { CairnError } from "./errors.ts";
import { writeAtomically } from "./files.ts";

const folder = "landings";
const header = `# Written by \`cairn land\`. The newest landing's set is the baseline; numbers are [mean, low, high].
# To take a landing back, remove its file (and say so in your commit): the evidence stays.
`;

/** Oldest first. @throws CairnError naming the file when one is not what `cairn land` writes. */
export function readLandings(labDir: string): readonly Landing[] {
  const dir = join(labDir, folder);
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => /^\d{4,}\.yaml$/.test(name))
    .sort()
    .map((name) => {
      const text = readFileSync(join(dir, name), "utf8");
      const parsed = landingSchema.safeParse(safeYaml(text));
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        const where = issue === undefined ? "" : ` at ${issue.path.join(".") || "the top"}: ${issue.message}`;
        throw new CairnError({
          kind: "damaged",
          message: `${folder}/${name} is not a landing${where}`,
          help: "Restore it from version control (`git checkout -- landings`); Cairn wrote it and nobody needs to edit it.",
        });
      }
      return parsed.data;
    });
}

export function writeLanding(labDir: string, landing: Landing): string {
  const name = `${String(landing.landing).padStart(4, "0")}.yaml`;
  const path = join(labDir, folder, name);
  writeAtomically(path, header + stringify(landing, { flowCollectionPadding: false, collectionStyle: "any" }));
  return `${folder}/${name}`;
}

function safeYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}
