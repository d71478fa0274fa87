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
import { dot } from "../math/vector.ts";
import {
  type Belief,
  divergenceProbability,
  type Ensemble,
  mixtureMean,
  mixtureSd,
  type ObjectiveBelief,
} from "./belief.ts";
import { levelVariance, type Projection, projectPoint, projectShared, runVariance } from "./model.ts";
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
  /** Of one more run of x with this seed, over the incumbent; cost apart. */
  readonly improvement: (x: Combination, seed: number, incumbent: Combination) => Improvement;
}

export function createField(ensemble: Ensemble, baseline: Combination): Field {
  const base = combinationKey(baseline);
  const fields = ensemble.map((belief) => beliefField(belief, baseline, base));
  const standings = new Map<string, Standing>();
  return {
    standing: (x) => {
      const key = combinationKey(x);
      const known = standings.get(key);
      if (known !== undefined) return known;
      const all = fields.map((field) => field.standing(x, key));
      const mixture = {
        means: Float64Array.from(all, ({ mean }) => mean),
        sds: Float64Array.from(all, ({ sd }) => sd),
      };
      const made = {
        mean: mixtureMean(mixture),
        sd: mixtureSd(mixture),
        logSafe: logMeanExp(all.map(({ logSafe }) => logSafe)),
      };
      standings.set(key, made);
      return made;
    },
    improvement: (x, seed, incumbent) => {
      const [key, best] = [combinationKey(x), combinationKey(incumbent)];
      const all = fields.map((field) => field.improvement(x, key, seed, incumbent, best));
      return {
        logValue: logMeanExp(all.map(({ logValue }) => logValue)),
        expected: all.reduce((total, { expected }) => total + expected / all.length, 0),
      };
    },
  };
}

function logMeanExp(logs: readonly number[]): number {
  const top = Math.max(...logs);
  if (!Number.isFinite(top)) return Number.NEGATIVE_INFINITY;
  return top + Math.log(logs.reduce((total, log) => total + Math.exp(log - top), 0) / logs.length);
}

/** A field that is told the combinations' keys. */
interface BeliefField {
  readonly standing: (x: Combination, key: string) => Standing;
  readonly improvement: (
    x: Combination,
    key: string,
    seed: number,
    incumbent: Combination,
    best: string,
  ) => Improvement;
}

/** The field of one belief; remembers the projections it has made. */
function beliefField(belief: Belief, baseline: Combination, base: string): BeliefField {
  const projections = new Map<string, readonly Projection[]>();
  const shared = new Map<string, readonly Float64Array[]>();
  const standings = new Map<string, Standing>();

  const projectionsOf = (x: Combination, key: string): readonly Projection[] => {
    const known = projections.get(key);
    if (known !== undefined) return known;
    const codes = encodeCombination(belief.shape, x);
    const made = belief.objectives.map((model) => projectPoint(model.posterior, codes));
    projections.set(key, made);
    return made;
  };
  const sharedOf = (x: Combination, seed: number): readonly Float64Array[] => {
    const groups = belief.grouping.groupsOf(x, seed);
    const key = groups.join();
    const known = shared.get(key);
    if (known !== undefined) return known;
    const made = belief.objectives.map((model) => projectShared(model.posterior, groups));
    shared.set(key, made);
    return made;
  };

  const standing = (x: Combination, key: string): Standing => {
    const known = standings.get(key);
    if (known !== undefined) return known;
    const [mine, theirs] = [projectionsOf(x, key), projectionsOf(baseline, base)];
    let mean = 0;
    let variance = 0;
    let logSafe = Math.log(Math.max(1e-6, 1 - divergenceProbability(belief, x)));
    for (const [m, model] of belief.objectives.entries()) {
      const [px, pb] = [mine[m], theirs[m]];
      if (px === undefined || pb === undefined) continue;
      const gain = px.mean - pb.mean;
      const spread = differenceVariance(model, x, px, baseline, pb);
      mean += model.toUtility * gain;
      variance += model.toUtility ** 2 * spread;
      const margin = model.objective.guardrail;
      if (margin !== null && base !== key)
        logSafe += normalLogCdf((gain + margin / model.unit) / Math.sqrt(spread + 1e-18));
    }
    const made = { mean, sd: Math.sqrt(variance), logSafe };
    standings.set(key, made);
    return made;
  };

  const improvement: BeliefField["improvement"] = (x, key, seed, incumbent, best) => {
    const [mine, theirs, luck] = [projectionsOf(x, key), projectionsOf(incumbent, best), sharedOf(x, seed)];
    let mean = 0;
    let variance = 0;
    for (const [m, model] of belief.objectives.entries()) {
      const [px, pi, u] = [mine[m], theirs[m], luck[m]];
      if (px === undefined || pi === undefined || u === undefined || model.toUtility === 0) continue;
      mean += model.toUtility * (px.mean - pi.mean);
      const { hyper } = model.posterior;
      const own = kernel(model, x, x) - dot(px.v, px.v);
      const withLuck = -dot(px.v, u);
      const cross = kernel(model, x, incumbent) - dot(px.v, pi.v) - dot(pi.v, u);
      const result = own + 2 * withLuck - dot(u, u) + runVariance(hyper);
      variance += (model.toUtility * (own + withLuck - cross)) ** 2 / Math.max(result, 1e-12);
    }
    const sd = Math.sqrt(variance);
    if (!(sd > 1e-9)) return { logValue: Number.NEGATIVE_INFINITY, expected: 0 };
    const logEi = Math.log(sd) + logExpectedImprovement(mean / sd);
    return { logValue: logEi + standing(x, key).logSafe, expected: Math.exp(logEi) };
  };
  return { standing, improvement };
}

/** Prior covariance of f + μ at two combinations. */
function kernel(model: ObjectiveBelief, x: Combination, y: Combination): number {
  const { theta, signal } = model.posterior.hyper;
  let exponent = 0;
  for (let j = 0; j < x.length; j++) if (x[j] !== y[j]) exponent += theta[j] ?? 0;
  return levelVariance + signal * Math.exp(-exponent);
}

function differenceVariance(
  model: ObjectiveBelief,
  x: Combination,
  px: Projection,
  y: Combination,
  py: Projection,
): number {
  let explained = 0;
  for (let i = 0; i < px.v.length; i++) explained += ((px.v[i] ?? 0) - (py.v[i] ?? 0)) ** 2;
  return Math.max(0, kernel(model, x, x) + kernel(model, y, y) - 2 * kernel(model, x, y) - explained);
}
