import type { Recipe as WireRecipe } from "../../api/lab.ts";
import { english } from "../../api/words.ts";
import type { FactorLevel } from "../../contribution/contribution.ts";
import { patchPaths } from "../../contribution/patch.ts";
import { globMatches } from "../../lab/glob.ts";
import type { StageSpec } from "../../lab/lab.ts";
import { splitTarget } from "../../lab/overlay.ts";
import type { StageResult } from "../../run/run.ts";
import type { Live } from "../live/live.ts";
import type { Session } from "../session.ts";
import { plain } from "./comparison.ts";
import { explain } from "./run.ts";
import { type RunIndex, runIndexOf } from "./run-index.ts";

type WireStage = WireRecipe["stages"][number];

/** The recipe with what has landed in it, each stage with what became of it over all runs. */
export async function readRecipe(live: Live): Promise<WireRecipe> {
  const index = await runIndexOf(live.session.store);
  const { session } = live;
  const resolved = session.resolve(session.loaded.baseline);
  const specs = resolved.ok ? resolved.value.recipe.stages : session.loaded.lab.stages;
  const stages: WireStage[] = [];
  for (const spec of specs) {
    const life = lifeOf(index, spec.name);
    stages.push({
      ...described(session, spec),
      executed: life.executed.length,
      reused: life.reused,
      failed: life.failed,
      seconds: rangeOf(life.executed.map(({ seconds }) => seconds)),
      coreSeconds: life.executed.reduce((sum, { coreSeconds }) => sum + coreSeconds, 0),
      savedCoreSeconds: life.savedCoreSeconds,
      cached: life.cached,
      running: life.running,
      lastWhy: await lastWhy(session, index, spec.name),
    });
  }
  return { stages };
}

function described({ loaded }: Session, spec: StageSpec) {
  const levels = loaded.space.factors.flatMap((factor) => factor.levels);
  const changing = levels.filter((level) => changes(level, spec)).map(({ contribution }) => contribution.id);
  return {
    stage: spec.name,
    needs: [...spec.needs],
    seeded: spec.seeded,
    command: spec.command.join(" "),
    params: Object.fromEntries(Object.entries(spec.params).map(([name, value]) => [name, plain(value)])),
    code: [...spec.code],
    resources: resourcesOf(spec),
    objectives: loaded.lab.objectives.filter(({ stage }) => stage === spec.name).map(({ name }) => name),
    changedBy: [...new Set(changing)],
  };
}

function resourcesOf({ resources: { cpus, gpus, memory } }: StageSpec): WireStage["resources"] {
  return { cpus, gpus, ...(memory === null ? {} : { memory: `${memory} MiB` }) };
}

/** Whether it sets one of the stage's parameters, or a patch of it touches the stage's code. */
function changes({ change }: FactorLevel, { name, code }: StageSpec): boolean {
  if (Object.keys(change.set).some((key) => splitTarget(key).stage === name)) return true;
  const paths = change.patches.flatMap(patchPaths);
  return paths.some((path) => code.some((glob) => globMatches(glob, path)));
}

interface Life {
  readonly executed: readonly StageResult[];
  readonly reused: number;
  readonly failed: number;
  readonly running: number;
  /** Keys with a result. */
  readonly cached: number;
  /** What the results would have cost that were taken from the cache. */
  readonly savedCoreSeconds: number;
}

function lifeOf({ runs, results: all }: RunIndex, stage: string): Life {
  const executed: StageResult[] = [];
  const running = new Set<string>();
  let reused = 0;
  let failed = 0;
  let savedCoreSeconds = 0;
  for (const { row, results } of runs.values()) {
    const own = row.stages.find((candidate) => candidate.stage === stage);
    const result = results.get(stage);
    if (row.state === "running" && own?.state === "running") running.add(own.attempt ?? row.id);
    if (own?.state === "failed") failed += 1;
    if (own === undefined || result === undefined) continue;
    if (own.reused) {
      reused += 1;
      savedCoreSeconds += result.coreSeconds;
    } else executed.push(result);
  }
  const keys = new Set<string>();
  for (const result of all.values()) if (result.stage === stage) keys.add(result.key);
  return { executed, reused, failed, running: running.size, cached: keys.size, savedCoreSeconds };
}

/** Mean, and the range of the middle nine tenths. null: of nothing. */
function rangeOf(seconds: readonly number[]): WireStage["seconds"] {
  if (seconds.length === 0) return null;
  const sorted = seconds.toSorted((a, b) => a - b);
  return {
    mean: sorted.reduce((sum, x) => sum + x, 0) / sorted.length,
    low: quantile(sorted, 0.05),
    high: quantile(sorted, 0.95),
  };
}

/** Of at least one number in rising order, by straight lines between them. */
function quantile(sorted: readonly number[], p: number): number {
  const at = p * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (at - Math.floor(at)) * (above - below);
}

async function lastWhy(session: Session, index: RunIndex, stage: string): Promise<WireStage["lastWhy"]> {
  for (const { row } of [...index.runs.values()].reverse()) {
    const own = row.stages.find((candidate) => candidate.stage === stage);
    if (own === undefined || own.reused || own.key === null || own.state === "blocked") continue;
    const reasons = await explain(session, index, row, own);
    return { run: row.id, lines: reasons.map(english.stage), reasons };
  }
  return null;
}
