/** How often reported intervals cover the truth: on planted spaces, and where the truth is drawn from the model itself. */
import { createRng, type Rng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { cholesky } from "../math/linear.ts";
import { at, dot } from "../math/vector.ts";
import { believe, drawEnsemble, type Ensemble, estimate, intervalOf, probabilityAbove } from "../plan/belief.ts";
import { contrast, type Functional, point, type Shape, shapeOf } from "../plan/functional.ts";
import { createGrouping } from "../plan/grouping.ts";
import {
  condition,
  drawHyper,
  fitMap,
  type Hyper,
  hyperOf,
  hyperSize,
  priorCovariance,
  project,
} from "../plan/model.ts";
import { planNext } from "../plan/next.ts";
import type { Knowledge } from "../plan/plan.ts";
import { encode } from "../plan/scale.ts";
import { allCombinations } from "../plan/space.ts";
import { interactionFunctional } from "./effects.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "./simulate.test-util.ts";

export interface Coverage {
  effects: number;
  covered: number;
  interactions: number;
  interactionsCovered: number;
}

export interface CoverageOptions {
  readonly factors: number;
  /** Runs, as a multiple of the factors. */
  readonly multiple: number;
  /** κ: a single run's sd over the rms main effect. */
  readonly noise: number;
  readonly repeats: number;
  readonly label: string;
}

/** Main effects of mixed size, a third of them nil; interactions among the larger ones; now and then a strong one elsewhere. */
export function plantedTruth(factors: number, noise: number, rng: Rng): Truth {
  const main = Array.from({ length: factors }, () => (rng.uniform() < 1 / 3 ? 0 : rng.normal()));
  const rms = Math.sqrt(main.reduce((sum, e) => sum + e * e, 0) / factors) || 1;
  const pairs = main.flatMap((a, i) =>
    main.slice(i + 1).map((b, k): readonly [number, number, number] => {
      const inherited = 0.5 * rng.normal() * Math.sqrt(Math.abs(a * b));
      return [i, i + 1 + k, rng.uniform() < 0.02 ? rng.normal() : inherited];
    }),
  );
  return {
    space: plainSpace(main.map(() => 1)),
    objectives: [objective("y", { matters: 0.3 * rms })],
    value: (x) => [
      main.reduce((sum, e, j) => sum + e * (x[j] ?? 0), 0) +
        pairs.reduce((sum, [a, b, v]) => sum + v * (x[a] ?? 0) * (x[b] ?? 0), 0),
    ],
    noise: (_, own) => [noise * rms * own.normal()],
    seedSd: 0.5 * noise * rms,
  };
}

/** Searches as the planner would, then counts which intervals of effects and interactions, in three senses, hold the truth. */
export function measureCoverage(options: CoverageOptions): Coverage {
  const total: Coverage = { effects: 0, covered: 0, interactions: 0, interactionsCovered: 0 };
  for (let r = 0; r < options.repeats; r++) {
    const label = `${options.label}/${r}`;
    const truth = plantedTruth(options.factors, options.noise, createRng(label));
    const knowledge = searched(truth, label, options.factors * options.multiple);
    count(truth, knowledge, drawEnsemble(believe(knowledge), 50, createRng(label)), total);
  }
  return total;
}

/** What the planner knows after so many runs of its own choice. */
export function searched(truth: Truth, label: string, runs: number): Knowledge {
  let knowledge = knowledgeOf(truth);
  while (knowledge.observations.length < runs) {
    const [next] = planNext({
      knowledge,
      pending: [],
      count: 1,
      cost: () => 1,
      feasible: () => true,
      runsLeft: null,
      explore: 0,
      seed: label,
    });
    if (next === undefined) break;
    knowledge = { ...knowledge, observations: [...knowledge.observations, observe(truth, label, next)] };
  }
  return knowledge;
}

function count(truth: Truth, knowledge: Knowledge, ensemble: Ensemble, total: Coverage): void {
  const shape = shapeOf(truth.space);
  const all = allCombinations(truth.space);
  const values = all.map((x) => truth.value(x)[0] ?? Number.NaN);
  const covers = (functional: Functional): boolean => {
    const { mean: _, ...interval } = intervalOf(estimate(ensemble, functional).objectives[0] ?? nothing, 0.9);
    const actual = applyTo(shape, functional, all, values);
    return interval.low <= actual && actual <= interval.high;
  };
  const senses: readonly (Combination | null)[] = [knowledge.baseline, best(all, values), null];
  for (let j = 0; j < shape.factors; j++) {
    for (const at of senses) {
      total.effects++;
      if (covers(contrast(shape, [{ factor: j, from: 0, to: 1 }], at))) total.covered++;
      for (let k = j + 1; k < shape.factors; k++) {
        total.interactions++;
        const pair = interactionFunctional(shape, { factor: j, level: 1 }, { factor: k, level: 1 }, at);
        if (covers(pair)) total.interactionsCovered++;
      }
    }
  }
}

const nothing = { means: new Float64Array(1), sds: new Float64Array(1) };

function best(all: readonly Combination[], values: readonly number[]): Combination {
  return all[values.indexOf(Math.max(...values))] ?? [];
}

/** The functional of the true values, by summing over the whole space. */
export function applyTo(
  shape: Shape,
  functional: Functional,
  all: readonly Combination[],
  values: readonly number[],
): number {
  let total = 0;
  for (const { coefficient, weights } of functional)
    for (const [i, x] of all.entries()) {
      let product = coefficient * (values[i] ?? Number.NaN);
      for (let j = 0; j < x.length; j++) product *= weights[(shape.offsets[j] ?? 0) + (x[j] ?? 0)] ?? Number.NaN;
      total += product;
    }
  return total;
}

const spaceOfFour = plainSpace([1, 1, 1, 1]);

/** The functionals whose ranks `priorRanks` gives: an effect alone, one on average, an interaction. */
export const rankedFunctionals = ["effect alone", "effect on average", "interaction"] as const;

/**
 * Draws hyper-parameters and a function on 2⁴ combinations from the model's prior, and 12 runs of it; the posterior
 * probability that each functional lies above the truth. Uniform on [0, 1] where model and inference are right.
 */
export function priorRanks(label: string, hyperDraws: number): number[] {
  const shape = shapeOf(spaceOfFour);
  const all = allCombinations(spaceOfFour);
  const grouping = createGrouping({ space: spaceOfFour, seededStages: [], contexts: [] });
  const blank = encode(shape, grouping, [], []);
  const flip = (factor: number) => ({ factor, from: 0, to: 1 });
  const functionals: readonly Functional[] = [
    contrast(shape, [flip(0)], [0, 0, 0, 0]),
    contrast(shape, [flip(1)], null),
    contrast(shape, [flip(2), flip(3)], [1, 1, 1, 1]),
  ];
  const rng = createRng(label);
  const hyper = hyperOf(
    blank,
    Float64Array.from({ length: hyperSize(blank) }, () => rng.normal()),
  );
  const truth = drawFunction(shape, hyper, all, rng);
  const shared = Array.from({ length: 4 }, () => Math.sqrt(at(hyper.shared, 0)) * rng.normal());
  const runs = Array.from({ length: 12 }, () => {
    const index = rng.int(all.length);
    const seed = rng.int(4);
    const y = (truth[index] ?? 0) + (shared[seed] ?? 0) + Math.sqrt(hyper.noise) * rng.normal();
    const run = { run: "", combination: all[index] ?? [], seed, purpose: "search" as const, context: [] };
    return { ...run, outcomes: new Map(), y };
  });
  const data = encode(
    shape,
    grouping,
    runs,
    runs.map(({ y }) => y),
  );
  const posteriors = drawHyper(data, fitMap(data), hyperDraws, rng).map((q) => condition(data, hyperOf(data, q)));
  return functionals.map((functional) => {
    const projections = posteriors.map((posterior) => project(posterior, functional));
    const means = Float64Array.from(projections, ({ mean }) => mean);
    const sds = Float64Array.from(posteriors, (posterior, h) => {
      const v = projections[h]?.v ?? new Float64Array(0);
      return Math.sqrt(Math.max(0, priorCovariance(shape, posterior.hyper, functional, functional) - dot(v, v)));
    });
    return probabilityAbove({ means, sds }, applyTo(shape, functional, all, truth));
  });
}

/** The function's values at all combinations, drawn from its prior. */
function drawFunction(shape: Shape, hyper: Hyper, all: readonly Combination[], rng: Rng): number[] {
  const n = all.length;
  const points = all.map((x) => point(shape, x));
  const covariance = Float64Array.from(points.flatMap((p) => points.map((q) => priorCovariance(shape, hyper, p, q))));
  for (let i = 0; i < n; i++) covariance[i * n + i] = at(covariance, i * n + i) + 1e-9;
  if (!cholesky(covariance, n)) throw new Error("the prior's covariance is not positive definite");
  const white = Float64Array.from(all, () => rng.normal());
  return all.map((_, i) => dot(covariance.subarray(i * n, (i + 1) * n), white, i + 1));
}
