import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { exitCodes } from "../src/cli/exit.ts";
import { createProgram } from "../src/cli/program.ts";
import { changeKeys, contributionKeys } from "../src/contribution/keys.ts";
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

  it("docs/lab-file.md names every key of lab files and contributions", () => {
    const text = read("docs/lab-file.md");
    const tables = [
      labKeys,
      stageKeys,
      resourceKeys,
      objectiveKeys,
      policyKeys,
      budgetKeys,
      contributionKeys,
      changeKeys,
    ];
    const keys = tables.flatMap((table) => Object.keys(table));
    expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
  });

  it("docs/cli.md names every command, every option and every exit code", () => {
    const text = read("docs/cli.md");
    const io = {
      cwd: "/",
      env: {},
      out: () => {},
      note: () => {},
      color: false,
      live: false,
      unicode: true,
      width: 80,
    };
    const { commands } = createProgram(io, () => {});
    expect(commands.length).toBeGreaterThan(10);
    expect(commands.map((c) => c.name()).filter((name) => !text.includes(`cairn ${name}`))).toEqual([]);
    const options = commands.flatMap((c) => c.options.flatMap((option) => option.long ?? []));
    expect([...new Set(options)].filter((long) => !new RegExp(`${long}\\b`).test(text))).toEqual([]);
    expect(Object.values(exitCodes).filter((code) => !text.includes(`| ${code} |`))).toEqual([]);
  });
});
