import type { IndexedRun, RunIndex } from "./run-index.ts";

/** What has been measured of a level, at all scales. */
export interface Spent {
  readonly runs: number;
  readonly failed: number;
  readonly coreSeconds: number;
  /** The newest that failed. */
  readonly lastFailed: IndexedRun | null;
}

const none: Spent = { runs: 0, failed: 0, coreSeconds: 0, lastFailed: null };
const remembered = new WeakMap<RunIndex, ReadonlyMap<string, Spent>>();

/** Of runs that had any of a contribution's levels, by the contribution's id. */
export function spentOn(index: RunIndex, contribution: string): Spent {
  let all = remembered.get(index);
  if (all === undefined) {
    all = spentOnAll(index);
    remembered.set(index, all);
  }
  return all.get(contribution) ?? none;
}

function spentOnAll(index: RunIndex): ReadonlyMap<string, Spent> {
  const spent = new Map<string, Spent>();
  for (const run of index.runs.values()) {
    const { row } = run;
    for (const id of new Set(row.levels.map(contributionOfLevel))) {
      const before = spent.get(id) ?? none;
      const failed = row.state === "failed";
      spent.set(id, {
        runs: before.runs + (row.state === "done" ? 1 : 0),
        failed: before.failed + (failed ? 1 : 0),
        coreSeconds: before.coreSeconds + row.coreSeconds,
        lastFailed: failed ? run : before.lastFailed,
      });
    }
  }
  return spent;
}

/** `mixer=swiglu` is a level of the contribution `mixer`. */
export function contributionOfLevel(level: string): string {
  return level.split("=", 1)[0] ?? level;
}
