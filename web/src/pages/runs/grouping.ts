import type { RunGroups, RunRow } from "../../../../src/api/runs.ts";
import { apiFilter, type RunFilter } from "./query.ts";

export type RunGroup = RunGroups["groups"][number];

/** What runs can be grouped by, besides any contribution. */
export const groupings = ["combination", "seed", "scale", "purpose", "state"] as const;

/** Of a grouping by a contribution: whether the group's runs have it; null: another grouping. */
export function hasIt(by: string, group: RunGroup): boolean | null {
  if (groupings.some((one) => one === by)) return null;
  return group.key !== "without";
}

/**
 * A group's runs: the query that asks for them (with others, where the API cannot ask for them alone) and which of the
 * answer they are.
 */
export function membersOf(by: string, group: RunGroup, filter: RunFilter) {
  const base = apiFilter(filter);
  const levels = group.levels;
  if (by === "combination" && levels !== null) {
    const asked = { ...base, level: levels.length === 0 ? ["baseline"] : [...levels] };
    const belongs = (row: RunRow) =>
      row.levels.length === levels.length && levels.every((one) => row.levels.includes(one));
    return { asked, belongs };
  }
  const belongs = (row: RunRow) => {
    if (by === "seed") return String(row.seed) === group.key;
    if (by === "scale") return row.scale === group.key;
    if (by === "purpose") return row.purpose === group.key;
    if (by === "state") return row.state === group.key;
    return row.levels.some((level) => level.split("=")[0] === by) === hasIt(by, group);
  };
  return { asked: { ...base, ...narrowed(by, group.key) }, belongs };
}

function narrowed(by: string, key: string) {
  if (by === "seed") return { seed: [key] };
  if (by === "scale") return { scale: [key] };
  if (by === "purpose") return { purpose: [key] };
  if (by === "state") return { state: [key] };
  return {};
}
