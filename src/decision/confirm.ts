/**
 * Confirmation of a set on fresh seeds, against the baseline on the same seeds.
 *
 * Notation: pair k has the difference `d_k = y(x̂) − y(b)` on a seed that nothing was chosen by. Tested are the utility
 * (H₀: E d ≤ 0, in units of `matters`) and each guarded objective (H₀: E d ≤ −g); the set is confirmed when every E-process
 * has reached 1/α_t (intersection–union: no further price). Candidates are tested one after another, each on seeds of its
 * own; α_t is what the lab's error budget leaves the t-th set that it ever tested (budget.ts).
 */
import type { Combination } from "../contribution/contribution.ts";
import type { Interval, Observation, Purpose, ResolvedObjective } from "../evidence/evidence.ts";
import { normalCdf } from "../math/normal.ts";
import { studentQuantile } from "../math/student.ts";
import type { Knowledge } from "../plan/plan.ts";
import { diverged } from "../plan/scale.ts";
import { combinationKey } from "../plan/space.ts";
import { levelAfter } from "./budget.ts";
import type { Confirmation } from "./decision.ts";
import { criticalT, largestE, pairsNeeded, type Spread, spreadOf, tStatistic } from "./eprocess.ts";

/** N: a confirmation takes at most so many pairs. */
export const mostPairs = 24;
/** Below this many pairs nothing is called futile. */
const fewestPairs = 4;
/** Degrees of freedom that the model's noise counts for beside the pairs' own spread. */
const forecastWeight = 6;
/** Candidates tried before a baseline is left as it is. */
export const mostCandidates = 3;

/** A run of a confirmation, finished or under way. */
export interface ConfirmRun {
  readonly combination: Combination;
  readonly seed: number;
  readonly purpose: Purpose;
}

/** The sets that have been put to confirmation against this baseline, in that order. */
export function testedCandidates(knowledge: Knowledge, pending: readonly ConfirmRun[]): Combination[] {
  const first = new Map<string, { combination: Combination; seed: number }>();
  const base = combinationKey(knowledge.baseline);
  for (const run of [...knowledge.observations, ...pending]) {
    if (run.purpose !== "confirm" || run.seed < knowledge.confirmSeed) continue;
    const key = combinationKey(run.combination);
    const known = first.get(key);
    if (key !== base && (known === undefined || run.seed < known.seed)) first.set(key, run);
  }
  return [...first.values()].sort((a, b) => a.seed - b.seed).map(({ combination }) => combination);
}

/** 1/α_t of this baseline's candidate number 0, 1, … */
export function thresholdOf({ alpha, earlierTrials }: Knowledge, candidateIndex: number): number {
  const { tested, landed } = earlierTrials;
  return 1 / levelAfter({ tested: tested + candidateIndex, landed }, alpha);
}

export interface Pair {
  readonly seed: number;
  readonly baseline: Observation;
  readonly candidate: Observation;
}

/** Finished pairs of confirmation runs, by seed. */
export function pairsOf(knowledge: Knowledge, candidate: Combination): Pair[] {
  const [baseKey, key] = [combinationKey(knowledge.baseline), combinationKey(candidate)];
  const bases = new Map<number, Observation>();
  const others = new Map<number, Observation>();
  for (const run of knowledge.observations) {
    if (run.purpose !== "confirm" || run.seed < knowledge.confirmSeed) continue;
    const runKey = combinationKey(run.combination);
    if (runKey === baseKey) bases.set(run.seed, run);
    if (runKey === key) others.set(run.seed, run);
  }
  const pairs: Pair[] = [];
  for (const [seed, candidateRun] of others) {
    const baseline = bases.get(seed);
    if (baseline !== undefined) pairs.push({ seed, baseline, candidate: candidateRun });
  }
  return pairs.sort((a, b) => a.seed - b.seed);
}

/** One E-process: what it tests, and the differences it has seen, oriented and shifted so that H₀ is "mean ≤ 0". */
interface Test {
  readonly objective: ResolvedObjective | null;
  /** In units of `matters`. */
  readonly shift: number;
  readonly differences: readonly number[];
}

function testsOf(knowledge: Knowledge, pairs: readonly Pair[]): Test[] {
  const guarded = knowledge.objectives.filter((objective) => objective.guardrail !== null);
  const utility: Test = { objective: null, shift: 0, differences: pairs.flatMap((pair) => utilityOf(knowledge, pair)) };
  const guards = guarded.map((objective): Test => {
    const shift = (objective.guardrail ?? 0) / objective.matters;
    const differences = pairs.flatMap((pair) => {
      const d = differenceOf(objective, pair);
      return d === null ? [] : [d + shift];
    });
    return { objective, shift, differences };
  });
  return knowledge.objectives.some((objective) => objective.weight > 0) ? [utility, ...guards] : guards;
}

/** Oriented, in units of `matters`; null when either side lacks a finite value. */
function differenceOf(objective: ResolvedObjective, pair: Pair): number | null {
  const [x, b] = [pair.candidate, pair.baseline].map((run) => {
    const outcome = run.outcomes.get(objective.name);
    return outcome?.kind === "measured" && Number.isFinite(outcome.value) ? outcome.value : null;
  });
  return x === null || b === null || x === undefined || b === undefined
    ? null
    : (objective.sign * (x - b)) / objective.matters;
}

function utilityOf(knowledge: Knowledge, pair: Pair): number[] {
  let total = 0;
  for (const objective of knowledge.objectives) {
    if (objective.weight === 0) continue;
    const d = differenceOf(objective, pair);
    if (d === null) return [];
    total += objective.weight * d;
  }
  return [total];
}

/** Rounding, in units of `matters`: differences below it are no differences. */
const rounding = 1e-6;

/** What the model expects of a test's differences: the belief about their mean, and the sd of one; in the objective's unit or the utility's. */
export interface Forecast {
  readonly mean: number;
  readonly sd: number;
  readonly pairSd: number;
}

/** For the utility, and for each objective by name. */
export interface Outlook {
  readonly utility: Forecast;
  readonly objectives: ReadonlyMap<string, Forecast>;
}

/** What the finished pairs say about a candidate, and the model about those to come; null before the first pair. */
export function confirmationOf(
  knowledge: Knowledge,
  candidate: Combination,
  candidateIndex: number,
  outlook: Outlook,
  leastHope: number,
): Confirmation | null {
  const pairs = pairsOf(knowledge, candidate);
  if (pairs.length === 0) return null;
  const threshold = thresholdOf(knowledge, candidateIndex);
  const tests = testsOf(knowledge, pairs).map((test) => {
    const spread = spreadOf(test.differences, rounding);
    const e = largestE(test.differences, rounding);
    const forecast = forecastOf(test, outlook);
    return { test, spread, e, forecast, difference: differenceInterval(test, spread, knowledge.confidence, forecast) };
  });
  const worse = pairs.some((pair) => diverged(pair.candidate) && !diverged(pair.baseline));
  const confirmed = !worse && tests.length > 0 && tests.every(({ e }) => e >= threshold);
  const hope = tests.reduce(
    (product, { e, spread, forecast }) => product * (e >= threshold ? 1 : hopeOf(spread, forecast, threshold)),
    1,
  );
  const futile = worse || (pairs.length >= fewestPairs && hope < leastHope);
  return {
    pairs: pairs.length,
    threshold,
    tests: tests.map(({ test, e, difference }) => ({ objective: test.objective?.name ?? null, e, difference })),
    outcome: confirmed ? "confirmed" : futile ? "futile" : "pending",
  };
}

/** In the test's own terms: oriented, shifted, in units of `matters`. */
function forecastOf({ objective, shift }: Test, outlook: Outlook): Forecast {
  const expected = objective === null ? outlook.utility : outlook.objectives.get(objective.name);
  const unit = objective?.matters ?? 1;
  if (expected === undefined) return { mean: 0, sd: Number.POSITIVE_INFINITY, pairSd: 0 };
  return { mean: expected.mean / unit + shift, sd: expected.sd / unit, pairSd: expected.pairSd / unit };
}

/**
 * How likely the test is to get there: with r pairs to come of N, their mean is normal about the forecast's with variance
 * `v + s²/r`, and N pairs must have a mean of `t_c s/√N`, s from the pairs seen and the forecast together.
 */
export function hopeOf({ n, mean, sd }: Spread, forecast: Forecast, threshold: number): number {
  const rest = mostPairs - n;
  if (rest <= 0) return 0;
  const s = Math.sqrt(((n - 1) * sd ** 2 + forecastWeight * forecast.pairSd ** 2) / (n - 1 + forecastWeight));
  const total = n * mean + rest * forecast.mean;
  const spread = rest * Math.sqrt(forecast.sd ** 2 + s ** 2 / rest);
  return normalCdf((total - Math.sqrt(mostPairs) * criticalT(mostPairs, threshold) * s) / spread);
}

/**
 * Pairs still to be run before every test is expected to reach its threshold; at least 1, and with those made at most
 * `mostPairs`. Before there are two pairs the outlook says what to expect.
 */
export function pairsToGo(
  knowledge: Knowledge,
  candidate: Combination,
  candidateIndex: number,
  outlook: Outlook,
): number {
  const pairs = pairsOf(knowledge, candidate);
  const threshold = thresholdOf(knowledge, candidateIndex);
  const needed = testsOf(knowledge, pairs).map((test) => {
    if (largestE(test.differences, rounding) >= threshold) return pairs.length;
    const spread = spreadOf(test.differences, rounding);
    const { mean, pairSd } = forecastOf(test, outlook);
    const before = mean / Math.max(pairSd, rounding);
    const effect = spread.n < 2 ? before : tStatistic(spread) / Math.sqrt(spread.n);
    return pairsNeeded(effect, threshold, pairs.length + 1, mostPairs) ?? mostPairs;
  });
  return Math.max(1, Math.max(0, ...needed) - pairs.length);
}

/** The unshifted mean difference with its t interval; in the objective's own unit and sign, the utility's in `matters`. */
function differenceInterval(test: Test, spread: Spread, confidence: number, forecast: Forecast): Interval {
  const mean = spread.mean - test.shift;
  // One pair has no spread of its own: the model's noise stands in.
  const nu = Math.max(1, spread.n - 1);
  const sd = spread.n < 2 ? forecast.pairSd : spread.sd;
  const half = (studentQuantile((1 + confidence) / 2, nu) * sd) / Math.sqrt(Math.max(1, spread.n));
  const unit = test.objective?.matters ?? 1;
  const sign = test.objective?.sign ?? 1;
  const [a, b] = [sign * unit * (mean - half), sign * unit * (mean + half)];
  return { mean: sign * unit * mean, low: Math.min(a, b), high: Math.max(a, b) };
}

/** The utility's differences of all finished pairs. */
export function confirmedGain(knowledge: Knowledge, candidate: Combination): Spread {
  return spreadOf(
    pairsOf(knowledge, candidate).flatMap((pair) => utilityOf(knowledge, pair)),
    rounding,
  );
}

/** The first seed above all that confirmations and audits have used so far. */
export function freshSeed(knowledge: Knowledge, pending: readonly ConfirmRun[]): number {
  const used = [...knowledge.observations, ...pending].filter((run) => run.purpose !== "search");
  return Math.max(knowledge.confirmSeed, ...used.map((run) => run.seed + 1));
}
