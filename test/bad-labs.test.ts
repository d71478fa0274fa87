import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { err, ok } from "../src/base/result.ts";
import { checkLab, type LabText } from "../src/contribution/check.ts";
import { formatDiagnostic } from "../src/lab/diagnostic.ts";

/**
 * Each directory of golden/bad-labs is a lab with something wrong, and `expected.txt` in it is every message in full.
 * `UPDATE_GOLDEN=1` writes the files anew, to be read before they are committed; never in CI.
 */
const root = fileURLToPath(new URL("golden/bad-labs/", import.meta.url));
const cases = readdirSync(root).sort();
const updating = process.env.UPDATE_GOLDEN === "1";
if (updating && process.env.CI !== undefined) throw new Error("golden files are not written in CI");

function readCase(directory: string): LabText {
  const paths = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "expected.txt")
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
  const files = (path: string) => (paths.includes(path) ? readFileSync(join(directory, path), "utf8") : null);
  const source = (path: string) => ({ path, text: files(path) ?? "" });
  return {
    lab: source("cairn.yaml"),
    contributions: paths
      .filter((path) => /^contributions\/.*\.ya?ml$/.test(path))
      .map((path) => ({ id: basename(path).replace(/\.ya?ml$/, ""), source: source(path) })),
    paths,
    files,
    loadPatch: ({ kind, name }) => {
      if (kind === "branch") return err("git knows no such branch");
      const text = files(name);
      return text === null ? err("there is no such file in the lab") : ok(text);
    },
  };
}

function messages(directory: string): string {
  const { diagnostics } = checkLab(readCase(directory));
  return diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic, { color: false })}\n`).join("\n");
}

describe("bad labs", () => {
  test("are many", () => expect(cases.length).toBeGreaterThanOrEqual(40));

  test.each(cases)("%s", (name) => {
    const directory = join(root, name);
    const expected = join(directory, "expected.txt");
    const actual = messages(directory);
    if (updating) writeFileSync(expected, actual);
    expect(actual).not.toBe("");
    expect(existsSync(expected), "no expected.txt: UPDATE_GOLDEN=1 writes one").toBe(true);
    expect(actual).toBe(readFileSync(expected, "utf8"));
  });
});
