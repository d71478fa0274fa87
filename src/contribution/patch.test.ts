import { createTwoFilesPatch } from "diff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Patch } from "./contribution.ts";
import { applyPatches, patchPaths, readPatch } from "./patch.ts";

const patch = (text: string): Patch => ({ origin: "x.patch", text });
const reader = (files: Readonly<Record<string, string>>) => (path: string) =>
  Object.hasOwn(files, path) ? (files[path] ?? null) : null;

function apply(texts: readonly string[], files: Readonly<Record<string, string>>) {
  const applied = applyPatches(texts.map(patch), reader(files));
  return applied.ok ? Object.fromEntries(applied.value) : applied.error.message;
}

const edit = "--- a/x.ts\n+++ b/x.ts\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n";

describe("applyPatches", () => {
  test("turns any text into any other, with the patch made for it", () => {
    const text = fc
      .array(fc.constantFrom("a", "b", "c", "", "+d", "-e", " f", "@@ -1 +1 @@"), { maxLength: 12 })
      .map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 3 }), (before, after, context) => {
        fc.pre(before !== after);
        const made = createTwoFilesPatch("a/x.ts", "b/x.ts", before, after, "", "", { context });
        expect(apply([made], { "x.ts": before })).toEqual({ "x.ts": after });
      }),
    );
  });

  test("applies one after the other, and knows what the first did", () => {
    const second = "--- x.ts\n+++ x.ts\n@@ -2,2 +2,2 @@\n-TWO\n+2\n three\n";
    expect(apply([edit, second], { "x.ts": "one\ntwo\nthree\n" })).toEqual({ "x.ts": "one\n2\nthree\n" });
    expect(apply([second, edit], { "x.ts": "one\ntwo\nthree\n" })).toMatch(
      /^hunk 1 does not fit `x.ts`: line 2 is `two`/,
    );
  });

  test("creates, deletes and renames files", () => {
    const create = "diff --git a/n.ts b/n.ts\nnew file mode 100644\n--- /dev/null\n+++ b/n.ts\n@@ -0,0 +1 @@\n+hi\n";
    const remove =
      "diff --git a/x.ts b/x.ts\ndeleted file mode 100644\n--- a/x.ts\n+++ /dev/null\n@@ -1 +0,0 @@\n-hi\n";
    const rename = "diff --git a/x.ts b/y.ts\nsimilarity index 100%\nrename from x.ts\nrename to y.ts\n";
    expect(apply([create], {})).toEqual({ "n.ts": "hi\n" });
    expect(apply([create], { "n.ts": "old\n" })).toBe("it creates `n.ts`, which is there already");
    expect(apply([remove], { "x.ts": "hi\n" })).toEqual({ "x.ts": null });
    expect(apply([remove], { "x.ts": "hi\nmore\n" })).toMatch(/holds more than the patch says/);
    expect(apply([rename], { "x.ts": "hi\n" })).toEqual({ "x.ts": null, "y.ts": "hi\n" });
    expect(apply([remove, create.replaceAll("n.ts", "x.ts")], { "x.ts": "hi\n" })).toEqual({});
    expect(apply([create, remove.replaceAll("x.ts", "n.ts")], {})).toEqual({});
  });

  test("moves with lines that were added above, and takes no other context", () => {
    expect(apply([edit], { "x.ts": "zero\none\ntwo\nthree\n" })).toEqual({ "x.ts": "zero\none\nTWO\nthree\n" });
    expect(apply([edit], { "x.ts": "one\ntwo\nthree!\n" })).toMatch(
      /line 3 is `three!` where the patch expects `three`/,
    );
    expect(apply([edit], { "x.ts": "one\n" })).toMatch(/line 2 is an empty line where/);
    expect(apply([edit], {})).toBe("there is no file `x.ts` in the lab");
  });

  test("refuses a hunk that would fit in several places", () => {
    const loose = "--- a/x.ts\n+++ b/x.ts\n@@ -1 +1 @@\n-x\n+y\n";
    expect(apply([loose], { "x.ts": "x\nx\n" })).toBe(
      "hunk 1 has no lines of context, and could go anywhere in `x.ts`",
    );
    expect(apply([loose], { "x.ts": "x\n" })).toEqual({ "x.ts": "y\n" });
  });

  test("names the first of many hunks that does not fit, without trying every one of them", () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `line ${i}`);
    // Tried one after the other, these would take the better part of an hour.
    const hunks = Array.from({ length: 20_000 }, (_, i) => {
      const [kept, old] = [lines[3 * i] ?? "", lines[3 * i + 1] ?? ""];
      return `@@ -${3 * i + 1},2 +${3 * i + 1},2 @@\n ${kept}\n-${i < 12_345 ? old : "something else"}\n+new\n`;
    });
    expect(apply([`--- a/x.ts\n+++ b/x.ts\n${hunks.join("")}`], { "x.ts": `${lines.join("\n")}\n` })).toMatch(
      /^hunk 12346 does not fit/,
    );
  });

  test("reads a patch once, whatever is under it", () => {
    const tail = `-- \n2${" ".repeat(1_000_000)}`;
    expect(readPatch(patch(`${edit}${tail}`))).toMatchObject({ ok: true });
    expect(readPatch(patch(`${edit}${tail}x\n+y\n`))).toMatchObject({ ok: false });
  });

  test("names the hunk, and where it stands in the patch", () => {
    const text = `${edit}@@ -4,2 +4,2 @@\n four\n-five\n+5\n`;
    const applied = applyPatches([patch(text)], reader({ "x.ts": "one\ntwo\nthree\nfour\nFIVE\n" }));
    expect(applied).toMatchObject({ ok: false, error: { hunk: 2, path: "x.ts", origin: "x.patch" } });
    const span = applied.ok ? null : applied.error.span;
    expect(text.slice(span?.start, span?.end)).toBe("@@ -4,2 +4,2 @@");
  });
});

describe("readPatch", () => {
  test("reads what git format-patch writes, around the diff too", () => {
    const mail = `From 1f2e Mon Sep 17 00:00:00 2001\nSubject: [PATCH] x\n\n---\n x.ts | 2 +-\n\ndiff --git a/x.ts b/x.ts\nindex 1..2 100644\n${edit}-- \n2.40.1\n\n`;
    expect(apply([mail], { "x.ts": "one\ntwo\nthree\n" })).toEqual({ "x.ts": "one\nTWO\nthree\n" });
  });

  test("leaves out contributions/, which a branch brings along", () => {
    const both = edit + edit.replaceAll("x.ts", "contributions/x.yaml");
    expect(patchPaths(patch(both))).toEqual(["x.ts"]);
    expect(readPatch(patch(edit.replaceAll("x.ts", "contributions/x.yaml")))).toMatchObject({ ok: false });
  });

  test.each([
    "../x.ts",
    "/etc/passwd",
    ".git/config",
    "sub/.git/config",
    ".GIT/config",
    ".cairn/store.db",
    "cairn.yaml",
    "C:/x",
  ])("refuses %s", (path) => {
    const at = (a: string, b: string) => readPatch(patch(edit.replace("a/x.ts", a).replace("b/x.ts", b)));
    expect(at(`a/${path}`, `b/${path}`).ok).toBe(false);
    expect(at(path, path).ok).toBe(false);
    expect(at("a/x.ts", `b/${path}`).ok).toBe(false);
    expect(at("/dev/null", `b/${path}`).ok).toBe(false);
  });
});
