import type { StageReason } from "../../api/reasons.ts";
import type { Run, StageRun } from "../../api/runs.ts";
import { english } from "../../api/words.ts";
import { canonicalJson } from "../../base/json.ts";
import { renderCommand } from "../../recipe/command.ts";
import { explainKey } from "../../recipe/fingerprint.ts";
import type { StageResult } from "../../run/run.ts";
import type { RunRow, RunStage } from "../../store/store.ts";
import { baselineName, nothingName } from "../combination.ts";
import type { Live } from "../live/live.ts";
import { failureOfStage, stageReasonOf } from "../reasons.ts";
import { wireNumber } from "../report.ts";
import type { Session } from "../session.ts";
import { findRun, plain } from "./comparison.ts";
import { filesOf } from "./files.ts";
import { keyPartsOf, type Made, madeOf } from "./provenance.ts";
import { type IndexedRun, type RunIndex, runIndexOf } from "./run-index.ts";
import { baselineLevels, wireRun } from "./runs.ts";

/** @throws CairnError `not-found` */
export async function readRun(live: Live, id: string): Promise<Run> {
  const index = await runIndexOf(live.session.store);
  const run = findRun(index, id);
  const { session } = live;
  const stages: StageRun[] = [];
  for (const stage of run.row.stages) stages.push(await stageRun(session, index, run, stage));
  return {
    ...wireRun(live, run),
    owner: run.row.owner,
    recipeDigest: run.row.recipeDigest,
    stages,
    reproduce: reproduction(session, run.row),
  };
}

async function stageRun(
  session: Session,
  index: RunIndex,
  { row, results }: IndexedRun,
  stage: RunStage,
): Promise<StageRun> {
  const result = results.get(stage.stage) ?? null;
  const made = await madeOf(session, row, stage);
  const reasons = await explain(session, index, row, stage);
  return {
    stage: stage.stage,
    state: stage.state,
    key: stage.key,
    attempt: stage.attempt,
    reused: stage.reused,
    seconds: result?.seconds ?? null,
    coreSeconds: result?.coreSeconds ?? null,
    failure: stage.failure ?? null,
    failed: failureOfStage(stage),
    explanation: reasons.map(english.stage),
    reasons,
    command: made === null ? "" : commandLine(made),
    params: Object.fromEntries(Object.entries(made?.params ?? {}).map(([name, value]) => [name, plain(value)])),
    curves: stage.attempt === null ? [] : [...(await session.store.metricNames(stage.attempt))],
    metrics: Object.fromEntries([...(result?.metrics ?? [])].map(([name, value]) => [name, wireNumber(value)])),
    files: result === null ? [] : await filesOf(session, result),
  };
}

/** Words with something a shell would read are quoted for it. `{CAIRN_…}` is what the attempt was told, and stays as it is. */
function commandLine({ command, params }: Made): string {
  const holes = new Map(
    command.flatMap((word) => [...word.matchAll(/\{(CAIRN_[A-Z0-9_]+)\}/g)]).map(([hole, name]) => [name ?? "", hole]),
  );
  const words = renderCommand(command, params, Object.fromEntries(holes));
  return words.map((word) => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** As `cairn explain` has it, but of what was: why the stage was executed then, or which run its result is of. */
export async function explain(
  session: Session,
  index: RunIndex,
  row: RunRow,
  { stage, key, attempt, reused, state }: RunStage,
): Promise<StageReason[]> {
  if (state === "blocked") return [{ kind: "blocked" }];
  if (key === null) return [{ kind: "waits", for: [] }];
  if (reused) {
    return [{ kind: "reused", run: attempt === null ? null : executorOf(index, stage, attempt) }];
  }
  const parts = await keyPartsOf(session.store, key);
  if (parts === null) return [];
  const before = resultBefore(index, stage, attempt, row.createdAt);
  return explainKey(parts, before === null ? null : await keyPartsOf(session.store, before.key)).map(stageReasonOf);
}

function executorOf(index: RunIndex, stage: string, attempt: string): string | null {
  for (const { row } of index.runs.values()) {
    if (row.stages.some((own) => own.stage === stage && own.attempt === attempt && !own.reused)) return row.id;
  }
  return null;
}

/** The stage's newest result when an attempt at it began, at the latest: what `cairn explain` would have compared with. */
function resultBefore(index: RunIndex, stage: string, attempt: string | null, asked: number): StageResult | null {
  const own = attempt === null ? undefined : index.results.get(attempt);
  const began = own === undefined ? asked : own.finishedAt - own.seconds * 1000;
  let newest: StageResult | null = null;
  for (const result of index.results.values()) {
    if (result.stage !== stage || result.attempt === attempt || result.finishedAt > began) continue;
    if (newest === null || result.finishedAt > newest.finishedAt) newest = result;
  }
  return newest;
}

/** What to type for the same combination, seed and scale. */
function reproduction(session: Session, { levels, seed, scale }: RunRow): string {
  const baseline = baselineLevels(session);
  const isBaseline = canonicalJson([...levels].sort()) === canonicalJson(baseline.sort());
  const names = isBaseline ? [baselineName] : levels.length === 0 ? [nothingName] : levels;
  const at = scale === session.scale ? [] : ["--scale", scale];
  return ["cairn run", ...names, "--seed", String(seed), ...at].join(" ");
}
