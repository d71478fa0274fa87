import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "../base/digest.ts";
import type { Tree } from "./recipe.ts";
import { editTree, matchCode } from "./tree.ts";

const path = fc.constantFrom(
  "a.ts",
  "b.ts",
  "src/a.ts",
  "src/b.ts",
  "src/lib/c.ts",
  "src/.d.ts",
  "__proto__",
  "data/x",
);
const glob = fc.constantFrom(
  "a.ts",
  "*.ts",
  "src/**",
  "src/*.ts",
  "src/{a,b}.ts",
  "**/*.ts",
  "./a.ts",
  "src/.*",
  "data",
  "__proto__",
);
const tree: fc.Arbitrary<Tree> = fc
  .dictionary(path, fc.string())
  .map((files) => new Map(Object.entries(files).map(([name, text]) => [name, sha256(text)])));
const edits = fc
  .array(fc.tuple(path, fc.option(fc.string())), { maxLength: 4 })
  .map((entries) => new Map<string, string | null>(entries));

describe("matchCode", () => {
  test("finds after edits what it finds in a tree made from scratch", () => {
    fc.assert(
      fc.property(tree, fc.array(edits, { maxLength: 3 }), fc.array(glob, { maxLength: 3 }), (base, rounds, globs) => {
        matchCode(globs.slice(0, 1), base);
        for (const round of rounds) {
          const edited = editTree(base, round);
          const expected = new Map(base);
          for (const [name, text] of round) {
            if (text === null) expected.delete(name);
            else expected.set(name, sha256(text));
          }
          expect(new Map(edited)).toEqual(expected);
          expect(matchCode(globs, edited)).toEqual(matchCode(globs, expected));
        }
      }),
      { numRuns: 500 },
    );
  });

  test("names the first glob that matches nothing", () => {
    const files: Tree = new Map([["a.ts", sha256("")]]);
    expect(matchCode(["a.ts", "b.ts", "c.ts"], files)).toEqual({ ok: false, error: "b.ts" });
    expect(matchCode([], files)).toEqual({ ok: true, value: {} });
  });

  test("leaves a tree alone that nothing is edited in", () => {
    const files: Tree = new Map([["a.ts", sha256("")]]);
    expect(editTree(files, new Map())).toBe(files);
  });
});
