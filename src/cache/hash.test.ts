import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../base/digest.ts";
import { hashFile, openHashMemo } from "./hash.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cairn-hash-"));
  path = join(folder, "file");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An identity as the file system would show it, `age` milliseconds after the last change. */
const identity = (age: number, ino = 1n) => {
  const at = BigInt(Date.now() - age) * 1_000_000n;
  return { size: 1n, ino, mtimeNs: at, ctimeNs: at };
};

describe("the memo of hashes", () => {
  it("believes an identity that stands, in this process and the next", async () => {
    const stat = identity(60_000);
    const file = join(folder, "memo.json");
    const memo = await openHashMemo(file);
    writeFileSync(path, "1");
    expect(await memo.digest(path, stat)).toBe(sha256("1"));
    // Behind its back: only the identity is looked at.
    writeFileSync(path, "2");
    expect(await memo.digest(path, stat)).toBe(sha256("1"));
    await memo.save();
    expect(await (await openHashMemo(file)).digest(path, stat)).toBe(sha256("1"));
    for (const change of [{ size: 2n }, { ino: 2n }, { mtimeNs: 1n }, { ctimeNs: 1n }]) {
      expect(await (await openHashMemo(file)).digest(path, { ...stat, ...change })).toBe(sha256("2"));
    }
  });

  it("does not believe one that is younger than the coarsest clock can tell", async () => {
    const memo = await openHashMemo(null);
    const stat = identity(0);
    writeFileSync(path, "1");
    expect(await memo.digest(path, stat)).toBe(sha256("1"));
    writeFileSync(path, "2");
    expect(await memo.digest(path, stat)).toBe(sha256("2"));
  });

  it("forgets files that nobody asked for", async () => {
    const file = join(folder, "memo.json");
    const stat = identity(60_000);
    writeFileSync(path, "1");
    const first = await openHashMemo(file);
    await first.digest(path, stat);
    await first.save();
    const second = await openHashMemo(file);
    const other = join(folder, "other");
    writeFileSync(other, "o");
    await second.digest(other, stat);
    await second.save();
    writeFileSync(path, "2");
    expect(await (await openHashMemo(file)).digest(path, stat)).toBe(sha256("2"));
  });

  it("may be saved by several at the same time", async () => {
    writeFileSync(path, "1");
    const file = join(folder, "memo.json");
    const memos = await Promise.all(Array.from({ length: 20 }, () => openHashMemo(file)));
    for (const memo of memos) await memo.digest(path, identity(60_000));
    await Promise.all(memos.map((memo) => memo.save()));
    expect(readdirSync(folder).sort()).toEqual(["file", "memo.json"]);
  });
});

describe("a file's digest", () => {
  it("is the same streamed and in one piece", async () => {
    const text = "0123456789".repeat(300_000);
    writeFileSync(path, text);
    expect(await hashFile(path, 1)).toBe(sha256(text));
    expect(await hashFile(path, text.length)).toBe(sha256(text));
  });
});
