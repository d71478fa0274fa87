import type { RunGroups, RunRow } from "../../../../src/api/runs.ts";
import { apiFilter, type RunFilter } from "./query.ts";

export type RunGroup = RunGroups["groups"][number];

/** What runs can be grouped by, besides any contribution. */
export const groupings = ["combination", "seed", "scale", "purpose", "state"] as const;

/** Of a grouping by a contribution: whether the group's runs are those without it; null: another grouping. */
export function withoutIt(by: string, group: RunGroup): boolean | null {
  if (groupings.some((one) => one === by)) return null;
  return keyOf(group) === `without ${by}`;
}

/** Runs at another scale than the lab's stand in groups of their own: `3 (full)`. */
export function keyOf({ key }: RunGroup): string {
  return key.replace(/ \([^)]*\)$/, "");
}

/** That a group's key names, beside what it is grouped by; null: the lab's own. */
export function scaleOf({ key }: RunGroup): string | null {
  return / \(([^)]*)\)$/.exec(key)?.[1] ?? null;
}

/**
 * A group's runs: the query that asks for them (with others, where the API cannot ask for them alone) and which of the
 * answer they are.
 */
export function membersOf(by: string, group: RunGroup, filter: RunFilter, labScale: string) {
  const scale = scaleOf(group) ?? labScale;
  const base = { ...apiFilter(filter), ...(by !== "scale" && { scale: [scale] }) };
  const key = keyOf(group);
  const levels = group.levels;
  if (by === "combination" && levels !== null) {
    const asked = { ...base, level: [...levels] };
    const belongs = (row: RunRow) =>
      row.levels.length === levels.length && levels.every((one) => row.levels.includes(one));
    return { asked, belongs };
  }
  const belongs = (row: RunRow) => {
    if (by === "seed") return String(row.seed) === key;
    if (by === "scale") return row.scale === key;
    if (by === "purpose") return row.purpose === key;
    if (by === "state") return row.state === key;
    return withoutIt(by, group) === true
      ? row.levels.every((level) => level.split("=")[0] !== by)
      : row.levels.includes(key);
  };
  const narrow = withoutIt(by, group) === false ? { level: [...filter.level, key] } : narrowed(by, key);
  return { asked: { ...base, ...narrow }, belongs };
}

function narrowed(by: string, key: string) {
  if (by === "seed") return { seed: [key] };
  if (by === "scale") return { scale: [key] };
  if (by === "purpose") return { purpose: [key] };
  if (by === "state") return { state: [key] };
  return {};
}
