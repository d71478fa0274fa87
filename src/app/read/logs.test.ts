import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readPiece } from "./logs.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "cairn-log-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const path = () => join(dir, "a.log");
const tail = 64_000;

test("pieces put together are the file, however it grows and whatever characters it is cut in", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", "\n", "é", "汉", "🪨", "\r"), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(200), { maxLength: 8 }), async (whole, cuts) => {
      const bytes = Buffer.from(whole);
      let read = "";
      let offset = 0;
      for (const size of [...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]) {
        writeFileSync(path(), bytes.subarray(0, size));
        const piece = await readPiece(path(), { offset, tail }, false);
        expect([piece.offset, piece.over]).toEqual([offset, false]);
        expect(piece.text).not.toContain("\ufffd");
        read += piece.text;
        offset = piece.next;
      }
      const last = await readPiece(path(), { offset, tail }, true);
      expect(read + last.text).toBe(whole);
      expect([last.over, last.next]).toEqual([true, bytes.length]);
    }),
    { numRuns: 60 },
  );
});

test("the tail begins at a character", async () => {
  writeFileSync(path(), "汉".repeat(10));
  for (const [bytes, characters] of [
    [1, 0],
    [3, 1],
    [4, 1],
    [5, 1],
    [6, 2],
    [100, 10],
  ] as const) {
    const piece = await readPiece(path(), { tail: bytes }, true);
    expect(piece.text).toBe("汉".repeat(characters));
    expect(piece.offset + 3 * characters).toBe(30);
  }
});

test("bytes that are no text come to an end too", async () => {
  const bytes = Buffer.alloc(10, 0xf0);
  writeFileSync(path(), bytes);
  const piece = await readPiece(path(), { offset: 0, tail }, true);
  expect([piece.next, piece.over]).toEqual([10, true]);
});

test("a file that is shorter than what was read of another is told from its beginning; one that is not there is empty", async () => {
  writeFileSync(path(), "new");
  expect(await readPiece(path(), { offset: 50, tail }, false)).toMatchObject({ text: "new", offset: 0, next: 3 });
  expect(await readPiece(join(dir, "none.log"), { offset: 0, tail }, true)).toEqual({
    text: "",
    offset: 0,
    next: 0,
    size: 0,
    over: true,
  });
});
