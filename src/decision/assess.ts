/**
 * Where the decision stands: which set is recommended, and what is to be done about it next.
 *
 * Notation: gain `G(x) = U(x) − U(b)` with mean and sd under the model; `parts(x)` the number of factors on which x differs
 * from b; a part must be worth half of what matters to earn its keep (the threshold with even errors between an effect of
 * 0 and one of 1), so `x` is ranked by `π(x) · (mean G(x) − ½ parts(x))`, `π(x)` the probability that `judgedPairs` pairs
 * would confirm it: for each test (utility; guarded objectives shifted by their margins) with mean effect μ, model sd τ and
 * noise `σ_d = √2 σ` of a pair, `Φ((μ − t_c σ_d/√n) / √(τ² + σ_d²/n))`, `t_c` the critical t. A set that sits on a guardrail's
 * margin may be the best in the mean and yet have no prospect of being shown safe.
 */
import type { Combination, LevelRef } from "../contribution/contribution.ts";
import { normalCdf } from "../math/normal.ts";
import { argmax } from "../math/vector.ts";
import {
  type Belief,
  divergenceProbability,
  estimate,
  mixtureMean,
  mixtureSd,
  probabilityAbove,
} from "../plan/belief.ts";
import { difference } from "../plan/functional.ts";
import { bestExpectedImprovement } from "../plan/next.ts";
import type { Knowledge, PlanRequest } from "../plan/plan.ts";
import { combinationKey, hamming, isLegal, levelsOf, withoutLevel } from "../plan/space.ts";
import { type ConfirmRun, confirmationOf, mostCandidates, testedCandidates, thresholdOf } from "./confirm.ts";
import type { Confirmation } from "./decision.ts";
import { criticalT } from "./eprocess.ts";

/** What a part must be worth, in units of `matters`. */
export const keep = 0.5;
const judgedPairs = 10;
/** Pairs that a confirmation is expected to take: what the search leaves of the budget. */
const reservedPairs = 7;

export type Phase = "search" | "leave-out" | "confirm" | "done";

export interface Assessment {
  readonly phase: Phase;
  readonly recommended: Combination;
  /** Of the recommended set, or of the last one that was given up. */
  readonly confirmation: Confirmation | null;
  /** Index of the recommended set among the candidates put to confirmation. */
  readonly candidateIndex: number;
  /** In phase leave-out: the parts in doubt, the most doubtful first. */
  readonly doubtful: readonly { readonly ref: LevelRef; readonly without: Combination }[];
  /** Model's sd of one run's utility. */
  readonly noise: number;
  /** Mean of G(recommended). */
  readonly gain: number;
}

export function assess(
  knowledge: Knowledge,
  belief: Belief,
  runsLeft: number | null,
  pending: readonly ConfirmRun[],
): Assessment {
  const noise = utilityNoise(belief);
  const tested = testedCandidates(knowledge, pending);
  const standing = tested.map((candidate, i) => confirmationOf(knowledge, candidate, i, noise));
  const last = tested.at(-1);
  const result = standing.at(-1) ?? null;
  const failed = new Set(knowledge.failed.map(({ combination }) => combinationKey(combination)));
  const base = { noise, confirmation: result };

  if (last !== undefined && result?.outcome !== "futile" && !failed.has(combinationKey(last))) {
    const phase = result?.outcome === "confirmed" ? "done" : "confirm";
    const gain = gainOf(knowledge, belief, last).mean;
    return { ...base, phase, recommended: last, candidateIndex: tested.length - 1, doubtful: [], gain };
  }

  const givenUp = new Set(tested.map(combinationKey));
  const candidateIndex = tested.length;
  const choice =
    candidateIndex < mostCandidates ? choose(knowledge, belief, thresholdOf(knowledge, candidateIndex), givenUp) : null;
  const recommended = choice ?? knowledge.baseline;
  const gain = gainOf(knowledge, belief, recommended).mean;
  const found = { ...base, recommended, candidateIndex, gain };
  if (candidateIndex < mostCandidates && !searchIsOver(knowledge, belief, gain, runsLeft, pending))
    return { ...found, phase: "search", doubtful: [] };
  if (choice === null) return { ...found, phase: "done", doubtful: [] };
  const doubtful = doubtfulParts(knowledge, belief, choice);
  return { ...found, phase: doubtful.length > 0 ? "leave-out" : "confirm", doubtful };
}

/** sd of one run's utility: objectives' noise, independent. */
function utilityNoise(belief: Belief): number {
  let variance = 0;
  for (const model of belief.objectives) variance += model.toUtility ** 2 * model.posterior.hyper.noise;
  return Math.sqrt(variance);
}

interface Gain {
  readonly mean: number;
  readonly sd: number;
}

function gainOf(knowledge: Knowledge, belief: Belief, x: Combination): Gain {
  const { utility } = estimate([belief], difference(belief.shape, x, knowledge.baseline));
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
  belief: Belief,
  threshold: number,
  givenUp: ReadonlySet<string>,
): Combination | null {
  const candidates = evaluatedCombinations(knowledge).filter(
    (x) => hamming(x, knowledge.baseline) > 0 && !givenUp.has(combinationKey(x)) && isLegal(knowledge.space, x),
  );
  const critical = criticalT(judgedPairs, threshold);
  const merit = new Map(candidates.map((x) => [x, meritOf(knowledge, belief, x, critical)]));
  const best = argmax(candidates, (x) => merit.get(x) ?? 0);
  return best !== null && (merit.get(best) ?? 0) > 0 ? best : null;
}

function meritOf(knowledge: Knowledge, belief: Belief, x: Combination, critical: number): number {
  const { objectives, utility } = estimate([belief], difference(belief.shape, x, knowledge.baseline));
  const worth = mixtureMean(utility) - keep * hamming(x, knowledge.baseline);
  let prospect = prospectOf(mixtureMean(utility), mixtureSd(utility), utilityNoise(belief), critical);
  if (divergenceProbability(belief, x) > 0.5) return 0;
  for (const [m, model] of belief.objectives.entries()) {
    const margin = model.objective.guardrail;
    const gain = objectives[m];
    if (margin === null || gain === undefined) continue;
    if (probabilityAbove(gain, -margin) < knowledge.confidence) return 0;
    const noise = model.unit * Math.sqrt(model.posterior.hyper.noise);
    prospect *= prospectOf(mixtureMean(gain) + margin, mixtureSd(gain), noise, critical);
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

/**
 * The search ends when the budget holds no more than the confirmation needs (at most two fifths of all runs are kept for
 * it), after three runs per open level, or, from one run per level on, when no further run promises a fiftieth of
 * the gain so far or a tenth of what matters.
 */
function searchIsOver(
  knowledge: Knowledge,
  belief: Belief,
  gain: number,
  runsLeft: number | null,
  pending: readonly ConfirmRun[],
): boolean {
  const open = openLevels(knowledge);
  if (open === 0) return true;
  const done = knowledge.observations.length + pending.length;
  if (knowledge.observations.length === 0) return runsLeft !== null && runsLeft < 1 && pending.length === 0;
  if (runsLeft !== null) {
    const reserve = Math.min(2 * reservedPairs + mostLeaveOuts(knowledge), Math.floor(0.4 * (done + runsLeft)));
    if (runsLeft <= reserve) return true;
  }
  const searches = [...knowledge.observations, ...pending].filter((run) => run.purpose === "search").length;
  if (searches >= 3 * open + 2) return true;
  if (searches < Math.max(6, open + 1)) return false;
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
  return bestExpectedImprovement(request, belief) < Math.max(0.1, 0.02 * gain);
}

/** Parts of x that may or may not be worth their keep, whose absence has not been measured. */
function doubtfulParts(
  knowledge: Knowledge,
  belief: Belief,
  x: Combination,
): { readonly ref: LevelRef; readonly without: Combination }[] {
  const evaluated = new Set(evaluatedCombinations(knowledge).map(combinationKey));
  const failed = new Set(knowledge.failed.map(({ combination }) => combinationKey(combination)));
  const parts = x.flatMap((level, factor) => {
    if (level === knowledge.baseline[factor]) return [];
    const without = withoutLevel(knowledge.space, x, factor, knowledge.baseline[factor] ?? 0);
    if (without === null || hamming(without, knowledge.baseline) === 0) return [];
    const { utility } = estimate([belief], difference(belief.shape, x, without));
    const doubt = normalCdf(-Math.abs(mixtureMean(utility) - keep) / (mixtureSd(utility) + 1e-12));
    return [{ ref: { factor, level }, without, doubt, measured: evaluated.has(combinationKey(without)) }];
  });
  const spent = parts.filter(({ measured }) => measured).length;
  return parts
    .filter(({ measured, doubt, without }) => !measured && doubt > 0.1 && !failed.has(combinationKey(without)))
    .sort((a, b) => b.doubt - a.doubt)
    .slice(0, Math.max(0, mostLeaveOuts(knowledge) - spent));
}
