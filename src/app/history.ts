import type { StageFailure } from "../api/reasons.ts";
import { combinationFromIds } from "../contribution/combination.ts";
import type { Combination } from "../contribution/contribution.ts";
import type { Observation, Outcome } from "../evidence/evidence.ts";
import type { Objective } from "../lab/lab.ts";
import type { Context } from "../plan/plan.ts";
import type { StageResult } from "../run/run.ts";
import type { RunRow } from "../store/store.ts";
import { arrange, placeOf } from "./contexts.ts";
import { type CostModel, createCostModel } from "./cost.ts";
import { failureOfRun } from "./reasons.ts";
import { samplingErrors } from "./sampling.ts";
import type { Session } from "./session.ts";

/** What has been run, told apart by what it can still say about the lab as it is now, at the session's scale. */
export interface History {
  /** All that is recorded, of every scale. */
  readonly rows: readonly RunRow[];
  /** At the session's scale. */
  readonly runs: readonly PastRun[];
  /** Of finished runs that still count. */
  readonly observations: readonly Observation[];
  /** Of finished runs at other scales, and of before the lab changed outside its contributions. */
  readonly elsewhere: readonly Observation[];
  readonly contexts: readonly Context[];
  /** Finished runs at the session's scale about something that is no more: kept and shown, not used. */
  readonly earlier: number;
  readonly failed: readonly { readonly combination: Combination; readonly failure: StageFailure }[];
  /** Runs asked for by any process and not finished. */
  readonly pending: readonly PastRun[];
  readonly costs: CostModel;
}

export interface PastRun {
  readonly row: RunRow;
  /** null: a level it had is gone. */
  readonly combination: Combination | null;
  /** Whether the combination still resolves to the recipe that was run. */
  readonly current: boolean;
  /** By stage name, of what is recorded. */
  readonly results: ReadonlyMap<string, StageResult>;
}

/** Of the other contexts the newest so many inform the model, whose work grows with the cube of all runs. */
const mostElsewhere = 200;

export async function readHistory(session: Session): Promise<History> {
  const rows = await session.store.listRuns();
  const results = await attemptResults(session, rows);
  const placed = rows.map((row) => ({
    place: placeOf(session, row),
    run: {
      row,
      combination: combinationFromIds(session.loaded.space, row.levels),
      results: resultsOf(row, results),
    },
  }));
  const runs = placed
    .filter(({ run }) => run.row.scale === session.scale)
    .map(({ run, place }): PastRun => ({ ...run, current: place.kind === "here" }));
  const away = placed
    .flatMap(({ run, place }) => (run.row.state === "done" && place.kind === "elsewhere" ? [{ run, place }] : []))
    .slice(-mostElsewhere);
  const { contexts, codes } = arrange(
    session.scale,
    away.map(({ run, place }) => ({ ...place, at: run.row.finishedAt ?? run.row.createdAt })),
  );
  const here = runs.filter(({ row, current }) => row.state === "done" && current);
  const observations = await observe(session, [
    ...here.map((run) => ({ ...run, context: contexts.map(() => 0) })),
    ...away.map(({ run }, i) => ({ ...run, context: codes[i] ?? [] })),
  ]);
  const used = new Set(away.map(({ run }) => run.row));
  return {
    rows,
    runs,
    observations: observations.filter(({ context }) => isHere(context)),
    elsewhere: observations.filter(({ context }) => !isHere(context)),
    contexts,
    earlier: runs.filter(({ row, current }) => row.state === "done" && !current && !used.has(row)).length,
    failed: runs.flatMap((run) =>
      run.row.state === "failed" && run.current && run.combination !== null
        ? [{ combination: run.combination, failure: failureOfRun(run.row) }]
        : [],
    ),
    pending: runs.filter((run) => run.current && (run.row.state === "pending" || run.row.state === "running")),
    costs: costsOf(
      session,
      runs,
      placed.flatMap(({ run, place }) => (place.kind === "elsewhere" && place.epoch === null ? [run] : [])),
    ),
  };
}

function isHere(context: readonly number[]): boolean {
  return context.every((level) => level === 0);
}

/** A result that was set aside because its files are gone still says what was measured. */
async function attemptResults(session: Session, rows: readonly RunRow[]): Promise<ReadonlyMap<string, StageResult>> {
  const results = new Map((await session.store.listResults()).map((result) => [result.attempt, result]));
  for (const { attempt, state } of rows.flatMap((row) => row.stages)) {
    if (attempt === null || state !== "done" || results.has(attempt)) continue;
    const result = await session.store.findAttemptResult(attempt);
    if (result !== null) results.set(attempt, result);
  }
  return results;
}

function resultsOf(row: RunRow, byAttempt: ReadonlyMap<string, StageResult>): ReadonlyMap<string, StageResult> {
  const found = new Map<string, StageResult>();
  for (const { stage, attempt } of row.stages) {
    const result = attempt === null ? undefined : byAttempt.get(attempt);
    if (result !== undefined) found.set(stage, result);
  }
  return found;
}

interface FinishedRun extends Recorded {
  readonly context: readonly number[];
}

/** What the runs measured. Runs are compared item by item within their context. */
async function observe(session: Session, runs: readonly FinishedRun[]): Promise<Observation[]> {
  const { objectives } = session.loaded.lab;
  const found = runs.flatMap(({ row, combination, results, context }) =>
    combination === null ? [] : [{ row, combination, results, context, outcomes: outcomesOf(objectives, results) }],
  );
  for (const of of Map.groupBy(found, ({ context }) => context.join()).values()) {
    for (const { name, stage } of objectives.filter(({ items }) => items)) {
      const sampled = of.flatMap((run) => {
        const result = run.results.get(stage);
        const outcome = run.outcomes.get(name);
        if (result === undefined || outcome?.kind !== "measured") return [];
        return [{ ...run, outcome, seed: run.row.seed, measurements: result.measurements }];
      });
      const errors = await samplingErrors(session.artifacts, name, session.loaded.baseline, sampled);
      for (const [i, { outcomes, outcome }] of sampled.entries())
        outcomes.set(name, { ...outcome, samplingError: errors[i] ?? null });
    }
  }
  return found.map(({ row: { id, seed, purpose }, combination, context, outcomes }) => ({
    run: id,
    combination,
    seed,
    purpose,
    context,
    outcomes,
  }));
}

function outcomesOf(objectives: readonly Objective[], results: ReadonlyMap<string, StageResult>): Map<string, Outcome> {
  return new Map(
    objectives.flatMap(({ name, stage }): [string, Outcome][] => {
      const value = results.get(stage)?.metrics.get(name);
      if (value === undefined) return [];
      return [[name, Number.isFinite(value) ? { kind: "measured", value, samplingError: null } : { kind: "diverged" }]];
    }),
  );
}

type Recorded = Omit<PastRun, "current">;

/** @param others at other scales of the lab as it is: they share stages that the scale does not change, and no prices */
function costsOf(session: Session, runs: readonly PastRun[], others: readonly Recorded[]): CostModel {
  const costs = createCostModel();
  for (const { row, combination, results } of [...runs.filter(({ current }) => current), ...others]) {
    const resolved = combination === null ? null : session.resolve(combination, row.scale);
    if (resolved?.ok !== true) continue;
    if (row.state === "done" || row.state === "running" || row.state === "pending") costs.add(resolved.value, row.seed);
    if (row.scale !== session.scale) continue;
    for (const stage of resolved.value.recipe.stages) {
      const result = results.get(stage.name);
      const reused = row.stages.find((s) => s.stage === stage.name)?.reused ?? true;
      if (result !== undefined && !reused) costs.observe(stage.name, stage.params, result.coreSeconds);
    }
  }
  return costs;
}
