/**
 * Where the decision stands: which set is recommended, and what is to be done about it next.
 *
 * Notation: gain `G(x) = U(x) − U(b)` with mean and sd under the model, in units of `matters`.
 */
import type { Combination, LevelRef } from "../contribution/contribution.ts";
import { logExpectedImprovement } from "../math/normal.ts";
import { type Ensemble, estimateDifference, mixtureMean, mixtureSd } from "../plan/belief.ts";
import { bestExpectedImprovement } from "../plan/next.ts";
import type { Knowledge, PlanRequest } from "../plan/plan.ts";
import { diverged } from "../plan/scale.ts";
import { combinationKey, hamming, hasLevel, levelsOf, stepOf } from "../plan/space.ts";
import { type Contest, outlookOf, utilityNoiseOf } from "./appraise.ts";
import { bestMerit, choose } from "./choice.ts";
import {
  type ConfirmRun,
  confirmationOf,
  mostCandidates,
  mostPairs,
  testedCandidates,
  thresholdOf,
} from "./confirm.ts";
import type { Confirmation } from "./decision.ts";
import { pairsNeeded } from "./eprocess.ts";
import { type LeaveOut, leaveOutsOf } from "./leave-out.ts";
import { firstConfirmationOf, firstRunOf } from "./order.ts";
import { openQuestions } from "./questions.ts";

/** Pairs that a confirmation is expected to take: what the search leaves of the budget. */
const reservedPairs = 7;
/** The same where something is guarded: to show that a loss is small takes longer than to show a gain. */
const reservedGuardedPairs = 12;
/** Share of all runs that is kept for refining and confirming, at most (half, where a confirmation takes that). */
const mostReserved = 0.4;

/** A confirmation goes on while it is this likely to succeed, and longer where no other set promises as much. */
const leastHope = 0.1;
const mostHope = 0.5;

export type Phase = "search" | "refine" | "confirm" | "done";

export interface Assessment {
  readonly phase: Phase;
  readonly recommended: Combination;
  /** Of the recommended set, or of the last one that was given up. */
  readonly confirmation: Confirmation | null;
  /** Index of the recommended set among the candidates put to confirmation. */
  readonly candidateIndex: number;
  /** In phase refine: what to leave out, the most useful first, */
  readonly doubtful: readonly LeaveOut[];
  /** and sets to look at again beside the baseline, because a guardrail's margin is near. */
  readonly questions: readonly Combination[];
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
  mayStillSearch = true,
): Assessment {
  const noise = utilityNoiseOf(knowledge, ensemble);
  const tested = testedCandidates(knowledge, pending);
  const last = tested.at(-1);
  const result =
    last === undefined
      ? null
      : confirmationOf(
          knowledge,
          last,
          tested.length - 1,
          outlookOf(knowledge, ensemble, last),
          leastHopeOf(knowledge, ensemble, tested, last),
        );
  const failed = new Set(knowledge.failed.map(({ combination }) => combinationKey(combination)));
  const base = { noise, confirmation: result, doubtful: [], questions: [] };

  if (last !== undefined && result?.outcome !== "futile" && !failed.has(combinationKey(last))) {
    const phase = result?.outcome === "confirmed" ? "done" : "confirm";
    const gain = gainOf(knowledge, ensemble, last).mean;
    return { ...base, phase, recommended: last, candidateIndex: tested.length - 1, gain };
  }

  const candidateIndex = tested.length;
  const recommended = recommend(knowledge, ensemble, tested);
  const gain = gainOf(knowledge, ensemble, recommended).mean;
  const found = { ...base, recommended, candidateIndex, gain };
  if (isExhausted(knowledge, tested)) return { ...found, phase: "done" };
  const purse = runsLeft === null ? null : { left: runsLeft, least: fewestRuns(knowledge, candidateIndex) };
  if (mayStillSearch && !searchIsOver(knowledge, ensemble, recommended, gain, purse, pending))
    return { ...found, phase: "search" };
  const nothing = hamming(recommended, knowledge.baseline) === 0;
  if (mayRefine(knowledge, purse, pending)) {
    const doubtful = nothing ? [] : leaveOutsOf(knowledge, ensemble, recommended);
    const questions = doubtful.length > 0 ? [] : openQuestions(knowledge, ensemble, contestOf(knowledge, tested));
    if (doubtful.length + questions.length > 0) return { ...found, phase: "refine", doubtful, questions };
  }
  return { ...found, phase: nothing ? "done" : "confirm" };
}

/**
 * The set that would be put to confirmation now, if the search ended: the baseline when no other is worth it.
 * @param tested the sets that were put to confirmation against this baseline before
 */
export function recommend(
  knowledge: Knowledge,
  ensemble: Ensemble,
  tested: readonly Combination[] = testedCandidates(knowledge, []),
): Combination {
  if (isExhausted(knowledge, tested)) return knowledge.baseline;
  return choose(knowledge, ensemble, contestOf(knowledge, tested)) ?? knowledge.baseline;
}

/**
 * Once enough sets were given up, what may be put to confirmation has one of these levels in it, which were first run since the
 * last of them was tested: what is proposed later gets its turn, and no old set another one. null: any set may.
 */
function freshLevels(knowledge: Knowledge, tested: readonly Combination[]): readonly LevelRef[] | null {
  const last = tested.at(-1);
  if (last === undefined || tested.length < mostCandidates) return null;
  const begun = firstConfirmationOf(knowledge, last);
  return begun < 0 ? [] : openLevels(knowledge).filter((ref) => firstRunOf(knowledge, ref) > begun);
}

/** Whether nothing is left that may be put to confirmation. */
function isExhausted(knowledge: Knowledge, tested: readonly Combination[]): boolean {
  return freshLevels(knowledge, tested)?.length === 0;
}

/** Below this chance of success the next best set is the better use of the pairs that are left. */
function leastHopeOf(
  knowledge: Knowledge,
  ensemble: Ensemble,
  tested: readonly Combination[],
  last: Combination,
): number {
  const next = isExhausted(knowledge, tested) ? 0 : bestMerit(knowledge, ensemble, contestOf(knowledge, tested));
  return Math.max(leastHope, Math.min(mostHope, next / Math.max(1e-9, gainOf(knowledge, ensemble, last).mean)));
}

function contestOf(knowledge: Knowledge, tested: readonly Combination[]): Contest {
  return {
    threshold: thresholdOf(knowledge, tested.length),
    givenUp: new Set(tested.map(combinationKey)),
    fresh: freshLevels(knowledge, tested),
  };
}

interface Gain {
  readonly mean: number;
  readonly sd: number;
}

function gainOf(knowledge: Knowledge, ensemble: Ensemble, x: Combination): Gain {
  const { utility } = estimateDifference(ensemble, x, knowledge.baseline);
  return { mean: mixtureMean(utility), sd: mixtureSd(utility) };
}

/** Levels that could still be landed. */
export function openLevels({ space, baseline }: Pick<Knowledge, "space" | "baseline">): LevelRef[] {
  return levelsOf(space).filter((ref) => baseline[ref.factor] !== ref.level);
}

/** Runs that a search may end with to refine the set; near a guardrail's margin, where sets are looked at again, more. */
function mostRefinements(knowledge: Knowledge, { levels }: Search): number {
  return Math.ceil(levels / 4) + (isGuarded(knowledge) ? levels : 0);
}

/** Runs without which no confirmation ends well, whatever they say. */
function fewestRuns(knowledge: Knowledge, candidateIndex: number): number {
  return 2 * (pairsNeeded(Number.POSITIVE_INFINITY, thresholdOf(knowledge, candidateIndex), 2, mostPairs) ?? mostPairs);
}

/** What the budget holds, in runs. */
interface Purse {
  readonly left: number;
  /** A confirmation takes at least so many. */
  readonly least: number;
}

function isGuarded({ objectives }: Knowledge): boolean {
  return objectives.some(({ guardrail }) => guardrail !== null);
}

function reservedRuns(knowledge: Knowledge): number {
  return 2 * (isGuarded(knowledge) ? reservedGuardedPairs : reservedPairs);
}

/** Search runs of this baseline. */
function searchesOf(knowledge: Knowledge, pending: readonly ConfirmRun[]): number {
  const all = [...knowledge.observations, ...pending].filter((run) => run.purpose === "search").length;
  return all - knowledge.earlierSearches;
}

/** The search that is going on: of this baseline, or of what was first run since enough sets were given up. */
interface Search {
  /** Levels that it is about. */
  readonly levels: number;
  /** Its runs so far. */
  readonly made: number;
}

function searchNow(knowledge: Knowledge, pending: readonly ConfirmRun[]): Search {
  const fresh = freshLevels(knowledge, testedCandidates(knowledge, pending)) ?? [];
  if (fresh.length === 0) return { levels: openLevels(knowledge).length, made: searchesOf(knowledge, pending) };
  const since = Math.min(...fresh.map((ref) => firstRunOf(knowledge, ref)));
  const runs = [...knowledge.observations.slice(since), ...pending];
  return { levels: fresh.length, made: runs.filter(({ purpose }) => purpose === "search").length };
}

/** Search runs after which the search ends whatever is left of the budget. */
function mostSearches({ levels }: Search): number {
  return 3 * levels + 2;
}

/** How many more runs a decision takes at most, by the search's own limit and a usual confirmation; for estimates of time. */
export function mostRunsToGo(
  knowledge: Knowledge,
  pending: readonly ConfirmRun[],
  { phase, recommended }: Pick<Assessment, "phase" | "recommended">,
): number {
  if (phase === "done") return 0;
  const runs = confirmRunsOf(knowledge, pending);
  const key = combinationKey(recommended);
  const seeds = new Set(runs.filter(({ combination }) => combinationKey(combination) === key).map(({ seed }) => seed));
  const confirmations = reservedRuns(knowledge) - runs.filter(({ seed }) => seeds.has(seed)).length;
  const search = searchNow(knowledge, pending);
  const searches = mostSearches(search) + mostRefinements(knowledge, search) - search.made;
  return Math.max(0, confirmations) + (phase === "confirm" ? 0 : Math.max(0, searches));
}

/** Of this baseline's confirmations. */
function confirmRunsOf(knowledge: Knowledge, pending: readonly ConfirmRun[]): ConfirmRun[] {
  return [...knowledge.observations, ...pending].filter(
    ({ purpose, seed }) => purpose === "confirm" && seed >= knowledge.confirmSeed,
  );
}

/**
 * The search ends when the budget holds no more than leaving out and confirming need, after three runs per level that it is
 * about, or, from one run per level on, when no further run promises much and no part's place in or outside the set is in much doubt.
 */
function searchIsOver(
  knowledge: Knowledge,
  ensemble: Ensemble,
  best: Combination,
  gain: number,
  purse: Purse | null,
  pending: readonly ConfirmRun[],
): boolean {
  if (openLevels(knowledge).length === 0) return true;
  if (knowledge.observations.length === 0) return false;
  // Only a set that is better than the baseline so far has something to keep runs for.
  if (purse !== null && hamming(best, knowledge.baseline) > 0 && isForConfirming(knowledge, purse, pending))
    return true;
  const search = searchNow(knowledge, pending);
  if (search.made >= mostSearches(search)) return true;
  if (search.made < Math.max(6, search.levels + 1) || !baselineIsKnown(knowledge)) return false;
  const request: PlanRequest = {
    knowledge,
    pending,
    count: 1,
    cost: () => 1,
    feasible: () => true,
    runsLeft: null,
    explore: 0,
    seed: "stop",
  };
  // In this order: there are far more runs to look at than levels.
  return (
    placementLoss(knowledge, ensemble, best) < Math.max(0.5, 0.05 * gain) &&
    bestExpectedImprovement(request, ensemble) < Math.max(0.1, 0.02 * gain)
  );
}

/** Whether what is left is better kept for refining and confirming; too little to confirm anything is better spent on the search. */
function isForConfirming(knowledge: Knowledge, { left, least }: Purse, pending: readonly ConfirmRun[]): boolean {
  const spent = searchesOf(knowledge, pending) + confirmRunsOf(knowledge, pending).length;
  const all = spent + left;
  const share = Math.max(Math.floor(mostReserved * all), least <= all / 2 ? least : 0);
  return (
    left >= least &&
    left <= Math.min(reservedRuns(knowledge) + mostRefinements(knowledge, searchNow(knowledge, pending)), share)
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

/** Refinements come out of what the budget holds beyond the confirmation itself. */
function mayRefine(knowledge: Knowledge, purse: Purse | null, pending: readonly ConfirmRun[]): boolean {
  const search = searchNow(knowledge, pending);
  const most = mostSearches(search) + mostRefinements(knowledge, search);
  return search.made < most && (purse === null || purse.left > reservedRuns(knowledge));
}
