import { applyPatch, parsePatch, type StructuredPatch } from "diff";
import { err, ok, type Result } from "../base/result.ts";
import { isInternal, pathProblem } from "../lab/glob.ts";
import type { Source, Span } from "../lab/source.ts";
import type { Patch } from "./contribution.ts";

/** Unified diffs, as `diff -u` and `git diff` write them, on the lab's text files. Context must match exactly. */

/** The change of one file. */
export interface FilePatch {
  /** Null: the file is created. */
  readonly from: string | null;
  /** Null: the file is deleted. */
  readonly to: string | null;
  readonly diff: StructuredPatch;
  /** Hunks of the patch that stand before this file's. */
  readonly hunksBefore: number;
}

/** Why a patch does not apply. */
export interface PatchFailure {
  readonly origin: string;
  readonly path: string;
  /** From 1; null when it is not about one hunk. */
  readonly hunk: number | null;
  /** A clause: "hunk 2 does not fit `x.ts`: …". */
  readonly message: string;
  /** The hunk's first line in the patch. */
  readonly span: Span;
}

/** Why a text cannot be used as a patch at all: a clause, and what would be right. */
export interface PatchProblem {
  readonly message: string;
  readonly help: string;
}

const parsed = new WeakMap<Patch, Result<readonly FilePatch[], PatchProblem>>();

/** The files a patch changes, in its order. */
export function readPatch(patch: Patch): Result<readonly FilePatch[], PatchProblem> {
  let result = parsed.get(patch);
  if (result === undefined) {
    result = parse(patch);
    parsed.set(patch, result);
  }
  return result;
}

/** Every path that a patch reads or writes. */
export function patchPaths(patch: Patch): readonly string[] {
  const files = readPatch(patch);
  if (!files.ok) return [];
  const paths = files.value.flatMap(({ from, to }) => [from, to]).filter((path) => path !== null);
  return [...new Set(paths)];
}

const remake = "Make it with `git diff --relative` in the lab's directory, or with `diff -u`.";
const textOnly = "A patch changes lines of the lab's own text files.";

function parse(patch: Patch): Result<readonly FilePatch[], PatchProblem> {
  const text = withoutSignature(patch.text);
  let diffs: StructuredPatch[];
  try {
    diffs = parsePatch(text);
  } catch (error) {
    // The library names the hunk's line in the text, from 1.
    const line = error instanceof Error ? /line (\d+)/.exec(error.message)?.[1] : undefined;
    const where = line === undefined ? "" : ` from line ${line} on`;
    return err({ message: `it is damaged${where}: the lines do not add up to what \`@@\` says`, help: remake });
  }
  const files: FilePatch[] = [];
  let hunksBefore = 0;
  for (const diff of diffs) {
    if (diff.oldFileName === undefined && diff.newFileName === undefined && diff.hunks.length === 0) continue;
    const file = parseFile(diff, hunksBefore);
    if (!file.ok) return file;
    if (!isProposal(file.value)) files.push(file.value);
    hunksBefore += diff.hunks.length;
  }
  if (files.length > 0) return ok(files);
  const message = hunksBefore > 0 ? "it changes only `contributions/`" : "it is empty, or not a unified diff";
  return err({ message, help: remake });
}

/** What `git format-patch` writes under a patch looks like a removed line. */
function withoutSignature(text: string): string {
  const trimmed = text.trimEnd();
  const at = trimmed.lastIndexOf(signature);
  const isVersion = at !== -1 && /^[0-9][^\n]*$/.test(trimmed.slice(at + signature.length));
  return isVersion ? trimmed.slice(0, at + 1) : text;
}

const signature = "\n-- \n";

/** A branch brings its own proposal along: `contributions/` is no part of what runs. */
function isProposal({ from, to }: FilePatch): boolean {
  return (to ?? from ?? "").startsWith("contributions/");
}

function parseFile(diff: StructuredPatch, hunksBefore: number): Result<FilePatch, PatchProblem> {
  const [from, to] = fileNames(diff);
  const name = to ?? from;
  if (name === null) return err({ message: "a part of it names no file", help: remake });
  const problem = [from, to].map((path) => (path === null ? null : refusal(path))).find((found) => found !== null);
  if (problem !== undefined) return err(problem);
  if (diff.isBinary === true) return err({ message: `it changes \`${name}\`, which is not text`, help: textOnly });
  const special = [diff.oldMode, diff.newMode].find((mode) => mode === "120000" || mode === "160000");
  if (special !== undefined) {
    const what = special === "120000" ? "a link" : "a submodule";
    return err({ message: `\`${name}\` is ${what}, not a file`, help: textOnly });
  }
  if (diff.hunks.length === 0 && from === to) {
    return err({ message: `it changes no line of \`${name}\` (a change of mode does not count)`, help: textOnly });
  }
  return ok({ from: diff.isCopy === true ? null : from, to, diff, hunksBefore });
}

/** Old and new name, without the `a/` and `b/` of git; null for `/dev/null`. */
function fileNames(diff: StructuredPatch): [string | null, string | null] {
  const oldName = diff.oldFileName ?? "/dev/null";
  const newName = diff.newFileName ?? "/dev/null";
  const prefixed = /^(a\/|\/dev\/null$)/.test(oldName) && /^(b\/|\/dev\/null$)/.test(newName);
  const strip = (name: string) => (name === "/dev/null" ? null : prefixed ? name.slice(2) : name.replace(/^\.\//, ""));
  return [diff.isCreate === true ? null : strip(oldName), diff.isDelete === true ? null : strip(newName)];
}

/** Why a contribution may not change a path, or null. */
function refusal(path: string): PatchProblem | null {
  const problem = pathProblem(path);
  const inside = "Paths in a patch are relative to the lab's directory and stay in it.";
  if (problem !== null) return { message: `it changes \`${path}\`, which ${problem}`, help: inside };
  if (isInternal(path)) {
    return { message: `it changes \`${path}\`, which is not one of the lab's own files`, help: textOnly };
  }
  if (path !== "cairn.yaml") return null;
  const help = "Parameters are changed with `set`; everything else in it is the team's to change for all.";
  return { message: "it changes `cairn.yaml`", help };
}

/**
 * Applies patches one after the other to the lab's files.
 * @param files the lab's text by path, null where there is no such file
 * @returns the files that are different after it: new text, or null where the file is gone
 */
export function applyPatches(
  patches: readonly Patch[],
  files: (path: string) => string | null,
): Result<ReadonlyMap<string, string | null>, PatchFailure> {
  const edits = new Map<string, string | null>();
  const current = (path: string) => edits.get(path) ?? (edits.has(path) ? null : files(path));
  for (const patch of patches) {
    const read = readPatch(patch);
    if (!read.ok) return err(failure(patch, null, "", null, read.error.message));
    for (const file of read.value) {
      const applied = applyFile(patch, file, current);
      if (!applied.ok) return applied;
      if (file.from !== null && file.from !== file.to) edits.set(file.from, null);
      if (file.to !== null) edits.set(file.to, applied.value);
    }
  }
  for (const [path, text] of edits) if (files(path) === text) edits.delete(path);
  return ok(edits);
}

/** The new text of a file; empty for one that is deleted. */
function applyFile(
  patch: Patch,
  file: FilePatch,
  current: (path: string) => string | null,
): Result<string, PatchFailure> {
  const { from, to, diff } = file;
  const name = to ?? from ?? "";
  const before = from === null ? "" : current(from);
  if (before === null) return err(failure(patch, file, name, null, `there is no file \`${from}\` in the lab`));
  if (to !== null && to !== from && current(to) !== null) {
    return err(failure(patch, file, name, null, `it creates \`${to}\`, which is there already`));
  }
  // What deletes a file is checked as a whole, below.
  const loose = to === null ? null : firstLoose(before, diff);
  if (loose !== null) {
    const message = `hunk ${loose} has no lines of context, and could go anywhere in \`${from ?? name}\``;
    return err(failure(patch, file, name, loose, message));
  }
  const after = applyDiff(before, diff);
  if (after === false) {
    const hunk = firstMisfit(before, diff);
    const why = explainMisfit(before, diff, hunk);
    return err(failure(patch, file, name, hunk, `hunk ${hunk} does not fit \`${from ?? name}\`${why}`));
  }
  if (to !== null || after === "") return ok(after);
  return err(failure(patch, file, name, null, `it deletes \`${name}\`, and the file holds more than the patch says`));
}

/**
 * The first hunk, from 1, without a line of context: where lines above were added or removed, it would be put wherever
 * the same lines are found next. A hunk that is the whole file needs none.
 */
function firstLoose(text: string, diff: StructuredPatch): number | null {
  const count = text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
  const index = diff.hunks.findIndex(
    ({ lines, oldLines }) => !lines.some((line) => line.startsWith(" ")) && oldLines !== count,
  );
  return index === -1 ? null : index + 1;
}

/** What diffs made of texts: combinations by the thousand share the few chains of patches that a file can go through. */
const results = new WeakMap<StructuredPatch, Map<string, string | false>>();
const mostResults = 200;

/** False when the diff does not fit. */
function applyDiff(text: string, diff: StructuredPatch): string | false {
  let known = results.get(diff);
  if (known === undefined || known.size > mostResults) {
    known = new Map();
    results.set(diff, known);
  }
  let result = known.get(text);
  if (result === undefined) {
    result = applyPatch(text, diff);
    known.set(text, result);
  }
  return result;
}

/** The first hunk, from 1, that cannot be applied after those before it; not all of them can. Halves what is left. */
function firstMisfit(text: string, diff: StructuredPatch): number {
  let fit = 0;
  let misfit = diff.hunks.length;
  while (misfit - fit > 1) {
    const middle = Math.floor((fit + misfit) / 2);
    const applied = applyPatch(text, { ...diff, hunks: diff.hunks.slice(0, middle) });
    if (applied === false) misfit = middle;
    else fit = middle;
  }
  return misfit;
}

/** What stands in the file where the patch expects something else. */
function explainMisfit(text: string, diff: StructuredPatch, hunk: number): string {
  const { oldStart, lines } = diff.hunks[hunk - 1] ?? { oldStart: 1, lines: [] };
  const expected = lines.filter((line) => line.startsWith(" ") || line.startsWith("-")).map((line) => line.slice(1));
  const found = text.split("\n");
  for (const [i, line] of expected.entries()) {
    const at = oldStart + i;
    const there = found[at - 1];
    if (there === undefined) return `: the file ends before line ${at}, where the patch expects ${quote(line)}`;
    if (there !== line) return `: line ${at} is ${quote(there)} where the patch expects ${quote(line)}`;
  }
  return "";
}

function quote(line: string): string {
  const text = line.trim();
  return text === "" ? "an empty line" : `\`${text.length > 50 ? `${text.slice(0, 49)}…` : text}\``;
}

function failure(
  patch: Patch,
  file: FilePatch | null,
  path: string,
  hunk: number | null,
  message: string,
): PatchFailure {
  const source: Source = { path: patch.origin, text: patch.text };
  const heads = [...patch.text.matchAll(/^@@ [^\n]*/gm)];
  const head = file === null ? undefined : heads[file.hunksBefore + (hunk ?? 1) - 1];
  const start = head?.index ?? 0;
  const end = head === undefined ? (patch.text.split("\n")[0]?.length ?? 0) : start + head[0].length;
  return { origin: patch.origin, path, hunk, message, span: { source, start, end } };
}
