/**
 * What a run is worth.
 *
 * Notation: `x*` the incumbent (the best so far by posterior mean), `b` the baseline; `D = U(x) − U(x*)` with mean `d`;
 * `y_m` the result that a run of x with a seed would give on objective m. The run moves the posterior mean of D by a normal
 * with variance `s̃² = Σ_m a_m² cov(D_m, y_m)² / var(y_m)`, `a_m` objective m's weight in U: noise, earlier runs of x and
 * what it shares with others (seed, cached stages) are all in it, so a replicate competes with a new combination on the same terms.
 * Expected improvement `EI = s̃ h(d/s̃)`, `h(z) = φ(z) + z Φ(z)`; the value of a run is
 *   `log EI + Σ_m log P(Δ_m(x) ≥ −g_m) + log P(finite) − ½ log cost`
 * (LogEI, Ament et al. 2023; cost as in EEIPU, Astudillo et al. 2021).
 */
import type { Combination } from "../contribution/contribution.ts";
import { logExpectedImprovement, normalLogCdf } from "../math/normal.ts";
import { at } from "../math/vector.ts";
import { divergenceProbability, type Ensemble, mixtureMean, mixtureSd, type ObjectiveBelief } from "./belief.ts";
import {
  type Differences,
  differencesFrom,
  levelVariance,
  meanAt,
  type Projection,
  projectPoint,
  projectShared,
  runVariance,
} from "./model.ts";
import { encodeCombination } from "./scale.ts";
import { combinationKey } from "./space.ts";

/** A combination against the baseline. */
export interface Standing {
  /** Mean and sd of U(x) − U(b). */
  readonly mean: number;
  readonly sd: number;
  /** log of the probability that every guardrail holds and the run is finite. */
  readonly logSafe: number;
}

export interface Improvement {
  readonly logValue: number;
  /** EI in units of utility. */
  readonly expected: number;
}

/** Evaluates combinations, on average over an ensemble. */
export interface Field {
  readonly standing: (x: Combination) => Standing;
  /** Mean of U(x) − U(b) alone: cheap. */
  readonly mean: (x: Combination) => number;
  /** Of one more run of x with this seed, over the incumbent; cost apart. */
  readonly improvement: (x: Combination, seed: number, incumbent: Combination) => Improvement;
}

export function createField(ensemble: Ensemble, baseline: Combination): Field {
  const places = new Map<string, Place>();
  const luck = new Map<string, readonly (readonly Float64Array[])[]>();
  const first = ensemble[0];

  const placeOf = (x: Combination): Place => {
    const key = combinationKey(x);
    const known = places.get(key);
    if (known !== undefined) return known;
    const made = { x, key, projections: projectAll(ensemble, x), standing: null };
    places.set(key, made);
    return made;
  };
  const luckOf = (x: Combination, seed: number): readonly (readonly Float64Array[])[] => {
    const groups = first?.grouping.groupsOf(x, seed) ?? [];
    const key = groups.join();
    const known = luck.get(key);
    if (known !== undefined) return known;
    const made = ensemble.map(({ objectives }) => objectives.map(({ posterior }) => projectShared(posterior, groups)));
    luck.set(key, made);
    return made;
  };

  const base = placeOf(baseline);
  const standingOf = (place: Place): Standing => {
    place.standing ??= standingBeside(ensemble, place, base);
    return place.standing;
  };
  const values = new Float64Array(ensemble.length);
  const baseMean = utilityMean(ensemble, baseline);
  return {
    standing: (x) => standingOf(placeOf(x)),
    mean: (x) => utilityMean(ensemble, x) - baseMean,
    improvement: (x, seed, incumbent) => {
      const [place, best, shared] = [placeOf(x), placeOf(incumbent), luckOf(x, seed)];
      let expected = 0;
      for (const [h, belief] of ensemble.entries()) {
        const { mean, sd } = shiftOf(belief.objectives, place, best, shared[h] ?? [], h);
        const logEi = sd > 1e-9 ? Math.log(sd) + logExpectedImprovement(mean / sd) : Number.NEGATIVE_INFINITY;
        values[h] = logEi;
        expected += Math.exp(logEi) / ensemble.length;
      }
      return { logValue: logMeanExp(values) + standingOf(place).logSafe, expected };
    },
  };
}

/** A combination with what every belief says of every objective there. */
interface Place {
  readonly x: Combination;
  readonly key: string;
  /** By belief and objective. */
  readonly projections: readonly (readonly Projection[])[];
  standing: Standing | null;
}

/** By objective; the runs' differences from x are the same under every belief. */
function differencesOf([first]: Ensemble, x: Combination): readonly Differences[] {
  if (first === undefined) return [];
  const codes = encodeCombination(first.shape, x);
  return first.objectives.map(({ posterior }) => differencesFrom(posterior.data, codes));
}

function projectAll(ensemble: Ensemble, x: Combination): readonly (readonly Projection[])[] {
  const lists = differencesOf(ensemble, x);
  return ensemble.map(({ objectives }) =>
    objectives.flatMap(({ posterior }, m) => {
      const list = lists[m];
      return list === undefined ? [] : projectPoint(posterior, list);
    }),
  );
}

/** Mean of U(x) over the beliefs, up to a constant. */
function utilityMean(ensemble: Ensemble, x: Combination): number {
  const lists = differencesOf(ensemble, x);
  let total = 0;
  for (const { objectives } of ensemble)
    for (const [m, { posterior, toUtility }] of objectives.entries()) {
      const list = lists[m];
      if (list !== undefined) total += (toUtility * meanAt(posterior, list)) / ensemble.length;
    }
  return total;
}

function standingBeside(ensemble: Ensemble, place: Place, base: Place): Standing {
  const means = new Float64Array(ensemble.length);
  const sds = new Float64Array(ensemble.length);
  const safe = new Float64Array(ensemble.length);
  for (const [h, belief] of ensemble.entries()) {
    let mean = 0;
    let variance = 0;
    let logSafe = Math.log(Math.max(1e-6, 1 - divergenceProbability(belief, place.x)));
    for (const [m, model] of belief.objectives.entries()) {
      const [px, pb] = [place.projections[h]?.[m], base.projections[h]?.[m]];
      if (px === undefined || pb === undefined) continue;
      const gain = px.mean - pb.mean;
      const spread = differenceVariance(model, place, px, base, pb);
      mean += model.toUtility * gain;
      variance += model.toUtility ** 2 * spread;
      const margin = model.objective.guardrail;
      if (margin !== null && place.key !== base.key)
        logSafe += normalLogCdf((gain + margin / model.unit) / Math.sqrt(spread + 1e-18));
    }
    means[h] = mean;
    sds[h] = Math.sqrt(variance);
    safe[h] = logSafe;
  }
  const mixture = { means, sds };
  return { mean: mixtureMean(mixture), sd: mixtureSd(mixture), logSafe: logMeanExp(safe) };
}

/** Under one belief: the mean of D, and s̃, by how much a run of `place` moves it. `shared`: L⁻¹ cov(data, the run's luck). */
function shiftOf(
  objectives: readonly ObjectiveBelief[],
  place: Place,
  best: Place,
  shared: readonly Float64Array[],
  h: number,
): { readonly mean: number; readonly sd: number } {
  let mean = 0;
  let variance = 0;
  for (const [m, model] of objectives.entries()) {
    const [px, pi, u] = [place.projections[h]?.[m], best.projections[h]?.[m], shared[m]];
    if (px === undefined || pi === undefined || u === undefined || model.toUtility === 0) continue;
    mean += model.toUtility * (px.mean - pi.mean);
    let [xx, xi, xu, iu, uu] = [0, 0, 0, 0, 0];
    for (let i = 0; i < u.length; i++) {
      const [a, b, c] = [at(px.v, i), at(pi.v, i), at(u, i)];
      xx += a * a;
      xi += a * b;
      xu += a * c;
      iu += b * c;
      uu += c * c;
    }
    const own = levelVariance + model.posterior.hyper.signal - xx;
    const result = own - 2 * xu - uu + runVariance(model.posterior.hyper);
    const towards = own - xu - (kernel(model, place.x, best.x) - xi - iu);
    variance += (model.toUtility * towards) ** 2 / Math.max(result, 1e-12);
  }
  return { mean, sd: Math.sqrt(variance) };
}

function logMeanExp(logs: Float64Array): number {
  let top = Number.NEGATIVE_INFINITY;
  for (const log of logs) top = Math.max(top, log);
  if (!Number.isFinite(top)) return Number.NEGATIVE_INFINITY;
  let total = 0;
  for (const log of logs) total += Math.exp(log - top);
  return top + Math.log(total / logs.length);
}

/** Prior covariance of f + μ at two combinations. */
function kernel(model: ObjectiveBelief, x: Combination, y: Combination): number {
  const { theta, signal } = model.posterior.hyper;
  let exponent = 0;
  for (let j = 0; j < x.length; j++) if (x[j] !== y[j]) exponent += at(theta, j);
  return levelVariance + signal * Math.exp(-exponent);
}

function differenceVariance(model: ObjectiveBelief, x: Place, px: Projection, y: Place, py: Projection): number {
  let explained = 0;
  for (let i = 0; i < px.v.length; i++) explained += (at(px.v, i) - at(py.v, i)) ** 2;
  const prior = 2 * (levelVariance + model.posterior.hyper.signal - kernel(model, x.x, y.x));
  return Math.max(0, prior - explained);
}
