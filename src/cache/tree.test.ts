import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
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
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../base/digest.ts";
import type { Tree } from "../recipe/recipe.ts";
import { removeReadOnly } from "./artifacts.ts";
import { gcTrees, materialiseTree } from "./materialise.ts";
import { hashFiles, scanTree, TreeError } from "./tree.ts";

let top = "";
let lab = "";
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "cairn-tree-"));
  lab = join(top, "labs", "mine");
  mkdirSync(lab, { recursive: true });
});
afterEach(() => removeReadOnly(top));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(lab, path)), { recursive: true });
  writeFileSync(join(lab, path), text);
}
const git = (...args: string[]) => execFileSync("git", ["-C", top, ...args], { stdio: ["ignore", "pipe", "ignore"] });
const texts = (files: Readonly<Record<string, string>>) =>
  new Map(Object.entries(files).map(([path, text]) => [path, sha256(text)]));

describe("a lab's tree", () => {
  it("is what git tracks or would, in a lab that is a folder of a larger repository", async () => {
    git("init", "-q");
    writeFileSync(join(top, ".gitignore"), "data/\n*.bin\n");
    writeFileSync(join(top, "outside.ts"), "no part of the lab");
    write("stages/a.ts", "a");
    write("stages/naïve name.ts", "b");
    write("data/corpus", "large");
    write("model.bin", "large");
    write(".cairn/cairn.db", "own");
    write("gone.ts", "deleted, but git lists it");
    git("add", "-A");
    rmSync(join(lab, "gone.ts"));
    write("untracked.ts", "c");
    const expected = texts({ "stages/a.ts": "a", "stages/naïve name.ts": "b", "untracked.ts": "c" });
    expect(await scanTree(lab)).toEqual(expected);
    expect([...(await scanTree(lab)).keys()]).toEqual([...expected.keys()]);
  });

  it("is everything but Cairn's, git's and installed packages where there is no git", async () => {
    write("a.ts", "a");
    write("sub/deep/b", "b");
    write(".hidden", "h");
    write(".cairn/x", "own");
    write("node_modules/p/index.js", "p");
    write("sub/node_modules/p/index.js", "p");
    expect(await scanTree(lab)).toEqual(texts({ ".hidden": "h", "a.ts": "a", "sub/deep/b": "b" }));
  });

  it("is everything, too, in a lab that git ignores as a whole", async () => {
    git("init", "-q");
    writeFileSync(join(top, ".gitignore"), "/labs/\n");
    write("a.ts", "a");
    expect(await scanTree(lab)).toEqual(texts({ "a.ts": "a" }));
  });

  it("holds a nested repository's files", async () => {
    git("init", "-q");
    write("vendor/lib/x.ts", "x");
    execFileSync("git", ["init", "-q", join(lab, "vendor/lib")]);
    expect(await scanTree(lab)).toEqual(texts({ "vendor/lib/x.ts": "x" }));
  });

  it("follows links to what is there, and refuses those that lead out or round", async () => {
    write("real/a", "a");
    writeFileSync(join(top, "shared.ts"), "shared");
    symlinkSync("../../shared.ts", join(lab, "file"));
    symlinkSync("real", join(lab, "folder"));
    symlinkSync("nowhere", join(lab, "broken"));
    expect(await scanTree(lab)).toEqual(texts({ file: "shared", "folder/a": "a", "real/a": "a" }));
    symlinkSync("../..", join(lab, "out"));
    symlinkSync("..", join(lab, "real", "up"));
    const error = await scanTree(lab).catch((e: unknown) => e);
    if (!(error instanceof TreeError)) throw error;
    expect(error.problems.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      "outside-folder folder/up",
      "outside-folder out",
      "outside-folder real/up",
    ]);
    expect(error.message).toContain("let git ignore it (.gitignore)");
  });

  it("names every pipe and unreadable file", async () => {
    write("secret", "s");
    execFileSync("mkfifo", [join(lab, "pipe")]);
    chmodSync(join(lab, "secret"), 0);
    const error = await scanTree(lab).catch((e: unknown) => e);
    if (!(error instanceof TreeError)) throw error;
    // Root reads everything.
    const unreadable = process.getuid?.() === 0 ? [] : ["unreadable secret"];
    expect(error.problems.map(({ kind, path }) => `${kind} ${path}`)).toEqual(["special-file pipe", ...unreadable]);
  });

  it("never believes an old digest of a file that was changed, and survives a broken memo", async () => {
    const file = join(lab, "a");
    write("a", "1");
    utimesSync(file, 1000, 1000);
    expect(await scanTree(lab)).toEqual(texts({ a: "1" }));
    // The same size and time: the change of status gives it away.
    writeFileSync(file, "2");
    utimesSync(file, 1000, 1000);
    expect(await scanTree(lab)).toEqual(texts({ a: "2" }));
    for (let i = 0; i < 30; i++) {
      writeFileSync(file, String(i % 10));
      expect(await scanTree(lab)).toEqual(texts({ a: String(i % 10) }));
    }
    write(".cairn/hashes.json", '[["half');
    expect(await scanTree(lab)).toEqual(texts({ a: "9" }));
  });

  it("does without its memory where that cannot be written", async () => {
    write("a", "1");
    mkdirSync(join(lab, ".cairn", "hashes.json", "in the way"), { recursive: true });
    expect(await scanTree(lab)).toEqual(texts({ a: "1" }));
    expect(readdirSync(join(lab, ".cairn"))).toEqual(["hashes.json"]);
  });

  it("can be asked about single files", async () => {
    write("a", "1");
    expect(await hashFiles(lab, ["a", "gone", "a/below"])).toEqual(
      new Map([
        ["a", sha256("1")],
        ["gone", null],
        ["a/below", null],
      ]),
    );
  });
});

describe("an edited copy", () => {
  const workspace = () => join(lab, ".cairn");
  const edited = async (edits: ReadonlyMap<string, string | null>) => {
    const tree = new Map(await scanTree(lab));
    for (const [path, text] of edits) {
      if (text === null) tree.delete(path);
      else tree.set(path, sha256(text));
    }
    return tree;
  };
  const materialise = (
    tree: Tree,
    edits: ReadonlyMap<string, string | null>,
    code: readonly string[] = [...tree.keys()],
  ) => materialiseTree(lab, tree, edits, new Set(code), workspace());
  const copyOf = async (edits: ReadonlyMap<string, string | null>, tree?: Tree) => {
    const made = await materialise(tree ?? (await edited(edits)), edits);
    if (!made.ok) throw new Error(JSON.stringify(made.error));
    return made.value;
  };

  it("has the files with the edits, their modes, and links to all the rest", async () => {
    git("init", "-q");
    writeFileSync(join(top, ".gitignore"), "data\n*.bin\n__pycache__\nnode_modules\n");
    mkdirSync(join(top, "node_modules", "p"), { recursive: true });
    write("run.sh", "old");
    chmodSync(join(lab, "run.sh"), 0o755);
    write("stages/a.py", "a");
    write("stages/weights.bin", "w");
    write("stages/__pycache__/a.pyc", "stale");
    write("data/corpus", "d");
    write("gone.ts", "g");
    const copy = await copyOf(
      new Map([
        ["run.sh", "new"],
        ["gone.ts", null],
        ["added/b.ts", "b"],
      ]),
    );
    expect(readFileSync(join(copy, "run.sh"), "utf8")).toBe("new");
    expect(statSync(join(copy, "run.sh")).mode & 0o111).not.toBe(0);
    expect(readFileSync(join(copy, "added/b.ts"), "utf8")).toBe("b");
    expect(existsSync(join(copy, "gone.ts"))).toBe(false);
    expect(readFileSync(join(copy, "data/corpus"), "utf8")).toBe("d");
    expect(readFileSync(join(copy, "stages/weights.bin"), "utf8")).toBe("w");
    expect(readlinkSync(join(copy, "node_modules"))).toBe(join(top, "node_modules"));
    expect(existsSync(join(copy, "stages/__pycache__"))).toBe(false);
    expect(existsSync(join(copy, ".cairn"))).toBe(false);
    // A stage may write over its code without the lab seeing it.
    writeFileSync(join(copy, "stages/a.py"), "scribble");
    expect(readFileSync(join(lab, "stages/a.py"), "utf8")).toBe("a");
  });

  it("is used again, mended where a stage wrote over it", async () => {
    write("a", "1");
    write("b", "2");
    const edits = new Map([["a", "3"]]);
    const tree = await edited(edits);
    const copy = await copyOf(edits, tree);
    const { ino } = statSync(join(copy, "b"));
    writeFileSync(join(copy, "a"), "scribble");
    write("later-data", "appeared since");
    expect(await copyOf(edits, tree)).toBe(copy);
    expect(readFileSync(join(copy, "a"), "utf8")).toBe("3");
    expect(statSync(join(copy, "b")).ino).toBe(ino);
    expect(existsSync(join(copy, "later-data"))).toBe(true);
    expect(await copyOf(new Map([["a", "4"]]))).not.toBe(copy);
  });

  it("is not made of a lab that has changed since it was read", async () => {
    write("a", "1");
    write("b", "2");
    const edits = new Map([["a", "3"]]);
    const tree = await edited(edits);
    write("b", "changed");
    expect(await materialise(tree, edits)).toEqual({
      ok: false,
      error: { kind: "code-changed", files: ["b"] },
    });
    rmSync(join(lab, "b"));
    expect(await materialise(tree, edits)).toEqual({
      ok: false,
      error: { kind: "code-changed", files: ["b"] },
    });
  });

  it("does not mind what changes beside the code", async () => {
    write("a", "1");
    write("notes.txt", "before");
    const edits = new Map([["a", "3"]]);
    const tree = await edited(edits);
    write("notes.txt", "after");
    expect((await materialise(tree, edits, ["a"])).ok).toBe(true);
    expect((await materialise(tree, edits, ["a", "notes.txt"])).ok).toBe(false);
  });

  it("is made once by many at once, and collected when it is old", async () => {
    write("a", "1");
    const edits = new Map([["a", "3"]]);
    const tree = await edited(edits);
    const copies = await Promise.all(Array.from({ length: 5 }, () => copyOf(edits, tree)));
    expect(new Set(copies).size).toBe(1);
    expect(await gcTrees(workspace(), 0)).toBe(0);
    expect(await gcTrees(workspace(), Date.now() + 60_000, true)).toBe(1);
    expect(await gcTrees(workspace(), Date.now() + 60_000)).toBe(1);
    expect(existsSync(copies[0] ?? "")).toBe(false);
  });
});
