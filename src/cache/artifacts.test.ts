import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { artifactsContract, damageFile, type Files, writeTree } from "../../test/contracts/artifacts.ts";
import type { Digest } from "../base/digest.ts";
import { createArtifacts, removeReadOnly } from "./artifacts.ts";

let root = "";
let count = 0;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cairn-artifacts-"));
});
afterEach(() => removeReadOnly(root));

function directory(files: Files): string {
  return writeTree(join(root, `out-${count++}`), files);
}

async function published(path: string, store = createArtifacts(join(root, "store"))): Promise<Digest> {
  const digest = await store.publish(path);
  if (!digest.ok) throw new Error(JSON.stringify(digest.error));
  return digest.value;
}

async function opened(digest: Digest, store = createArtifacts(join(root, "store"))): Promise<string> {
  const path = await store.open(digest);
  if (path === null) throw new Error("not there");
  return path;
}

let contractRoot = "";
artifactsContract({
  name: "local",
  begin: async (fresh) => {
    contractRoot = fresh;
  },
  open: () => createArtifacts(join(contractRoot, "store")),
  harm: async (digest, harm) => harm(createArtifacts(join(contractRoot, "store")).pathOf(digest)),
  trees: 50,
});

describe("publishing", () => {
  it("names a directory by its content: the order of making, times and owners do not matter, all else does", async () => {
    const base: Files = { a: "1", "sub/b": "2" };
    const same = directory({ "sub/b": "2", a: "1" });
    utimesSync(join(same, "a"), 1, 1);
    const digest = await published(directory(base));
    expect(await published(same)).toBe(digest);
    const others: Files[] = [
      { a: "1" },
      { a: "1", "sub/b": "3" },
      { a: "1", "sub/c": "2" },
      { "a*": "1", "sub/b": "2" },
      { a: "1", "sub/b": "2", "e/": "" },
      { a: "1", sub: "2" },
      {},
    ];
    const digests = [digest];
    for (const files of others) digests.push(await published(directory(files)));
    expect(new Set(digests).size).toBe(others.length + 1);
  });

  it("keeps links that stay inside, and refuses all others", async () => {
    const inside = directory({ "sub/a": "1" });
    symlinkSync("sub/a", join(inside, "link"));
    expect(readFileSync(join(await opened(await published(inside)), "link"), "utf8")).toBe("1");
    const store = createArtifacts(join(root, "store"));
    for (const [target, kind] of [
      ["../x", "escaping-link"],
      ["/etc/passwd", "escaping-link"],
      ["nowhere", "broken-link"],
    ] as const) {
      const bad = directory({ a: "1" });
      writeFileSync(join(root, "x"), "outside");
      symlinkSync(target, join(bad, "link"));
      expect(await store.publish(bad)).toEqual({ ok: false, error: { kind, path: "link", target } });
    }
    const sly = directory({ a: "1" });
    symlinkSync(".", join(sly, "here"));
    symlinkSync("here/here/../x", join(sly, "link"));
    expect(await store.publish(sly)).toMatchObject({ ok: false, error: { kind: "escaping-link", path: "link" } });
    const pipe = directory({});
    execFileSync("mkfifo", [join(pipe, "p")]);
    expect(await store.publish(pipe)).toEqual({ ok: false, error: { kind: "special-file", path: "p" } });
  });
});

describe("opening", () => {
  it("notices damage, whatever it is, and quarantines it", async () => {
    const harms: ((path: string) => void)[] = [
      (path) => damageFile(join(path, "a")),
      (path) => {
        chmodSync(path, 0o755);
        rmSync(join(path, "a"));
      },
      (path) => {
        chmodSync(path, 0o755);
        writeFileSync(join(path, "extra"), "");
      },
      (path) => chmodSync(join(path, "a"), 0o755),
    ];
    for (const harm of harms) {
      const digest = await published(directory({ a: "1", "s/b": "2" }));
      const store = createArtifacts(join(root, "store"));
      harm(await opened(digest, store));
      expect(await store.open(digest)).toBeNull();
      expect(await store.open(digest)).toBeNull();
    }
    expect(readdirSync(join(root, "store/quarantine"))).toHaveLength(harms.length);
  });
});

describe("fsck", () => {
  it("finds what does not match, quarantines it, and leaves the rest", async () => {
    const store = createArtifacts(join(root, "store"));
    const good = await published(directory({ a: "good" }), store);
    const bad = await published(directory({ a: "bad" }), store);
    damageFile(join(await opened(bad, store), "a"));
    writeFileSync(join(root, "store/artifacts", good.slice(0, 2), "stray"), "");
    const seen: number[] = [];
    const report = await store.fsck(({ done }) => seen.push(done));
    expect(report).toMatchObject({
      checked: 2,
      bytes: 4,
      damaged: [{ digest: bad }],
      strays: [`${good.slice(0, 2)}/stray`],
    });
    expect(existsSync(report.damaged[0]?.movedTo ?? "")).toBe(true);
    expect(seen).toEqual([1, 2]);
    expect(await store.open(good)).not.toBeNull();
    expect((await store.fsck()).checked).toBe(1);
  });

  it("sees a change that kept size and time, which an earlier look would be believed over", async () => {
    const store = createArtifacts(join(root, "store"));
    const digest = await published(directory({ a: "1" }), store);
    const file = join(await opened(digest, store), "a");
    const { atime, mtime } = statSync(file);
    chmodSync(file, 0o644);
    writeFileSync(file, "2");
    utimesSync(file, atime, mtime);
    chmodSync(file, 0o444);
    expect((await store.fsck()).damaged).toHaveLength(1);
  });
});

describe("gc", () => {
  it("removes what is neither kept nor young; a dry run only says so", async () => {
    const store = createArtifacts(join(root, "store"));
    const [kept, gone] = [
      await published(directory({ a: "kept" }), store),
      await published(directory({ a: "gone" }), store),
    ];
    const future = Date.now() + 60_000;
    const known = new Set([kept, gone]);
    expect(await store.gc({ keep: new Set(), known }, 0)).toEqual({ removed: [], bytes: 0, kept: 2 });
    const expected = { removed: [gone], bytes: 4, kept: 1 };
    expect(await store.gc({ keep: new Set([kept]), known }, future, { dryRun: true })).toEqual(expected);
    expect(await store.open(gone)).not.toBeNull();
    expect(await store.gc({ keep: new Set([kept]), known }, future)).toEqual(expected);
    expect(await store.open(gone)).toBeNull();
    expect(await store.open(kept)).not.toBeNull();
    expect(existsSync(join(root, "store/quarantine"))).toBe(false);
  });
});

describe("removing", () => {
  it("takes read-only folders too", async () => {
    const path = await opened(await published(directory({ "a/b/c": "1" })));
    cpSync(path, join(root, "copy"), { recursive: true });
    await removeReadOnly(join(root, "copy"));
    await removeReadOnly(join(root, "never"));
    expect(existsSync(join(root, "copy"))).toBe(false);
  });
});
