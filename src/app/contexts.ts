import { type Digest, digestJson } from "../base/digest.ts";
import { chosenLevel, combinationFromIds } from "../contribution/combination.ts";
import type { Combination, FactorLevel } from "../contribution/contribution.ts";
import { resolveCombination } from "../contribution/resolve.ts";
import type { Context } from "../plan/plan.ts";
import type { RunOrigin, RunRow } from "../store/store.ts";
import type { LoadedLab } from "./load.ts";
import type { Session } from "./session.ts";

/** What of a session says what a run is about. */
export type Lab = Pick<Session, "loaded" | "scale" | "resolve">;

/** Where a run stands to what is decided now. */
export type Place =
  /** Its combination still resolves, at the scale that is decided at, to the recipe that was run. */
  | { readonly kind: "here" }
  | { readonly kind: "elsewhere"; readonly scale: string; readonly epoch: Epoch }
  /** A level of it is gone or does something else now, or nobody knows what has changed. */
  | { readonly kind: "nowhere" };

/**
 * The lab outside its contributions, as it was when a run was asked for: the digest of the recipe with none of them in it,
 * at no scale, so that runs of several scales share an epoch; at the run's scale where only that was edited. null: as it is
 * now.
 */
export type Epoch = Digest | null;

/** What the recipe of a combination is made of, to be recorded with a run of it; null where the lab itself cannot be built. */
export function originOf(lab: Lab, combination: Combination, scale = lab.scale): RunOrigin | null {
  const nothing = lab.loaded.space.factors.map(() => 0);
  const outside = lab.resolve(nothing, scale);
  const bare = bareDigest(lab.loaded);
  if (!outside.ok || bare === null) return null;
  const levels = lab.loaded.space.factors.flatMap((factor, j) => chosenLevel(factor, combination[j] ?? 0) ?? []);
  const changes = Object.fromEntries(levels.map((level) => [level.id, changeDigest(level)]));
  return { outside: outside.value.digest, lab: bare, changes };
}

const bareDigests = new WeakMap<LoadedLab, Digest | null>();

/** Of the lab with no contribution at no scale. */
function bareDigest(loaded: LoadedLab): Digest | null {
  const known = bareDigests.get(loaded);
  if (known !== undefined) return known;
  const { space, tree, readFile: files } = loaded;
  const lab = { ...loaded.lab, scales: [{ name: "", set: {} }] };
  const resolved = resolveCombination({ lab, space, combination: space.factors.map(() => 0), scale: "", tree, files });
  const digest = resolved.ok ? resolved.value.digest : null;
  bareDigests.set(loaded, digest);
  return digest;
}

export function placeOf(lab: Lab, row: Pick<RunRow, "levels" | "scale" | "recipeDigest" | "origin">): Place {
  const { space, lab: file } = lab.loaded;
  const combination = combinationFromIds(space, row.levels);
  if (combination === null || !file.scales.some(({ name }) => name === row.scale)) return { kind: "nowhere" };
  const resolved = lab.resolve(combination, row.scale);
  if (resolved.ok && resolved.value.digest === row.recipeDigest)
    return row.scale === lab.scale ? { kind: "here" } : { kind: "elsewhere", scale: row.scale, epoch: null };
  const today = originOf(lab, combination, row.scale);
  // With the same lab around it, what differs is the combination itself.
  if (row.origin === null || row.origin.outside === today?.outside) return { kind: "nowhere" };
  const { changes } = row.origin;
  const same = today !== null && Object.entries(today.changes).every(([level, change]) => changes[level] === change);
  if (!same) return { kind: "nowhere" };
  const epoch = row.origin.lab === today.lab ? row.origin.outside : row.origin.lab;
  return { kind: "elsewhere", scale: row.scale, epoch };
}

const digests = new WeakMap<FactorLevel, Digest>();

function changeDigest(level: FactorLevel): Digest {
  const { set, patches } = level.change;
  const digest = digests.get(level) ?? digestJson({ set, patches: patches.map(({ text }) => text) });
  digests.set(level, digest);
  return digest;
}

/** A run that is elsewhere; `at` in milliseconds since 1970. */
export interface Placed {
  readonly scale: string;
  readonly epoch: Epoch;
  readonly at: number;
}

/** The contexts that the runs make, and each run's level of every one. Epochs are the newest first, named by their last run. */
export function arrange(
  scale: string,
  runs: readonly Placed[],
): { readonly contexts: Context[]; readonly codes: number[][] } {
  const scales = [...new Set([scale, ...runs.map((run) => run.scale)])];
  const lastRun = new Map<Epoch, number>();
  for (const { epoch, at } of runs) lastRun.set(epoch, Math.max(at, lastRun.get(epoch) ?? at));
  lastRun.delete(null);
  const earlier = [...lastRun].sort(([, a], [, b]) => b - a);
  const epochs: readonly Epoch[] = [null, ...earlier.map(([epoch]) => epoch)];
  const columns = [
    {
      context: { kind: "scale", levels: scales } satisfies Context,
      levelOf: (run: Placed) => scales.indexOf(run.scale),
    },
    {
      context: {
        kind: "epoch",
        levels: ["now", ...earlier.map(([, at]) => `until ${minuteOf(at)}`)],
      } satisfies Context,
      levelOf: (run: Placed) => epochs.indexOf(run.epoch),
    },
  ].filter(({ context }) => context.levels.length > 1);
  return {
    contexts: columns.map(({ context }) => context),
    codes: runs.map((run) => columns.map(({ levelOf }) => levelOf(run))),
  };
}

/** `2026-03-01 12:30` */
function minuteOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}
