import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { budgetKeys, labKeys, objectiveKeys, policyKeys, resourceKeys, stageKeys } from "../src/lab/keys.ts";
import { parseLab } from "../src/lab/parse.ts";

/** The documents against the code: examples are read by the real reader, references name every key. */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** The fenced YAML blocks of a document. */
function yamlBlocks(path: string): string[] {
  return [...read(path).matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text]) => text ?? "");
}

const isLab = (text: string) => /^cairn: 1$/m.test(text);

describe("docs", () => {
  it.each(["docs/lab-file.md", "docs/pytorch.md"])("%s shows labs that are right", (path) => {
    const labs = yamlBlocks(path).filter(isLab);
    expect(labs).not.toEqual([]);
    for (const text of labs) expect(parseLab({ path, text }).diagnostics.map((d) => d.message)).toEqual([]);
  });

  it("docs/lab-file.md names every key of the lab file", () => {
    const text = read("docs/lab-file.md");
    const tables = [labKeys, stageKeys, resourceKeys, objectiveKeys, policyKeys, budgetKeys];
    const keys = tables.flatMap((table) => Object.keys(table));
    expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
  });
});
