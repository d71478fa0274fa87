import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLogFile } from "./log-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cairn-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("stays bounded, keeps whole lines, and the newest of them in order, whoever writes", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1), fc.nat(40)), { maxLength: 60 }), (writes) => {
      const dir = mkdtempSync(join(folder, "case-"));
      const path = join(dir, "log.jsonl");
      const options = { bytes: 100, kept: 2 };
      const writers = [createLogFile(path, options), createLogFile(path, options)];
      const lines = writes.map(([, size], i) => `${i} ${"x".repeat(size)}\n`);
      writes.forEach(([writer], i) => {
        writers[writer]?.(lines[i] ?? "");
      });
      const files = ["log.2.jsonl", "log.1.jsonl", "log.jsonl"].filter((name) => existsSync(join(dir, name)));
      expect(readdirSync(dir).sort()).toEqual([...files].sort());
      for (const name of files) expect(statSync(join(dir, name)).size).toBeLessThanOrEqual(100);
      const kept = files.map((name) => readFileSync(join(dir, name), "utf8")).join("");
      expect(lines.join("").endsWith(kept)).toBe(true);
      if (writes.length > 0) expect(kept.endsWith(lines.at(-1) ?? "")).toBe(true);
    }),
  );
});

test("what cannot be written ends nothing", () => {
  const path = join(folder, "log.jsonl");
  mkdirSync(path);
  expect(() => createLogFile(path, { bytes: 100, kept: 2 })("a line\n")).not.toThrow();
  expect(() => createLogFile(join("/dev/null", "log.jsonl"), { bytes: 100, kept: 2 })("a line\n")).not.toThrow();
});
