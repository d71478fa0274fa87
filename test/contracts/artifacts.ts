import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Digest, sha256 } from "../../src/base/digest.ts";
import { type ArtifactStore, removeReadOnly } from "../../src/cache/artifacts.ts";

export interface ArtifactsBackend {
  readonly name: string;
  /** Makes what is behind it empty. @param root a fresh directory */
  begin(root: string): Promise<void>;
  /** The same store, as another process of the same workspace would open it. */
  open(): ArtifactStore;
  /** Makes the artifact unsound wherever it is. @param harm what happens to a directory that it is in */
  harm(digest: Digest, harm: (directory: string) => void): Promise<void>;
  /** How many random trees go through it. */
  readonly trees: number;
}

export type Files = Readonly<Record<string, string>>;

/** A directory with these files; a name that ends with `*` is executable, one that ends with `/` a folder. */
export function writeTree(path: string, files: Files): string {
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const full = join(path, name.replace(/\*$/, ""));
    mkdirSync(name.endsWith("/") ? full : dirname(full), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(full, text, { mode: name.endsWith("*") ? 0o755 : 0o644 });
  }
  return path;
}

/** All that counts of a directory: by path, what it is and holds. */
export function readTree(root: string, folder = ""): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const name of readdirSync(join(root, folder))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    const full = join(root, path);
    const stat = lstatSync(full);
    if (stat.isSymbolicLink()) tree[path] = `-> ${readlinkSync(full)}`;
    else if (stat.isFile()) tree[path] = `${(stat.mode & 0o111) !== 0 ? "x" : "-"} ${sha256(readFileSync(full))}`;
    else if (readdirSync(full).length === 0) tree[path] = "empty";
    else Object.assign(tree, readTree(root, path));
  }
  return tree;
}

/** Changes a file as a broken disk would: its times stay. */
export function damageFile(file: string): void {
  chmodSync(file, 0o644);
  const { atime, mtime } = statSync(file);
  appendFileSync(file, "x");
  utimesSync(file, atime, mtime);
}

/** What every artifact store promises, wherever its artifacts are. */
export function artifactsContract(backend: ArtifactsBackend): void {
  describe(`the artifacts contract: ${backend.name}`, () => {
    let root = "";
    let count = 0;
    beforeEach(async () => {
      root = mkdtempSync(join(tmpdir(), "cairn-artifacts-"));
      await backend.begin(root);
    });
    afterEach(() => removeReadOnly(root));

    const directory = (files: Files) => writeTree(join(root, `out-${count++}`), files);
    const publish = async (path: string, store = backend.open()): Promise<Digest> => {
      const digest = await store.publish(path);
      if (!digest.ok) throw new Error(JSON.stringify(digest.error));
      return digest.value;
    };
    const open = async (digest: Digest, store = backend.open()): Promise<string> => {
      const path = await store.open(digest);
      if (path === null) throw new Error("not there");
      return path;
    };

    it("keeps a directory as it was, read-only", async () => {
      const source = directory({ a: "1", "sub/b*": "2", "empty/": "", "same/c": "1", nothing: "" });
      symlinkSync("../sub/b", join(source, "same/link"));
      const expected = readTree(source);
      const path = await open(await publish(source));
      expect(existsSync(source)).toBe(false);
      expect(readTree(path)).toEqual(expected);
      for (const [name, mode] of [
        ["a", 0o444],
        ["sub/b", 0o555],
        ["sub", 0o555],
        ["empty", 0o555],
        ["", 0o555],
      ] as const) {
        expect(statSync(join(path, name)).mode & 0o777).toBe(mode);
      }
    });

    it("of what is there already changes nothing", async () => {
      const store = backend.open();
      const digest = await publish(directory({ a: "1" }), store);
      const { ino } = statSync(await open(digest, store));
      expect(await publish(directory({ a: "1" }), store)).toBe(digest);
      expect(statSync(await open(digest, backend.open())).ino).toBe(ino);
    });

    it("keeps names that are odd, and files that are large", async () => {
      const names = [
        "ü",
        "u\u0308",
        "日本語",
        "a b",
        "-rf",
        ".hidden",
        "%41",
        "a?b#c",
        "q'\"\\",
        "new\nline",
        "+&=;:@$,~!*(",
      ];
      const source = directory({});
      for (const name of names) writeFileSync(join(source, name), name);
      execFileSync("sh", ["-c", `seq 1 2500000 > "$0/large"`, source]);
      const expected = readTree(source);
      expect(readTree(await open(await publish(source)))).toEqual(expected);
    });

    it("refuses what has no content of its own", async () => {
      const store = backend.open();
      const bad = directory({ a: "1" });
      symlinkSync("/etc/passwd", join(bad, "link"));
      expect(await store.publish(bad)).toMatchObject({ ok: false, error: { kind: "escaping-link", path: "link" } });
    });

    it("has nothing for what was never published", async () => {
      const store = backend.open();
      expect(await store.open(sha256("never"))).toBeNull();
      expect(await store.has(sha256("never"))).toBe(false);
    });

    it("never gives what is damaged, and has it again when it is published again", async () => {
      const harms: ((path: string) => void)[] = [
        (path) => damageFile(join(path, "a")),
        (path) => {
          chmodSync(path, 0o755);
          rmSync(join(path, "a"));
        },
      ];
      for (const harm of harms) {
        const digest = await publish(directory({ a: "1", "s/b": "2" }));
        await backend.harm(digest, harm);
        const store = backend.open();
        expect(await store.open(digest)).toBeNull();
        expect(await store.open(digest)).toBeNull();
        expect(await publish(directory({ a: "1", "s/b": "2" }), store)).toBe(digest);
        expect(readTree(await open(digest))).toEqual({ a: `- ${sha256("1")}`, "s/b": `- ${sha256("2")}` });
      }
    });

    it("of the same content by many at once ends well for all", async () => {
      const stores = Array.from({ length: 6 }, () => backend.open());
      const digests = await Promise.all(stores.map((store) => publish(directory({ a: "1", "b/c": "2" }), store)));
      expect(new Set(digests).size).toBe(1);
      const paths = await Promise.all(stores.map((store) => open(digests[0] ?? sha256(""), store)));
      expect(readTree(paths[0] ?? "")).toEqual({ a: `- ${sha256("1")}`, "b/c": `- ${sha256("2")}` });
      expect((await backend.open().fsck()).damaged).toEqual([]);
    });

    it("gives back every tree, under a name that only it has", async () => {
      const name = fc.constantFrom("a", "b*", "c/d", "c/e", "f/g/h", "i/", "c/j/");
      const files = fc.dictionary(name, fc.string({ maxLength: 3, unit: "binary" }), { maxKeys: 5 });
      const store = backend.open();
      const seen = new Map<string, Digest>();
      await fc.assert(
        fc.asyncProperty(files, async (tree) => {
          const source = directory(tree);
          const written = readTree(source);
          const digest = await publish(source, store);
          expect(readTree(await open(digest, store))).toEqual(written);
          const content = JSON.stringify(Object.entries(written).sort());
          expect(seen.get(content) ?? digest).toBe(digest);
          seen.set(content, digest);
          expect(new Set(seen.values()).size).toBe(seen.size);
        }),
        { numRuns: backend.trees },
      );
    });

    it("is cleaned of what is known, not kept and old; a dry run only says so", async () => {
      const store = backend.open();
      const [kept, gone] = [await publish(directory({ a: "kept" })), await publish(directory({ a: "gone" }))];
      const needs = { keep: new Set([kept]), known: new Set([kept, gone]) };
      const future = Date.now() + 60_000;
      expect(await store.gc(needs, 0)).toMatchObject({ removed: [], kept: 2 });
      expect(await store.gc(needs, future, { dryRun: true })).toMatchObject({ removed: [gone], kept: 1 });
      expect(await store.has(gone)).toBe(true);
      expect(await store.gc(needs, future)).toMatchObject({ removed: [gone], kept: 1 });
      expect([await store.has(gone), await store.open(gone)]).toEqual([false, null]);
      expect(await store.open(kept)).not.toBeNull();
    });
  });
}
