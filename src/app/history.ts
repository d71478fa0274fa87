import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { combinationFromIds } from "../contribution/combination.ts";
import type { Combination } from "../contribution/contribution.ts";
import type { Observation, Outcome } from "../evidence/evidence.ts";
import { clusteredStandardError } from "../evidence/items.ts";
import type { Objective } from "../lab/lab.ts";
import { type Item, parseItem } from "../run/items.ts";
import type { StageResult } from "../run/run.ts";
import type { RunRow } from "../store/store.ts";
import { type CostModel, createCostModel } from "./cost.ts";
import type { Session } from "./session.ts";

/** What has been run at the session's scale, told apart by what it can still say about the lab as it is now. */
export interface History {
  /** All that is recorded, of every scale. */
  readonly rows: readonly RunRow[];
  readonly runs: readonly PastRun[];
  /** Of finished runs that still count. */
  readonly observations: readonly Observation[];
  /** Finished runs about an earlier state of the lab: kept and shown, not used. */
  readonly earlier: number;
  readonly failed: readonly { readonly combination: Combination; readonly because: string }[];
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

export async function readHistory(session: Session): Promise<History> {
  const { store, loaded, scale } = session;
  const all = await store.listRuns();
  const rows = all.filter((row) => row.scale === scale);
  const results = await attemptResults(session, rows);
  const runs = rows.map((row): PastRun => {
    const combination = combinationFromIds(loaded.space, row.levels);
    const resolved = combination === null ? null : session.resolve(combination);
    return {
      row,
      combination,
      current: resolved?.ok === true && resolved.value.digest === row.recipeDigest,
      results: resultsOf(row, results),
    };
  });
  const done = runs.filter((run) => run.row.state === "done");
  const observations = await Promise.all(done.filter((run) => run.current).map((run) => observe(session, run)));
  return {
    rows: all,
    runs,
    observations: observations.filter((observation) => observation !== null),
    earlier: done.filter((run) => !run.current).length,
    failed: runs.flatMap((run) =>
      run.row.state === "failed" && run.current && run.combination !== null
        ? [{ combination: run.combination, because: failureOf(run.row) }]
        : [],
    ),
    pending: runs.filter((run) => run.current && (run.row.state === "pending" || run.row.state === "running")),
    costs: costsOf(session, runs),
  };
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

/** The first failure's sentence. */
export function failureOf(row: RunRow): string {
  return row.stages.find((stage) => stage.failure !== undefined)?.failure ?? "a stage failed";
}

function resultsOf(row: RunRow, byAttempt: ReadonlyMap<string, StageResult>): ReadonlyMap<string, StageResult> {
  const found = new Map<string, StageResult>();
  for (const { stage, attempt } of row.stages) {
    const result = attempt === null ? undefined : byAttempt.get(attempt);
    if (result !== undefined) found.set(stage, result);
  }
  return found;
}

async function observe(session: Session, run: PastRun): Promise<Observation | null> {
  if (run.combination === null) return null;
  const outcomes = new Map<string, Outcome>();
  for (const objective of session.loaded.lab.objectives) {
    const result = run.results.get(objective.stage);
    const value = result?.metrics.get(objective.name);
    if (result === undefined || value === undefined) continue;
    outcomes.set(
      objective.name,
      Number.isFinite(value)
        ? { kind: "measured", value, samplingError: await samplingError(session, objective, result) }
        : { kind: "diverged" },
    );
  }
  const { id, seed, purpose } = run.row;
  return { run: id, combination: run.combination, seed, purpose, context: [], outcomes };
}

const samplingErrors = new Map<string, number | null>();

/** From the run's per-item scores, clustered where items share a source; null where there are none to read. */
async function samplingError(session: Session, objective: Objective, result: StageResult): Promise<number | null> {
  if (!objective.items) return null;
  const memo = `${result.measurements}/${objective.name}`;
  const known = samplingErrors.get(memo);
  if (known !== undefined) return known;
  const dir = await session.artifacts.open(result.measurements);
  const items = dir === null ? [] : await readItems(join(dir, "items", `${objective.name}.jsonl`));
  const error = items.length < 2 ? null : clusteredStandardError(items);
  samplingErrors.set(memo, error);
  return error;
}

async function readItems(path: string): Promise<readonly Item[]> {
  const lines = (await readFile(path, "utf8")).split("\n");
  return lines.map(parseItem).filter((item) => item !== null);
}

function costsOf(session: Session, runs: readonly PastRun[]): CostModel {
  const costs = createCostModel();
  for (const run of runs) {
    if (!run.current || run.combination === null) continue;
    const resolved = session.resolve(run.combination);
    if (!resolved.ok) continue;
    const underway = run.row.state === "done" || run.row.state === "running" || run.row.state === "pending";
    if (underway) costs.add(resolved.value, run.row.seed);
    for (const stage of resolved.value.recipe.stages) {
      const result = run.results.get(stage.name);
      const reused = run.row.stages.find((s) => s.stage === stage.name)?.reused ?? true;
      if (result !== undefined && !reused) costs.observe(stage.name, stage.params, result.coreSeconds);
    }
  }
  return costs;
}
