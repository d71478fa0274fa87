import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { contained, writeAtomically } from "./files.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cairn-files-"));
  mkdirSync(join(root, "lab", "inside"), { recursive: true });
  writeFileSync(join(root, "secret"), "outside");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("contained", () => {
  test("answers no path outside, whatever it is made of", () => {
    const part = fc.oneof(fc.constantFrom("..", ".", "", "inside", "~", "..\\", "%2e%2e"), fc.string({ maxLength: 8 }));
    const lab = join(root, "lab");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.boolean(), (parts, absolute) => {
        const path = (absolute ? "/" : "") + parts.join("/");
        const full = contained(lab, path);
        if (full !== null) expect(relative(lab, full).split("/")[0]).not.toBe("..");
        if (absolute) expect(full).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  test("follows links, and refuses those that leave", () => {
    symlinkSync(join(root, "secret"), join(root, "lab", "link"));
    symlinkSync(join(root, "lab", "inside"), join(root, "lab", "within"));
    expect(contained(join(root, "lab"), "link")).toBeNull();
    expect(contained(join(root, "lab"), "within")).toBe(join(root, "lab", "within"));
    expect(contained(join(root, "lab"), "not-there-yet")).toBe(join(root, "lab", "not-there-yet"));
    expect(contained(join(root, "lab"), "a\0b")).toBeNull();
  });
});

test("writeAtomically makes the folder, replaces the file, and leaves nothing beside it", () => {
  const path = join(root, "new", "file.txt");
  writeAtomically(path, "one");
  writeAtomically(path, "two");
  expect(readFileSync(path, "utf8")).toBe("two");
  expect(readdirSync(join(root, "new"))).toEqual(["file.txt"]);
});
