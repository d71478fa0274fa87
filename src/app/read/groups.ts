import type { z } from "zod";
import type { groupQuery, RunGroups } from "../../api/runs.ts";
import type { Objective } from "../../lab/lab.ts";
import { usage } from "../errors.ts";
import type { Live } from "../live/live.ts";
import type { Session } from "../session.ts";
import { combinationName } from "../words.ts";
import { type IndexedRun, runIndexOf } from "./run-index.ts";
import { baselineLevels, filterRuns, measured } from "./runs.ts";

type Group = RunGroups["groups"][number];

/**
 * Runs put together, with what they measured. Values at different scales are about different things: a group of another
 * scale than the session's stands apart, and says so.
 */
export async function groupRuns(live: Live, query: z.output<typeof groupQuery>): Promise<RunGroups> {
  const { runs } = await runIndexOf(live.session.store);
  const { session } = live;
  const keyOf = grouping(session, query.by);
  const found = filterRuns(session, [...runs.values()], query);
  const named = (run: IndexedRun) =>
    query.by === "scale" || run.row.scale === session.scale ? keyOf(run) : `${keyOf(run)} (${run.row.scale})`;
  const groups = [...Map.groupBy(found, named)].map(([key, members]) =>
    groupOf(key, members, query.by === "combination", session.loaded.lab.objectives),
  );
  return { groups: groups.sort((a, b) => b.runs - a.runs || (a.key < b.key ? -1 : 1)) };
}

/** @throws CairnError `usage` naming what there is to group by. */
function grouping(session: Session, by: string): (run: IndexedRun) => string {
  const baseline = baselineLevels(session);
  switch (by) {
    case "combination":
      return ({ row }) => combinationName(row.levels, baseline);
    case "seed":
      return ({ row }) => String(row.seed);
    case "scale":
      return ({ row }) => row.scale;
    case "purpose":
      return ({ row }) => row.purpose;
    case "state":
      return ({ row }) => row.state;
  }
  const levels = session.loaded.space.factors
    .flatMap((factor) => factor.levels)
    .filter(({ contribution }) => contribution.id === by)
    .map(({ id }) => id);
  if (levels.length === 0)
    throw usage(
      `runs are not grouped by ${JSON.stringify(by)}`,
      "By combination, seed, scale, purpose, state, or a contribution's id.",
    );
  return ({ row }) => row.levels.find((level) => levels.includes(level)) ?? `without ${by}`;
}

function groupOf(key: string, runs: readonly IndexedRun[], same: boolean, objectives: readonly Objective[]): Group {
  return {
    key,
    levels: same ? [...(runs[0]?.row.levels ?? [])] : null,
    runs: runs.length,
    coreSeconds: runs.reduce((sum, { row }) => sum + row.coreSeconds, 0),
    values: Object.fromEntries(
      objectives.flatMap((objective) => {
        const values = runs.flatMap((run) => measured(run, objective) ?? []);
        return values.length === 0 ? [] : [[objective.name, summarise(values)]];
      }),
    ),
  };
}

/** Mean, and standard deviation with n − 1, of the finite values. */
export function summarise(values: readonly number[]): Group["values"][string] {
  const finite = values.filter(Number.isFinite);
  const n = finite.length;
  if (n === 0) return { mean: null, sd: null, n, diverged: values.length };
  const mean = finite.reduce((running, value, i) => running + (value - running) / (i + 1), 0);
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: n < 2 ? null : Math.sqrt(squares / (n - 1)), n, diverged: values.length - n };
}
