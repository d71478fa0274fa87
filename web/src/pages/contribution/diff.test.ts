import { describe, expect, test } from "vitest";
import { diffLines, patchFiles } from "./diff.ts";

const patch = `diff --git a/model/gpt.ts b/model/gpt.ts
--- a/model/gpt.ts
+++ b/model/gpt.ts
@@ -199,3 +199,4 @@ export function forward
   }
-  x = x;
+  x = rms(x);
+  y = x;
   for (;;) {}
--- /dev/null
+++ b/notes.sql
@@ -0,0 +1 @@
+-- a comment
`;

describe("a diff", () => {
  test("lines carry the numbers they have before and after", () => {
    const [file] = patchFiles(patch);
    expect(diffLines(file?.hunks ?? "")).toEqual([
      { kind: "hunk", text: "@@ -199,3 +199,4 @@ export function forward" },
      { kind: "same", text: "  }", before: 199, after: 199 },
      { kind: "removed", text: "  x = x;", before: 200 },
      { kind: "added", text: "  x = rms(x);", after: 200 },
      { kind: "added", text: "  y = x;", after: 201 },
      { kind: "same", text: "  for (;;) {}", before: 201, after: 202 },
    ]);
  });

  test("a patch falls into files, counted", () => {
    expect(patchFiles(patch).map(({ path, added, removed }) => ({ path, added, removed }))).toEqual([
      { path: "model/gpt.ts", added: 2, removed: 1 },
      { path: "notes.sql", added: 1, removed: 0 },
    ]);
  });

  test("a removed line that looks like a file's head stays a line", () => {
    const [file, ...others] = patchFiles("--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1 @@\n--- old\n keep\n");
    expect(others).toEqual([]);
    expect(file).toMatchObject({ path: "x.sql", added: 0, removed: 1 });
  });

  test("what is no patch has no files", () => {
    expect(patchFiles("hello\n@@ nothing @@\n")).toEqual([]);
  });
});
