import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { isMissing } from "../base/system-error.ts";
import { idPattern } from "../contribution/keys.ts";
import { conflict, notFound } from "./errors.ts";
import { contributionsFolder, type LoadedLab, loadLab, workspaceFolder } from "./load.ts";

/**
 * Contributions that were taken back: `.cairn/withdrawn/ID/` holds their files as they lay in the lab, under the same
 * paths, so that they come back byte for byte. Evidence about them stays.
 */
const folder = "withdrawn";

function folderOf(dir: string, id: string): string {
  return join(dir, workspaceFolder, folder, id);
}

/** A contribution's own file under the lab's directory, whichever of the two endings it has; null: there is none. */
export function fileOf(root: string, id: string): string | null {
  if (!idPattern.test(id)) return null;
  const paths = ["yaml", "yml"].map((ending) => `${contributionsFolder}/${id}.${ending}`);
  return paths.find((path) => existsSync(join(root, path))) ?? null;
}

export function isWithdrawn(dir: string, id: string): boolean {
  return fileOf(folderOf(dir, id), id) !== null;
}

export interface Withdrawn {
  readonly id: string;
  /** In the lab, before and after. */
  readonly path: string;
  readonly text: string;
}

/** By id. */
export function listWithdrawn(dir: string): readonly Withdrawn[] {
  return namesIn(join(dir, workspaceFolder, folder)).flatMap((id) => {
    const root = folderOf(dir, id);
    const path = fileOf(root, id);
    return path === null ? [] : [{ id, path, text: readFileSync(join(root, path), "utf8") }];
  });
}

/**
 * Takes a contribution out of the lab, with the patches beside it that nothing else uses.
 * @throws CairnError `not-found`; `conflict` when it has landed, or others require it.
 */
export function withdraw({ dir, contributions, landings }: LoadedLab, id: string): void {
  const path = fileOf(dir, id);
  if (path === null) throw notFound(`there is no contribution ${JSON.stringify(id)}`);
  const landed = landings.find(({ added }) => added.some((level) => level.split("=", 1)[0] === id));
  if (landed !== undefined)
    throw conflict(
      `${id} landed (landing ${landed.landing}), and stays a factor, so that it can be measured again`,
      "Take the landing back instead: remove its file from landings/.",
    );
  const needing = contributions.filter(({ requires }) => requires.includes(id)).map((other) => other.id);
  if (needing.length > 0) throw conflict(`${needing.join(", ")} cannot be without ${id}`, "Withdraw that first.");
  // Its own file first: without it, nothing of the lab knows the patches.
  for (const file of [path, ...patchesOf({ dir, contributions }, id)]) move(dir, folderOf(dir, id), file);
}

/** Paths of the patches in `contributions/` that it has, and no other contribution. */
function patchesOf({ dir, contributions }: Pick<LoadedLab, "dir" | "contributions">, id: string): string[] {
  const patchesBy = (own: boolean) =>
    contributions
      .filter((contribution) => (contribution.id === id) === own)
      .flatMap(({ levels }) => levels.flatMap(({ change }) => change.patches.map(({ origin }) => origin)));
  const others = new Set(patchesBy(false));
  return [...new Set(patchesBy(true))].filter(
    (path) => path.startsWith(`${contributionsFolder}/`) && !others.has(path) && existsSync(join(dir, path)),
  );
}

/**
 * Undoes `withdraw`, after checking the lab with the contribution in it again.
 * @returns its file
 * @throws CairnError `not-found`; `conflict` when a file of its name is there; `invalid` when the lab has changed so that
 * it is not right any more. Nothing is moved then.
 */
export async function restore(dir: string, id: string): Promise<string> {
  const root = folderOf(dir, id);
  const path = fileOf(root, id);
  if (path === null) throw notFound(`there is no withdrawn contribution ${JSON.stringify(id)}`);
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"));
  const taken = [...files, fileOf(dir, id)].find((file) => file !== null && existsSync(join(dir, file)));
  if (taken !== undefined && taken !== null) throw conflict(`${taken} is there already`, "Rename or remove it first.");
  await loadLab(dir, new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")])));
  // Its own file last: once it is there, its patches are too.
  for (const file of [...files.filter((other) => other !== path), path]) move(root, dir, file);
  rmSync(root, { recursive: true, force: true });
  return path;
}

function move(from: string, to: string, path: string): void {
  mkdirSync(dirname(join(to, path)), { recursive: true });
  renameSync(join(from, path), join(to, path));
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
