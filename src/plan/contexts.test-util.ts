/** How much runs elsewhere tell of here, on pairs of planted truths that agree as much as is wanted. */
import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { applyTo, plantedTruth } from "../decision/calibrate.test-util.ts";
import { knowledgeOf, observe, type Truth } from "../decision/simulate.test-util.ts";
import type { Observation } from "../evidence/evidence.ts";
import { standardDeviation } from "../math/robust.ts";
import { believe, drawEnsemble, type Ensemble, estimate, intervalOf, knowledgeShape } from "./belief.ts";
import { contrast } from "./functional.ts";
import type { Context, Knowledge } from "./plan.ts";
import { allCombinations, combinationKey } from "./space.ts";

export interface Elsewhere {
  readonly context: Context;
  /** Correlation of the true values with those here; their sd and a run's noise as multiples of what they are here. */
  readonly agreement: number;
  readonly spread: number;
  readonly noise: number;
}

/** Sums over the effects, alone, in the best set and on average. */
export interface Told {
  intervals: number;
  /** 90% intervals that hold the truth. */
  covered: number;
  /** Of the intervals' widths, and of squared errors: with the runs elsewhere, and of the runs here alone. */
  width: number;
  ownWidth: number;
  error: number;
  ownError: number;
  /** The fitted agreement, once a truth. */
  agreement: number;
}

const factors = 6;
const noise = 0.6;
const draws = 40;

export function measureTold(elsewhere: Elsewhere, here: number, there: number, label: string): Told {
  const { knowledge, all, values } = worldOf(elsewhere, here, there, label);
  const alone: Knowledge = { ...knowledge, elsewhere: [], contexts: [] };
  const [ensemble, ownEnsemble] = [knowledge, alone].map((it) => drawEnsemble(believe(it), draws, createRng(label)));
  if (ensemble === undefined || ownEnsemble === undefined) throw new Error("no beliefs");
  const told: Told = { intervals: 0, covered: 0, width: 0, ownWidth: 0, error: 0, ownError: 0, agreement: 0 };
  told.agreement = agreementOf(ensemble);
  const best = all[values.indexOf(Math.max(...values))] ?? [];
  const shape = knowledgeShape(alone);
  for (let j = 0; j < factors; j++) {
    for (const at of [knowledge.baseline, best, null]) {
      const [found, own] = [effectOf(knowledge, ensemble, j, at), effectOf(alone, ownEnsemble, j, at)];
      const truth = applyTo(shape, contrast(shape, [{ factor: j, from: 0, to: 1 }], at), all, values);
      told.intervals++;
      if (found.low <= truth && truth <= found.high) told.covered++;
      told.width += found.high - found.low;
      told.ownWidth += own.high - own.low;
      told.error += (found.mean - truth) ** 2;
      told.ownError += (own.mean - truth) ** 2;
    }
  }
  return told;
}

function worldOf({ context, agreement, spread, noise: louder }: Elsewhere, here: number, there: number, label: string) {
  const rng = createRng(label);
  const truth = plantedTruth(factors, noise, rng.fork("here"));
  const other = plantedTruth(factors, noise, rng.fork("there"));
  const all = allCombinations(truth.space);
  const [values, others] = [truth, other].map(({ value }) => all.map((x) => value(x)[0] ?? 0));
  if (values === undefined || others === undefined) throw new Error("no values");
  const ratio = standardDeviation(values) / standardDeviation(others);
  const index = new Map(all.map((x, i) => [combinationKey(x), i]));
  const factor = spread * louder;
  const truthThere: Truth = {
    ...truth,
    value: (x) => {
      const i = index.get(combinationKey(x)) ?? 0;
      const own = Math.sqrt(1 - agreement ** 2) * ratio * (others[i] ?? 0);
      // Far away, as the results of another scale are.
      return [100 + spread * (agreement * (values[i] ?? 0) + own)];
    },
    noise: (x, draws) => truth.noise(x, draws).map((e) => factor * e),
    seedSd: factor * (truth.seedSd ?? 0),
  };
  const run = (i: number, of: Truth, name: string): Observation => {
    const combination = i === 0 ? all[0] : all[rng.int(all.length)];
    return observe(of, name, { combination: combination ?? [], seed: 1 + rng.int(3), purpose: "search" });
  };
  const knowledge: Knowledge = {
    ...knowledgeOf(
      truth,
      Array.from({ length: here }, (_, i) => run(i, truth, label)),
    ),
    elsewhere: Array.from({ length: there }, (_, i) => ({ ...run(i, truthThere, `${label} there`), context: [1] })),
    contexts: [context],
  };
  return { knowledge, all, values };
}

function effectOf(knowledge: Knowledge, ensemble: Ensemble, factor: number, at: Combination | null) {
  const functional = contrast(knowledgeShape(knowledge), [{ factor, from: 0, to: 1 }], at);
  const [mixture] = estimate(ensemble, functional).objectives;
  if (mixture === undefined) throw new Error("no objective");
  return intervalOf(mixture, 0.9);
}

function agreementOf(ensemble: Ensemble): number {
  return ensemble.reduce((sum, { objectives: [model] }) => {
    const theta = model?.posterior.hyper.theta.at(-1) ?? Number.NaN;
    return sum + Math.exp(-theta) / ensemble.length;
  }, 0);
}
