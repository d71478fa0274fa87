/**
 * What is believed about all objectives at once.
 *
 * Notation: objective m has its own process f_m (model.ts) in units h_m of its scale; utility `U = Σ_m (w_m/δ_m) f_m`, so
 * for a functional φ the belief is normal with mean `Σ (w_m h_m/δ_m) E φf_m` and variance `Σ (w_m h_m/δ_m)² var φf_m`:
 * objectives are independent given the data. An *ensemble* holds one belief per draw of the hyper-parameters, and what it
 * says is the even mixture of normals; an ensemble of one (the mode) is enough to plan by.
 */
import type { Rng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import type { Interval, Observation, ResolvedObjective } from "../evidence/evidence.ts";
import { normalCdf, normalPdf, normalQuantile } from "../math/normal.ts";
import { dot } from "../math/vector.ts";
import { difference, type Functional, point, type Shape, shapeOf } from "./functional.ts";
import { createGrouping, type Grouping } from "./grouping.ts";
import {
  believeRun,
  condition,
  drawHyper,
  fitMap,
  hyperOf,
  type Posterior,
  priorCovariance,
  project,
  projectAll,
  sketchPosterior,
} from "./model.ts";
import type { Knowledge } from "./plan.ts";
import { diverged, encode, encodeCombination, scaleObjective } from "./scale.ts";
import { combinationKey } from "./space.ts";

export interface ObjectiveBelief {
  readonly objective: ResolvedObjective;
  readonly centre: number;
  readonly unit: number;
  /** w h/δ: oriented scaled difference → utility. */
  readonly toUtility: number;
  /** The mode of the hyper-parameters (whitened), where draws start. */
  readonly mode: Float64Array;
  readonly posterior: Posterior;
}

export interface Belief {
  readonly shape: Shape;
  readonly grouping: Grouping;
  readonly objectives: readonly ObjectiveBelief[];
  /** The process fitted to 1 for diverged and 0 for finite runs; null while none has diverged. */
  readonly divergence: Posterior | null;
}

export type Ensemble = readonly Belief[];

/** The belief at the mode of the hyper-parameters. */
export function believe(knowledge: Knowledge): Belief {
  const shape = knowledgeShape(knowledge);
  const grouping = createGrouping(knowledge);
  const runs = modelRuns(knowledge);
  const objectives = knowledge.objectives.map((objective): ObjectiveBelief => {
    const { data, centre, unit } = scaleObjective(shape, grouping, objective, runs);
    const mode = fitMap(data);
    const posterior = condition(data, hyperOf(data, mode));
    return { objective, centre, unit, toUtility: (objective.weight * unit) / objective.matters, mode, posterior };
  });
  return { shape, grouping, objectives, divergence: divergenceOf(shape, grouping, runs) };
}

/** The rows of the model. What is nearest to now comes last: where there are very many runs, the latest are asked first. */
export function modelRuns(knowledge: Pick<Knowledge, "elsewhere" | "observations" | "baseline">): Observation[] {
  return [...knowledge.elsewhere, ...heldRuns(knowledge)];
}

/** Of the observations, as many as the model holds: its work grows with their number's cube, its memory with the square. */
const mostRuns = 600;

/**
 * The observations that the model holds, in their order: all while they are no more than it can; else those that are not of
 * the search and those of the baseline, by which everything is measured, and the latest. They are chosen by what was run and
 * when, never by what came out, so that what is left out makes intervals wider and no more.
 */
export function heldRuns({
  observations,
  baseline,
}: Pick<Knowledge, "observations" | "baseline">): readonly Observation[] {
  if (observations.length <= mostRuns) return observations;
  const base = combinationKey(baseline);
  const isAnchor = (run: Observation) => run.purpose !== "search" || combinationKey(run.combination) === base;
  const others = observations.filter((run) => !isAnchor(run));
  const anchors = observations.filter(isAnchor).slice(-Math.max(mostRuns / 2, mostRuns - others.length));
  const latest = others.slice(anchors.length - mostRuns);
  const held = new Set([...anchors, ...latest]);
  return observations.filter((run) => held.has(run));
}

/** Where each factor's and each context's levels are. */
export function knowledgeShape({ space, contexts }: Pick<Knowledge, "space" | "contexts">): Shape {
  return shapeOf(
    space,
    contexts.map(({ levels }) => levels.length),
  );
}

function divergenceOf(shape: Shape, grouping: Grouping, runs: readonly Observation[]): Posterior | null {
  const failures = runs.map((run) => (diverged(run) ? 1 : 0));
  if (failures.every((failure) => failure === 0)) return null;
  const data = encode(shape, grouping, runs, failures);
  return condition(data, hyperOf(data, fitMap(data)));
}

/** `draws` beliefs with hyper-parameters drawn from their posterior. */
export function drawEnsemble(belief: Belief, draws: number, rng: Rng): Ensemble {
  // Objectives that lack results have fewer runs and so more draws: those of the others go round.
  const perObjective = belief.objectives.map((model) => {
    const { data } = model.posterior;
    // To condition on a draw takes n³/6: fewer draws where that costs much, and where many runs leave little doubt.
    const affordable = Math.max(8, Math.min(draws, Math.floor((draws * 3e6) / (1 + data.n ** 3))));
    const qs = drawHyper(data, model.mode, affordable, rng.fork(model.objective.name));
    return qs.map((q) => ({ ...model, posterior: condition(data, hyperOf(data, q)) }));
  });
  const most = Math.max(...perObjective.map((beliefs) => beliefs.length));
  return Array.from({ length: perObjective.length === 0 ? draws : most }, (_, h) => ({
    ...belief,
    objectives: perObjective.map((beliefs, m) => beliefs[h % beliefs.length] ?? at(belief.objectives, m)),
  }));
}

function at<T>(items: readonly T[], i: number): T {
  const item = items[i];
  if (item === undefined) throw new RangeError(`index ${i} of ${items.length}`);
  return item;
}

/** A belief that costs little to ask, however many runs there are: from the latest of them. */
export function sketchBelief(belief: Belief): Belief {
  return {
    ...belief,
    objectives: belief.objectives.map((model) => ({ ...model, posterior: sketchPosterior(model.posterior) })),
  };
}

/** The belief after a run that came out as expected. */
export function believeCombination(belief: Belief, x: Combination, seed: number): Belief {
  const codes = encodeCombination(belief.shape, x);
  return {
    ...belief,
    objectives: belief.objectives.map((model) => {
      const groups = belief.grouping.groupsOf(x, seed, -2 - model.posterior.data.n);
      return { ...model, posterior: believeRun(model.posterior, codes, groups) };
    }),
  };
}

/** P(a run of x diverges), by the regression on the indicator, held within [0, 1]. */
export function divergenceProbability(belief: Belief | undefined, x: Combination): number {
  if (belief === undefined || belief.divergence === null) return 0;
  return Math.min(1, Math.max(0, project(belief.divergence, point(belief.shape, x)).mean));
}

/** An even mixture of normals: means and standard deviations, one each a draw. */
export interface Mixture {
  readonly means: Float64Array;
  readonly sds: Float64Array;
}

/** A functional's posterior on every objective (oriented, in the objective's unit; centred for contrasts) and on utility. */
export interface Estimate {
  readonly objectives: readonly Mixture[];
  readonly utility: Mixture;
}

/** The posterior of a functional. Points carry the objective's centre; differences do not. */
export function estimate(ensemble: Ensemble, functional: Functional): Estimate {
  return at(estimateAll(ensemble, [functional]), 0);
}

/** `estimate` of each: for many at once much quicker than one after the other. */
export function estimateAll(ensemble: Ensemble, functionals: readonly Functional[]): Estimate[] {
  const blank = (): Mixture => ({ means: new Float64Array(ensemble.length), sds: new Float64Array(ensemble.length) });
  const found = functionals.map((functional) => ({
    mass: ensemble[0] === undefined ? 0 : totalMass(ensemble[0].shape, functional),
    objectives: Array.from({ length: ensemble[0]?.objectives.length ?? 0 }, blank),
    utility: blank(),
  }));
  for (const [h, belief] of ensemble.entries()) {
    for (const [m, model] of belief.objectives.entries()) {
      for (const [i, moment] of momentsOf(model.posterior, functionals).entries()) {
        const { mass, objectives, utility } = at(found, i);
        const target = at(objectives, m);
        target.means[h] = model.unit * moment.mean + mass * model.centre;
        target.sds[h] = model.unit * Math.sqrt(moment.variance);
        utility.means[h] = (utility.means[h] ?? 0) + model.toUtility * moment.mean;
        // The variance, until all objectives are in.
        utility.sds[h] = (utility.sds[h] ?? 0) + model.toUtility ** 2 * moment.variance;
      }
    }
    for (const { utility } of found) utility.sds[h] = Math.sqrt(utility.sds[h] ?? 0);
  }
  return found;
}

/** f(x) − f(y) */
export function estimateDifference(ensemble: Ensemble, x: Combination, y: Combination): Estimate {
  return estimate(ensemble, ensemble[0] === undefined ? [] : difference(ensemble[0].shape, x, y));
}

/** sd of one run on each objective, in its unit: the mean over the ensemble. */
export function noiseSds(ensemble: Ensemble): number[] {
  const [first] = ensemble;
  return (first?.objectives ?? []).map((_, m) =>
    ensemble.reduce((total, belief) => {
      const model = belief.objectives[m];
      const sd = model === undefined ? 0 : model.unit * Math.sqrt(ownVariance(model.posterior, belief.grouping));
      return total + sd / ensemble.length;
    }, 0),
  );
}

/** What a run of the deciding context has of its own, the sampling of its items with it. */
function ownVariance({ data, hyper }: Posterior, { noiseHere }: Grouping): number {
  const sampling = data.known.reduce((total, variance) => total + variance / data.n, 0);
  return hyper.noise + sampling + (noiseHere === null ? 0 : (hyper.shared[noiseHere] ?? 0));
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

function momentsOf(posterior: Posterior, functionals: readonly Functional[]): Moments[] {
  return projectAll(posterior, functionals).map(({ mean, v }, i) => {
    const functional = at(functionals, i);
    const own = priorCovariance(posterior.data.shape, posterior.hyper, functional, functional);
    return { mean, variance: Math.max(0, own - dot(v, v)) };
  });
}

/** 1 for a point, 0 for a difference. */
function totalMass(shape: Shape, functional: Functional): number {
  let total = 0;
  for (const term of functional) {
    let product = term.coefficient;
    for (let j = 0; j < shape.factors; j++) {
      let sum = 0;
      for (let a = shape.offsets[j] ?? 0; a < (shape.offsets[j + 1] ?? 0); a++) sum += term.weights[a] ?? 0;
      product *= sum;
    }
    total += product;
  }
  return Math.abs(total) < 1e-12 ? 0 : total;
}

export function mixtureMean(mixture: Mixture): number {
  let total = 0;
  for (const mean of mixture.means) total += mean / mixture.means.length;
  return total;
}

export function mixtureSd(mixture: Mixture): number {
  const centre = mixtureMean(mixture);
  let variance = 0;
  for (let h = 0; h < mixture.means.length; h++)
    variance += ((mixture.sds[h] ?? 0) ** 2 + ((mixture.means[h] ?? 0) - centre) ** 2) / mixture.means.length;
  return Math.sqrt(variance);
}

/** P(φ > threshold) */
export function probabilityAbove(mixture: Mixture, threshold: number): number {
  let total = 0;
  for (let h = 0; h < mixture.means.length; h++) {
    const gap = (mixture.means[h] ?? 0) - threshold;
    const sd = mixture.sds[h] ?? 0;
    total += sd > 0 ? normalCdf(gap / sd) : gap > 0 ? 1 : gap < 0 ? 0 : 0.5;
  }
  return total / mixture.means.length;
}

/** Mean and central interval of the mixture. */
export function intervalOf(mixture: Mixture, confidence: number): Interval {
  const tail = (1 - confidence) / 2;
  return {
    mean: mixtureMean(mixture),
    low: mixtureQuantile(mixture, tail),
    high: mixtureQuantile(mixture, 1 - tail),
  };
}

/** The p-quantile, between the components' own quantiles, by Newton kept within a shrinking bracket. */
export function mixtureQuantile(mixture: Mixture, p: number): number {
  const z = normalQuantile(p);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let h = 0; h < mixture.means.length; h++) {
    const own = (mixture.means[h] ?? 0) + z * (mixture.sds[h] ?? 0);
    low = Math.min(low, own);
    high = Math.max(high, own);
  }
  if (!(high - low > 1e-9 * (Math.abs(high) + Math.abs(low)))) return low;
  let x = (low + high) / 2;
  for (let step = 0; step < 120 && high - low > 1e-9 * (Math.abs(high) + Math.abs(low)); step++) {
    const error = 1 - probabilityAbove(mixture, x) - p;
    if (Math.abs(error) < 1e-9) break;
    if (error > 0) high = x;
    else low = x;
    // Every other step halves the bracket: next to a narrow component Newton's steps are short and all from one side.
    const newton = step % 2 === 0 ? x - error / densityAt(mixture, x) : Number.NaN;
    x = newton > low && newton < high ? newton : (low + high) / 2;
  }
  return x;
}

function densityAt(mixture: Mixture, x: number): number {
  let total = 0;
  for (let h = 0; h < mixture.means.length; h++) {
    const sd = mixture.sds[h] ?? 0;
    if (sd > 0) total += normalPdf((x - (mixture.means[h] ?? 0)) / sd) / sd;
  }
  return total / mixture.means.length;
}

/** The interval in the objective's own sign. */
export function inOwnSign(objective: ResolvedObjective, oriented: Interval): Interval {
  if (objective.sign === 1) return oriented;
  return { mean: 0 - oriented.mean, low: 0 - oriented.high, high: 0 - oriented.low };
}
