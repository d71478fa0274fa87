import type { z } from "zod";
import type { runPage, runQuery, RunRow as WireRun } from "../../api/runs.ts";
import type { Objective } from "../../lab/lab.ts";
import type { RunState } from "../../store/store.ts";
import { placeOf } from "../contexts.ts";
import { usage } from "../errors.ts";
import type { Live } from "../live/live.ts";
import { wireNumber } from "../report.ts";
import type { Session } from "../session.ts";
import { type Order, pageOf, type SortKey } from "./paging.ts";
import { type IndexedRun, runIndexOf } from "./run-index.ts";

type RunQuery = z.output<typeof runQuery>;
export type RunFilter = Pick<RunQuery, "state" | "purpose" | "level" | "seed" | "scale" | "q">;

/** How runs with what has landed, and nothing else, are asked for. */
const baselineName = "baseline";

export async function listRuns(live: Live, query: RunQuery): Promise<z.output<typeof runPage>> {
  const { runs } = await runIndexOf(live.session.store);
  const { session } = live;
  const found = filterRuns(session, [...runs.values()], query);
  const page = pageOf(found, orderOf(query.sort, session.loaded.lab.objectives), query);
  return { ...page, items: page.items.map((run) => wireRun(live, run)) };
}

export function filterRuns(session: Session, runs: readonly IndexedRun[], filter: RunFilter): IndexedRun[] {
  const baseline = new Set(baselineLevels(session));
  const wanted = filter.level?.filter((level) => level !== baselineName) ?? [];
  const onlyBaseline = filter.level?.includes(baselineName) === true;
  const needle = filter.q?.trim().toLowerCase() ?? "";
  return runs.filter(({ row, why }) => {
    if (filter.state !== undefined && !filter.state.includes(row.state)) return false;
    if (filter.purpose !== undefined && !filter.purpose.includes(row.purpose)) return false;
    if (filter.seed !== undefined && !filter.seed.includes(row.seed)) return false;
    if (filter.scale !== undefined && !filter.scale.includes(row.scale)) return false;
    if (!wanted.every((level) => row.levels.includes(level))) return false;
    if (onlyBaseline && !(row.levels.length === baseline.size && row.levels.every((level) => baseline.has(level))))
      return false;
    return needle === "" || [row.id, why, ...row.levels].some((text) => text.toLowerCase().includes(needle));
  });
}

export function baselineLevels({ loaded: { space, baseline } }: Session): string[] {
  return space.factors.flatMap(({ levels }, j) => levels[(baseline[j] ?? 0) - 1]?.id ?? []);
}

const lifecycle: readonly RunState[] = ["pending", "running", "done", "failed", "cancelled"];

const keys: Readonly<Record<string, (run: IndexedRun) => SortKey>> = {
  created: ({ row }) => row.createdAt,
  finished: ({ row }) => row.finishedAt,
  cost: ({ row }) => row.coreSeconds,
  state: ({ row }) => lifecycle.indexOf(row.state),
  seed: ({ row }) => row.seed,
  levels: ({ row }) => row.levels.join(" + "),
};

/** @throws CairnError `usage` naming what there is to sort by. */
function orderOf(sort: string, objectives: readonly Objective[]): Order<IndexedRun> {
  const descending = sort.startsWith("-");
  const name = descending ? sort.slice(1) : sort;
  const objective = objectives.find((candidate) => candidate.name === name);
  const own = Object.hasOwn(keys, name) ? keys[name] : undefined;
  const key = own ?? (objective === undefined ? undefined : (run: IndexedRun) => measured(run, objective));
  if (key === undefined) {
    const known = [...Object.keys(keys), ...objectives.map((candidate) => candidate.name)];
    throw usage(`runs are not sorted by ${JSON.stringify(name)}`, `By one of: ${known.join(", ")}.`);
  }
  return { name: sort, descending, key, id: ({ row }) => row.id };
}

/** null: not measured. May be NaN or infinite: diverged. */
export function measured({ results }: IndexedRun, { stage, name }: Objective): number | null {
  return results.get(stage)?.metrics.get(name) ?? null;
}

export function wireRun(live: Live, run: IndexedRun): WireRun {
  const { session } = live;
  const { row, reason, why } = run;
  const over = row.stages.filter(({ state }) => state !== "pending" && state !== "running");
  const current = row.state === "running" ? row.stages.find(({ state }) => state === "running") : undefined;
  const fraction = current?.attempt == null ? undefined : live.progress().get(current.attempt);
  return {
    id: row.id,
    levels: [...row.levels],
    seed: row.seed,
    scale: row.scale,
    purpose: row.purpose,
    state: row.state,
    why,
    reason,
    values: Object.fromEntries(
      session.loaded.lab.objectives.flatMap((objective) => {
        const value = measured(run, objective);
        return value === null ? [] : [[objective.name, wireNumber(value)]];
      }),
    ),
    coreSeconds: row.coreSeconds,
    gpuSeconds: row.gpuSeconds,
    progress: {
      done: over.length,
      of: row.stages.length,
      reused: row.stages.filter(({ reused }) => reused).length,
    },
    current: current === undefined ? null : { stage: current.stage, fraction: fraction ?? null },
    counts: row.state === "done" ? isOfThisLab(session, run) : null,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
  };
}

/** Whether its combination, at its scale, is still what was run. */
function isOfThisLab(session: Session, { row }: IndexedRun): boolean {
  const place = placeOf(session, row);
  return place.kind === "here" || (place.kind === "elsewhere" && place.epoch === null);
}
