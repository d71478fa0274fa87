import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { scanTree } from "../cache/tree.ts";
import { checkLab } from "../contribution/check.ts";
import { combinationFromIds } from "../contribution/combination.ts";
import type { Combination, Contribution, Space } from "../contribution/contribution.ts";
import type { Lab } from "../lab/lab.ts";
import type { Diagnostic, Source } from "../lab/source.ts";
import type { Tree } from "../recipe/recipe.ts";
import type { Landing } from "../release/landing.ts";
import { CairnError } from "./errors.ts";
import { contained, findUp } from "./files.ts";
import { readLandings } from "./landings.ts";

/** A lab as it stands on disk, checked: everything that is known before anything runs. */
export interface LoadedLab {
  readonly dir: string;
  readonly lab: Lab;
  readonly contributions: readonly Contribution[];
  readonly space: Space;
  /** The space's point that has landed. */
  readonly baseline: Combination;
  readonly landings: readonly Landing[];
  readonly tree: Tree;
  readonly readFile: (path: string) => string | null;
  readonly warnings: readonly Diagnostic[];
}

export const labFile = "cairn.yaml";
export const contributionsFolder = "contributions";
/** Everything Cairn keeps about a lab, beside it; ignored by git. */
export const workspaceFolder = ".cairn";

/** @throws CairnError `no-lab`. */
export function findLab(from: string): string {
  const dir = findUp(from, labFile, existsSync);
  if (dir === null) throw new CairnError({ kind: "no-lab", from });
  return dir;
}

/** Texts by path of a contribution that is not on disk yet: its own file, and its patches'. */
export type Draft = ReadonlyMap<string, string>;

const noDraft: Draft = new Map();

/**
 * Reads and checks everything; `draft` is read as if it were in the lab.
 * @throws CairnError `invalid` with every diagnostic of the lab file and of all contributions.
 */
export async function loadLab(dir: string, draft: Draft = noDraft): Promise<LoadedLab> {
  const tree = await scanTree(dir);
  const readFile = fileReader(dir);
  const { lab, contributions, space, diagnostics } = checkLab({
    lab: readSource(dir, labFile),
    contributions: contributionSources(dir, draft).map((source) => ({
      id: basename(source.path).replace(/\.ya?ml$/, ""),
      source,
    })),
    paths: [...tree.keys()],
    files: readFile,
    loadPatch: (ref) => (ref.kind === "file" ? readPatch(dir, ref.name, draft) : branchDiff(dir, ref.name)),
  });
  if (lab === null || diagnostics.some((diagnostic) => diagnostic.severity === "error")) {
    throw new CairnError({ kind: "invalid", diagnostics });
  }
  const landings = readLandings(dir);
  const baseline = baselineOf(space, landings);
  return { dir, lab, contributions, space, baseline, landings, tree, readFile, warnings: diagnostics };
}

/** @throws CairnError `damaged` when a landed level has no contribution any more. */
function baselineOf(space: Space, landings: readonly Landing[]): Combination {
  const set = landings.at(-1)?.set ?? [];
  const baseline = combinationFromIds(space, set);
  if (baseline !== null) return baseline;
  const known = new Set(space.factors.flatMap((factor) => factor.levels.map((level) => level.id)));
  const gone = set.filter((id) => !known.has(id));
  throw new CairnError({
    kind: "damaged",
    message: `the baseline holds ${gone.join(", ")}, which ${gone.length === 1 ? "has" : "have"} no file in ${contributionsFolder}/ any more`,
    help: "What has landed stays a factor, so that it can be measured again. Restore the file, or remove the landing from landings/.",
  });
}

function readSource(dir: string, path: string): Source {
  return { path, text: readFileSync(join(dir, path), "utf8") };
}

function contributionSources(dir: string, draft: Draft): Source[] {
  const folder = join(dir, contributionsFolder);
  const isContribution = (name: string) => /\.ya?ml$/.test(name);
  const names = existsSync(folder) ? readdirSync(folder).filter(isContribution) : [];
  const sources = names.map((name) => readSource(dir, `${contributionsFolder}/${name}`));
  for (const [path, text] of draft) if (isContribution(path)) sources.push({ path, text });
  return sources.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function fileReader(dir: string): (path: string) => string | null {
  const memo = new Map<string, string | null>();
  return (path) => {
    const known = memo.get(path);
    if (known !== undefined) return known;
    const full = contained(dir, path);
    const text = full !== null && existsSync(full) ? readFileSync(full, "utf8") : null;
    memo.set(path, text);
    return text;
  };
}

function readPatch(dir: string, name: string, draft: Draft): Result<string, string> {
  const drafted = draft.get(name);
  if (drafted !== undefined) return ok(drafted);
  const path = contained(dir, name);
  if (path === null) return err("it lies outside the lab");
  if (!existsSync(path)) return err("there is no such file in the lab");
  return ok(readFileSync(path, "utf8"));
}

/**
 * What a branch changes, as a unified diff against its merge base with HEAD: a branch then combines with patches and
 * other branches like any other change. Contributions and landings are not part of it.
 */
function branchDiff(dir: string, ref: string): Result<string, string> {
  if (ref.startsWith("-")) return err("a git ref does not begin with `-`");
  try {
    const base = git(dir, ["merge-base", "HEAD", `${ref}^{commit}`]).trim();
    const pathspec = ["--", ".", `:(exclude)${contributionsFolder}`, ":(exclude)landings", `:(exclude)${labFile}`];
    const diff = git(dir, [
      "diff",
      "--no-color",
      "--no-ext-diff",
      "--no-renames",
      "--relative",
      base,
      ref,
      ...pathspec,
    ]);
    if (/^Binary files .* differ$/m.test(diff))
      return err("it changes a binary file, which cannot be combined with others");
    return diff.trim() === "" ? err("it changes nothing in the lab") : ok(diff);
  } catch {
    const branches = listBranches(dir);
    const hint = branches.length === 0 ? "" : ` (branches here: ${branches.join(", ")})`;
    return err(`git does not know it, or it shares no history with HEAD${hint}`);
  }
}

function listBranches(dir: string): string[] {
  try {
    return git(dir, ["for-each-ref", "--format=%(refname:short)", "refs/heads"])
      .split("\n")
      .filter(Boolean)
      .slice(0, 20);
  } catch {
    return [];
  }
}

function git(dir: string, args: readonly string[]): string {
  return execFileSync("git", ["-C", dir, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 64 * 1024 * 1024,
  });
}
