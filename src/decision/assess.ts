/**
 * Where the decision stands: which set is recommended, and what is to be done about it next.
 *
 * Notation: gain `G(x) = U(x) − U(b)` with mean and sd under the model; `parts(x)` the number of factors on which x differs
 * from b. Evaluated sets are ranked by `π(x) · (mean G(x) − parts(x)/10)`, `π(x)` the probability that `judgedPairs` pairs
 * would confirm it: for each test (utility; guarded objectives shifted by their margins) with mean effect μ, model sd τ and
 * noise `σ_d = √2 σ` of a pair, `Φ((μ − t_c σ_d/√n) / √(τ² + σ_d²/n))`, `t_c` the critical t. A set that sits on a guardrail's
 * margin may be the best in the mean and yet have no prospect of being shown safe.
 * Simpler is better: of the evaluated sets within the best one, the smallest is recommended that loses, with the policy's
 * confidence, less than what matters.
 */
import type { Combination, LevelRef } from "../contribution/contribution.ts";
import { logExpectedImprovement, normalCdf } from "../math/normal.ts";
import { argmax } from "../math/vector.ts";
import {
  divergenceProbability,
  type Ensemble,
  estimateDifference,
  mixtureMean,
  mixtureSd,
  noiseSds,
  probabilityAbove,
} from "../plan/belief.ts";
import { bestExpectedImprovement } from "../plan/next.ts";
import { type Knowledge, keep, type PlanRequest } from "../plan/plan.ts";
import { diverged } from "../plan/scale.ts";
import { combinationKey, hamming, hasLevel, isLegal, levelsOf, stepOf } from "../plan/space.ts";
import { type ConfirmRun, confirmationOf, mostCandidates, testedCandidates, thresholdOf } from "./confirm.ts";
import type { Confirmation } from "./decision.ts";
import { criticalT } from "./eprocess.ts";

/** What a part costs in the ranking: no more than breaks ties. */
const partPrice = 0.1;
const judgedPairs = 10;
/** Pairs that a confirmation is expected to take: what the search leaves of the budget. */
const reservedPairs = 7;

export type Phase = "search" | "leave-out" | "confirm" | "done";

/** The recommended set without parts whose worth is in doubt. */
export interface LeaveOut {
  readonly parts: readonly LevelRef[];
  readonly without: Combination;
}

export interface Assessment {
  readonly phase: Phase;
  readonly recommended: Combination;
  /** Of the recommended set, or of the last one that was given up. */
  readonly confirmation: Confirmation | null;
  /** Index of the recommended set among the candidates put to confirmation. */
  readonly candidateIndex: number;
  /** In phase leave-out: what to measure, the most useful first. */
  readonly doubtful: readonly LeaveOut[];
  /** Model's sd of one run's utility. */
  readonly noise: number;
  /** Mean of G(recommended). */
  readonly gain: number;
}

export function assess(
  knowledge: Knowledge,
  ensemble: Ensemble,
  runsLeft: number | null,
  pending: readonly ConfirmRun[],
): Assessment {
  const noise = utilityNoise(knowledge, ensemble);
  const tested = testedCandidates(knowledge, pending);
  const standing = tested.map((candidate, i) => confirmationOf(knowledge, candidate, i, noise));
  const last = tested.at(-1);
  const result = standing.at(-1) ?? null;
  const failed = new Set(knowledge.failed.map(({ combination }) => combinationKey(combination)));
  const base = { noise, confirmation: result };

  if (last !== undefined && result?.outcome !== "futile" && !failed.has(combinationKey(last))) {
    const phase = result?.outcome === "confirmed" ? "done" : "confirm";
    const gain = gainOf(knowledge, ensemble, last).mean;
    return { ...base, phase, recommended: last, candidateIndex: tested.length - 1, doubtful: [], gain };
  }

  const givenUp = new Set(tested.map(combinationKey));
  const candidateIndex = tested.length;
  const choice =
    candidateIndex < mostCandidates
      ? choose(knowledge, ensemble, thresholdOf(knowledge, candidateIndex), givenUp)
      : null;
  const recommended = choice ?? knowledge.baseline;
  const gain = gainOf(knowledge, ensemble, recommended).mean;
  const found = { ...base, recommended, candidateIndex, gain };
  if (candidateIndex < mostCandidates && !searchIsOver(knowledge, ensemble, recommended, gain, runsLeft, pending))
    return { ...found, phase: "search", doubtful: [] };
  if (choice === null) return { ...found, phase: "done", doubtful: [] };
  const doubtful = mayLeaveOut(knowledge, runsLeft, pending) ? leaveOutsOf(knowledge, ensemble, choice) : [];
  return { ...found, phase: doubtful.length > 0 ? "leave-out" : "confirm", doubtful };
}

/** sd of one run's utility: objectives' noise, independent. */
export function utilityNoise(knowledge: Knowledge, ensemble: Ensemble): number {
  const sds = noiseSds(ensemble);
  return Math.hypot(...knowledge.objectives.map(({ weight, matters }, m) => (weight * (sds[m] ?? 0)) / matters));
}

interface Gain {
  readonly mean: number;
  readonly sd: number;
}

function gainOf(knowledge: Knowledge, ensemble: Ensemble, x: Combination): Gain {
  const { utility } = estimateDifference(ensemble, x, knowledge.baseline);
  return { mean: mixtureMean(utility), sd: mixtureSd(utility) };
}

/** Every distinct combination with a finished run. */
export function evaluatedCombinations(knowledge: Knowledge): Combination[] {
  const seen = new Map<string, Combination>();
  for (const { combination } of knowledge.observations) seen.set(combinationKey(combination), combination);
  return [...seen.values()];
}

/** The evaluated set that is best to put to confirmation, or null when none is worth it. */
function choose(
  knowledge: Knowledge,
  ensemble: Ensemble,
  threshold: number,
  givenUp: ReadonlySet<string>,
): Combination | null {
  const candidates = evaluatedCombinations(knowledge).filter(
    (x) => hamming(x, knowledge.baseline) > 0 && !givenUp.has(combinationKey(x)) && isLegal(knowledge.space, x),
  );
  const critical = criticalT(judgedPairs, threshold);
  const merit = new Map(candidates.map((x) => [x, meritOf(knowledge, ensemble, x, critical)]));
  const best = argmax(candidates, (x) => merit.get(x) ?? 0);
  if (best === null || !((merit.get(best) ?? 0) > 0)) return null;
  const simpler = candidates
    .filter((x) => isWithin(x, best, knowledge.baseline) && (merit.get(x) ?? 0) > 0)
    .filter((x) => {
      const { utility } = estimateDifference(ensemble, best, x);
      return 1 - probabilityAbove(utility, 1) >= knowledge.confidence;
    });
  return argmax(simpler, (x) => -hamming(x, knowledge.baseline)) ?? best;
}

/** Whether x is `set` without some of its parts. */
function isWithin(x: Combination, set: Combination, baseline: Combination): boolean {
  return hamming(x, set) > 0 && x.every((level, j) => level === set[j] || level === baseline[j]);
}

function meritOf(knowledge: Knowledge, ensemble: Ensemble, x: Combination, critical: number): number {
  const { objectives, utility } = estimateDifference(ensemble, x, knowledge.baseline);
  const worth = mixtureMean(utility) - partPrice * hamming(x, knowledge.baseline);
  let prospect = prospectOf(mixtureMean(utility), mixtureSd(utility), utilityNoise(knowledge, ensemble), critical);
  if (divergenceProbability(ensemble[0], x) > 0.5) return 0;
  const noise = noiseSds(ensemble);
  for (const [m, { guardrail: margin }] of knowledge.objectives.entries()) {
    const gain = objectives[m];
    if (margin === null || gain === undefined) continue;
    if (probabilityAbove(gain, -margin) < knowledge.confidence) return 0;
    prospect *= prospectOf(mixtureMean(gain) + margin, mixtureSd(gain), noise[m] ?? 0, critical);
  }
  return worth > 0 ? worth * prospect : worth;
}

function prospectOf(mean: number, sd: number, noise: number, critical: number): number {
  const pairError = (Math.SQRT2 * noise) / Math.sqrt(judgedPairs);
  const spread = Math.hypot(sd, pairError);
  return spread > 0 ? normalCdf((mean - critical * pairError) / spread) : mean > 0 ? 1 : 0;
}

/** Levels that could still be landed. */
function openLevels(knowledge: Knowledge): number {
  return levelsOf(knowledge.space).filter((ref) => knowledge.baseline[ref.factor] !== ref.level).length;
}

/** Leave-out runs that a search may end with. */
function mostLeaveOuts(knowledge: Knowledge): number {
  return Math.ceil(openLevels(knowledge) / 4);
}

/** Search runs of this baseline. */
function searchesOf(knowledge: Knowledge, pending: readonly ConfirmRun[]): number {
  const all = [...knowledge.observations, ...pending].filter((run) => run.purpose === "search").length;
  return all - knowledge.earlierSearches;
}

/** Search runs after which the search ends whatever is left of the budget. */
function mostSearches(knowledge: Knowledge): number {
  return 3 * openLevels(knowledge) + 2;
}

/** How many more runs a decision takes at most, by the search's own limit and a usual confirmation; for estimates of time. */
export function mostRunsToGo(knowledge: Knowledge, pending: readonly ConfirmRun[], phase: Phase): number {
  if (phase === "done") return 0;
  const confirmations = 2 * reservedPairs - confirmationsOf(knowledge, pending);
  const searches = mostSearches(knowledge) + mostLeaveOuts(knowledge) - searchesOf(knowledge, pending);
  return Math.max(0, confirmations) + (phase === "confirm" ? 0 : Math.max(0, searches));
}

function confirmationsOf(knowledge: Knowledge, pending: readonly ConfirmRun[]): number {
  const runs = [...knowledge.observations, ...pending];
  return runs.filter((run) => run.purpose === "confirm" && run.seed >= knowledge.confirmSeed).length;
}

/**
 * The search ends when the budget holds no more than leaving out and confirming need (at most two fifths of all runs are
 * kept for them), after three runs per open level, or, from one run per level on, when no further run promises much and
 * no part's place in or outside the set is in much doubt.
 */
function searchIsOver(
  knowledge: Knowledge,
  ensemble: Ensemble,
  best: Combination,
  gain: number,
  runsLeft: number | null,
  pending: readonly ConfirmRun[],
): boolean {
  const open = openLevels(knowledge);
  if (open === 0) return true;
  if (knowledge.observations.length === 0) return false;
  // Only a set that is better than the baseline so far has something to keep runs for.
  if (runsLeft !== null && hamming(best, knowledge.baseline) > 0) {
    const all = knowledge.observations.length + pending.length + runsLeft;
    const reserve = Math.min(2 * reservedPairs + mostLeaveOuts(knowledge), Math.floor(0.4 * all));
    if (runsLeft <= reserve) return true;
  }
  const searches = searchesOf(knowledge, pending);
  if (searches >= mostSearches(knowledge)) return true;
  if (searches < Math.max(6, open + 1) || !baselineIsKnown(knowledge)) return false;
  const request: PlanRequest = {
    knowledge,
    pending,
    count: 1,
    cost: () => 1,
    feasible: () => true,
    runsLeft,
    explore: 0,
    seed: "stop",
  };
  return (
    bestExpectedImprovement(request, ensemble) < Math.max(0.1, 0.02 * gain) &&
    placementLoss(knowledge, ensemble, best) < Math.max(0.5, 0.05 * gain)
  );
}

/** Whether some run of the baseline came out finite: before that there is nothing to compare with. */
function baselineIsKnown(knowledge: Knowledge): boolean {
  const base = combinationKey(knowledge.baseline);
  return knowledge.observations.some((run) => combinationKey(run.combination) === base && !diverged(run));
}

/** Expected utility lost, summed over levels, by each being in the set or out of it as it is now. */
function placementLoss(knowledge: Knowledge, ensemble: Ensemble, best: Combination): number {
  let loss = 0;
  for (const ref of levelsOf(knowledge.space)) {
    if (knowledge.baseline[ref.factor] === ref.level) continue;
    const step = stepOf(knowledge, best, ref);
    if (step === null) continue;
    const { utility } = estimateDifference(ensemble, step.within, step.without);
    const [mean, sd] = [mixtureMean(utility), mixtureSd(utility) + 1e-12];
    const wrong = hasLevel(best, ref) ? -mean : mean;
    loss += sd * Math.exp(logExpectedImprovement(wrong / sd));
  }
  return loss;
}

/** Leave-out runs come out of what the budget holds beyond the confirmation itself. */
function mayLeaveOut(knowledge: Knowledge, runsLeft: number | null, pending: readonly ConfirmRun[]): boolean {
  const most = mostSearches(knowledge) + mostLeaveOuts(knowledge);
  return searchesOf(knowledge, pending) < most && (runsLeft === null || runsLeft > 2 * reservedPairs);
}

/**
 * What leaving out would tell: first the set without all parts that the model does not think worth their keep, then
 * single parts whose worth is in doubt; none that has been measured.
 */
function leaveOutsOf(knowledge: Knowledge, ensemble: Ensemble, set: Combination): LeaveOut[] {
  const { baseline } = knowledge;
  const seen = new Set(evaluatedCombinations(knowledge).map(combinationKey));
  for (const { combination } of knowledge.failed) seen.add(combinationKey(combination));
  const isNew = (x: Combination) => !seen.has(combinationKey(x)) && hamming(x, baseline) > 0;

  const pruned = pruneByModel(knowledge, ensemble, set);
  const dropped = set.flatMap((level, factor) => (pruned[factor] === level ? [] : [{ factor, level }]));
  const single = partsOf(knowledge, ensemble, set)
    .map((part) => ({ ...part, doubt: normalCdf(-Math.abs(part.mean - keep) / (part.sd + 1e-12)) }))
    .filter(({ without, doubt }) => doubt > 0.1 && isNew(without))
    .sort((a, b) => b.doubt - a.doubt)
    .map(({ ref, without }): LeaveOut => ({ parts: [ref], without }));
  return dropped.length > 1 && isNew(pruned) ? [{ parts: dropped, without: pruned }, ...single] : single;
}

/** Each part of a set with what it is worth there. */
function partsOf(
  knowledge: Knowledge,
  ensemble: Ensemble,
  set: Combination,
): { readonly ref: LevelRef; readonly without: Combination; readonly mean: number; readonly sd: number }[] {
  return set.flatMap((level, factor) => {
    if (level === knowledge.baseline[factor]) return [];
    const step = stepOf(knowledge, set, { factor, level });
    if (step === null) return [];
    const { utility } = estimateDifference(ensemble, set, step.without);
    return { ref: { factor, level }, without: step.without, mean: mixtureMean(utility), sd: mixtureSd(utility) };
  });
}

/** Drops the least worthy part while its mean worth is below its keep. */
function pruneByModel(knowledge: Knowledge, ensemble: Ensemble, set: Combination): Combination {
  let x = set;
  for (;;) {
    const worst = argmax(partsOf(knowledge, ensemble, x), ({ mean }) => -mean);
    if (worst === null || worst.mean >= keep) return x;
    x = worst.without;
  }
}
