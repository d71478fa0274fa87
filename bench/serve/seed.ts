import { english } from "../../src/api/words.ts";
import { combinationOf } from "../../src/app/combination.ts";
import { originOf } from "../../src/app/contexts.ts";
import { openSession, type Session } from "../../src/app/session.ts";
import { digestJson } from "../../src/base/digest.ts";
import { createRng, type Rng } from "../../src/base/rng.ts";
import { keyParts, stageKey } from "../../src/recipe/fingerprint.ts";
import type { Journal, MetricPoint, StageResult } from "../../src/run/run.ts";
import type { RunStage } from "../../src/store/store.ts";
import { objectiveNames, writeLab } from "./lab.ts";

/** A record of many runs, written as a queue writes it: through the store, a transaction for every step of a run. */

export interface Size {
  readonly contributions: number;
  readonly runs: number;
  /** Final metrics of every run, and curves of those that have any. */
  readonly metrics: number;
  /** Runs with curves. */
  readonly curves: number;
  readonly points: number;
}

export interface Recorded {
  readonly id: string;
  readonly levels: readonly string[];
  /** Names → numbers. */
  readonly metrics: ReadonlyMap<string, number>;
}

/** Every so many runs one is at full scale; the others are at the proxy's. */
const fullEvery = 20;

export function metricNames(count: number): readonly string[] {
  const others = Array.from({ length: count - objectiveNames.length }, (_, i) => `metric_${i}`);
  return [...objectiveNames, ...others];
}

/** Makes the lab and its record. */
export async function seedLab(dir: string, size: Size, tell: (done: number) => void): Promise<readonly Recorded[]> {
  const ids = writeLab(dir, size.contributions);
  const session = await openSession(dir, { scale: null });
  try {
    const journal = session.store.journal(session.owner);
    const rng = createRng("bench/serve");
    const recorded: Recorded[] = [];
    for (let i = 0; i < size.runs; i++) {
      const levels = ids.filter(() => rng.uniform() < 0.15);
      const scale = i % fullEvery === 0 ? "full" : "proxy";
      recorded.push(await recordRun(session, journal, { levels, scale, seed: 1 + i, number: i, size, rng }));
      if (i % 500 === 499) tell(i + 1);
    }
    return recorded;
  } finally {
    await session.close();
  }
}

interface Asked {
  readonly levels: readonly string[];
  readonly scale: string;
  readonly seed: number;
  readonly number: number;
  readonly size: Size;
  readonly rng: Rng;
}

async function recordRun(session: Session, journal: Journal, asked: Asked): Promise<Recorded> {
  const { levels, scale, seed, number, size } = asked;
  const combination = combinationOf(session.loaded, levels);
  const resolved = session.resolve(combination, scale);
  if (!resolved.ok) throw new Error(english.clash(resolved.error.clash));
  const metrics = measured(asked);
  const id = `r${String(number).padStart(6, "0")}`;
  const common = { levels, seed, scale, purpose: "search", owner: session.owner } as const;
  const { recipe, digest: recipeDigest, tree } = resolved.value;
  const origin = originOf(session, combination, scale);
  await session.store.insertRun({ id, ...common, recipeDigest, origin, why: { kind: "asked" }, stages: [] });
  const stages: RunStage[] = [];
  let inputs: Readonly<Record<string, StageResult["output"]>> = {};
  for (const stage of recipe.stages) {
    const parts = keyParts(stage, { tree, inputs, runSeed: seed });
    if (!parts.ok) throw new Error(parts.error.message);
    const key = stageKey(parts.value);
    const output = digestJson({ output: key });
    inputs = { ...inputs, [stage.name]: output };
    const claim = await journal.claim(key, parts.value, stage.name, false);
    if (claim.kind === "held") throw new Error("somebody else writes here");
    const attempt = claim.kind === "recorded" ? claim.result.attempt : claim.attempt.id;
    if (claim.kind === "granted") {
      const isTraining = stage.name === "train";
      if (isTraining && number < size.curves) await writeCurves(journal, attempt, asked);
      const cost = { seconds: 60, coreSeconds: 60 + number / 100, gpuSeconds: 0 };
      const own = isTraining ? metrics : new Map<string, number>();
      const finishedAt = session.clock.now();
      const result = {
        key,
        stage: stage.name,
        output,
        measurements: output,
        metrics: own,
        attempt,
        ...cost,
        finishedAt,
      };
      await journal.record(claim.attempt, result);
    }
    stages.push({ stage: stage.name, key, attempt, reused: claim.kind === "recorded", state: "done" });
  }
  await session.store.updateRun(id, session.owner, { state: "done", stages, coreSeconds: 60 + number / 100 });
  return { id, levels, metrics };
}

/** Plausible: every change has an effect on the loss, the rest is noise. */
function measured({ levels, size, rng }: Asked): ReadonlyMap<string, number> {
  const gain = levels.reduce((sum, level) => sum + 0.01 * Math.sin(Number(level.split("-").at(-1))), 0);
  const own: Readonly<Record<string, number>> = {
    loss: 2 - gain + 0.01 * rng.normal(),
    accuracy: 0.5 + gain / 2 + 0.01 * rng.normal(),
    tokens_per_second: 50_000 * (1 + 0.02 * rng.normal()),
    memory: 40 + 0.1 * rng.normal(),
  };
  return new Map(metricNames(size.metrics).map((name) => [name, own[name] ?? rng.normal()]));
}

/** In one portion a thousand steps. */
async function writeCurves(journal: Journal, attempt: string, { size, rng }: Asked): Promise<void> {
  const names = metricNames(size.metrics);
  const portion = 1000;
  for (let from = 0; from < size.points; from += portion) {
    const steps = Array.from({ length: Math.min(portion, size.points - from) }, (_, i) => from + i);
    const points = steps.flatMap((step): MetricPoint[] =>
      names.map((name) => ({
        name,
        step,
        value: 2 + 3 / (step + 1) + 0.1 * rng.uniform(),
        at: 1_750_000_000_000 + step,
      })),
    );
    await journal.appendMetrics(attempt, points);
  }
}
