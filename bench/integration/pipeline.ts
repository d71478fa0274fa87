/**
 * What runs cost when stages are cached.
 *
 * Notation: stages 0..S−1 with costs `c_i`, Σ c = 1; each factor belongs to one. The prefix of stage i in a run of x with
 * seed s is s with the levels of every factor of stages 0..i: a stage whose prefix was run before costs nothing. A run costs
 * the sum over the stages that are not cached; only stages that follow a change are, because prefixes nest.
 */
import { createRng } from "../../src/base/rng.ts";
import type { Combination } from "../../src/contribution/contribution.ts";

export interface Pipeline {
  readonly costs: readonly number[];
  /** The factors that a stage's prefix reads, its own and those of the stages before it. */
  readonly prefixes: readonly (readonly number[])[];
}

/** Data, tokens, training, evaluation, say: the third is most of it. */
const relativeCosts = [1, 2, 8, 1];

/** Factors dealt to the stages at random, as evenly as they go. */
export function dealPipeline(factors: number, label: string): Pipeline {
  const total = relativeCosts.reduce((sum, cost) => sum + cost, 0);
  const dealt = createRng(`${label}/pipeline`).shuffle(Array.from({ length: factors }, (_, j) => j));
  const stageOf = new Map(dealt.map((factor, i) => [factor, i % relativeCosts.length]));
  return {
    costs: relativeCosts.map((cost) => cost / total),
    prefixes: relativeCosts.map((_, stage) =>
      Array.from({ length: factors }, (_, j) => j).filter((j) => (stageOf.get(j) ?? 0) <= stage),
    ),
  };
}

export interface StageCache {
  /** What the run would cost now. */
  readonly cost: (x: Combination, seed: number) => number;
  /** The run is under way: its stages are cached from now on. */
  readonly add: (x: Combination, seed: number) => void;
}

export function createStageCache({ costs, prefixes }: Pipeline): StageCache {
  const cached = prefixes.map(() => new Set<string>());
  const keyOf = (stage: number, x: Combination, seed: number) =>
    `${seed}/${(prefixes[stage] ?? []).map((j) => x[j]).join()}`;
  return {
    cost: (x, seed) =>
      costs.reduce((sum, cost, stage) => sum + (cached[stage]?.has(keyOf(stage, x, seed)) ? 0 : cost), 0),
    add: (x, seed) => {
      for (const [stage, keys] of cached.entries()) keys.add(keyOf(stage, x, seed));
    },
  };
}
