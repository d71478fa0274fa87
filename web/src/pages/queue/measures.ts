import type { ContributionRow } from "../../../../src/api/contributions.ts";
import type { Lab } from "../../../../src/api/lab.ts";
import { forestDomain } from "../../../../src/report/scale.ts";

/** What a column of intervals shows: the utility, or an objective, on one scale for all its rows. */
export interface Measure {
  /** null: the utility. */
  readonly objective: string | null;
  readonly unit: string | null;
  /** In the unit; 0 where it is not known yet. */
  readonly matters: number;
  readonly goal: "minimize" | "maximize";
  readonly domain: readonly [number, number];
}

type Level = ContributionRow["levels"][number];
type Estimate = Level["effects"][number]["estimate"];

/** @param objectives of the lab; none while it is not known */
export function measuresOf(objectives: Lab["objectives"], rows: readonly ContributionRow[]): Measure[] {
  const scaled = (objective: string | null, unit: string | null, matters: number, goal: Measure["goal"]): Measure => {
    const estimates = rows.flatMap(({ levels }) => levels.flatMap((level) => estimateOf(level, objective) ?? []));
    return { objective, unit, matters, goal, domain: forestDomain(estimates, matters) };
  };
  return [
    scaled(null, null, 1, "maximize"),
    ...objectives.map(({ name, unit, goal, inUnits }) => scaled(name, unit, inUnits?.matters ?? 0, goal)),
  ];
}

export function estimateOf(level: Level, objective: string | null): Estimate | null {
  return level.effects.find((effect) => effect.objective === objective)?.estimate ?? null;
}
