/**
 * From the evidence to what to run next, or to a stop.
 *
 *   search ──── runs that tell most about the best set (plan/next.ts)
 *     │  over: the budget holds no more than a confirmation needs, or three runs per level are made, or no run promises
 *     ▼        a gain worth speaking of (assess.ts)
 *   refine ──── the set without each part whose worth is in doubt; near a guardrail's margin, sets again beside the
 *     │         baseline, to see which can be shown safe; may change the set
 *     │
 *     ▼
 *   confirm ─── pairs on fresh seeds until every E-process reaches its threshold (→ done, landed), or it is futile
 *     │         (→ the next best set, on a smaller share of α), or the budget ends (→ undecided, with its cost)
 *     ▼
 *   done ────── confirmed, or nothing better than the baseline; what is proposed since is looked at once
 */
import type { Combination } from "../contribution/contribution.ts";
import { believe, type Ensemble } from "../plan/belief.ts";
import { createFilter, historyOf } from "../plan/history.ts";
import { planNext } from "../plan/next.ts";
import type { PlanRequest, Suggestion } from "../plan/plan.ts";
import { combinationKey, hasLevel, levelId, withLevel } from "../plan/space.ts";
import { type Assessment, assess, mostRunsToGo, openLevels } from "./assess.ts";
import { freshSeed } from "./confirm.ts";
import { remainingPairs, sketch, steeringEnsemble } from "./decide.ts";
import type { Steering } from "./decision.ts";
import type { LeaveOut } from "./leave-out.ts";
import { firstRunOf } from "./order.ts";

/** Pairs under way at once, at most: the test looks after every one, and may be done. */
const mostPairsAtOnce = 4;

export function steer(request: PlanRequest): Steering {
  const { knowledge, pending, runsLeft } = request;
  const ensemble = steeringEnsemble(believe(knowledge));
  const planFrom = (mayStillSearch: boolean) => {
    const assessment = assess(knowledge, ensemble, runsLeft, pending, mayStillSearch);
    return { assessment, suggestions: suggest(request, ensemble, assessment) };
  };
  let { assessment, suggestions } = planFrom(true);
  const nothingToSearch = assessment.phase === "search" && suggestions.length === 0 && pending.length === 0;
  if (nothingToSearch && mayStart(request)) {
    // What was found so far is put to confirmation all the same.
    const rest = planFrom(false);
    if (rest.suggestions.length > 0) ({ assessment, suggestions } = rest);
  }
  const decision = sketch(knowledge, ensemble, assessment);
  if (assessment.phase === "done") {
    const looks = isBroke(request) ? [] : firstLooks(request, assessment);
    const toGo = looks.length + looksUnderWay(request);
    const now = looks.slice(0, Math.max(0, request.count));
    return { decision, ensemble, suggestions: now, toGo, stop: toGo > 0 ? null : { kind: "decided" } };
  }
  const toGo = Math.max(suggestions.length, mostRunsToGo(knowledge, pending, assessment));
  const waits = suggestions.length > 0 || pending.length > 0 || request.count < 1;
  return {
    decision,
    ensemble,
    suggestions,
    toGo,
    stop: waits ? null : { kind: isSpent(request) ? "runs-spent" : "exhausted" },
  };
}

function mayStart({ count, runsLeft }: PlanRequest): boolean {
  return Math.min(count, runsLeft ?? Number.POSITIVE_INFINITY) >= 1;
}

function isBroke({ runsLeft }: PlanRequest): boolean {
  return runsLeft !== null && runsLeft < 1;
}

/** Whether the budget holds less than a pair of runs. */
function isSpent({ runsLeft }: PlanRequest): boolean {
  return runsLeft !== null && runsLeft < 2;
}

function suggest(wanted: PlanRequest, ensemble: Ensemble, assessment: Assessment): Suggestion[] {
  if (!mayStart(wanted)) return [];
  const count = Math.floor(Math.min(wanted.count, wanted.runsLeft ?? Number.POSITIVE_INFINITY));
  const request = { ...wanted, count };
  switch (assessment.phase) {
    case "search":
      return planNext(request, ensemble);
    case "refine":
      return refinements(request, ensemble, assessment);
    case "confirm":
      return confirmations(request, ensemble, assessment);
    case "done":
      return [];
  }
}

/**
 * After the decision, what never ran is looked at once beside the recommended set: the rest of its search waits for the
 * landing. Where there is something to land, a level that ran elsewhere is not looked at (a full scale is dear), and never one whose
 * run would execute nothing: it is the same recipe.
 */
function firstLooks(request: PlanRequest, { recommended }: Assessment): Suggestion[] {
  const { knowledge, pending } = request;
  const { observations, failed, elsewhere, baseline, space } = knowledge;
  const history = historyOf(request);
  const mayRun = createFilter(request);
  const isToLand = combinationKey(recommended) !== combinationKey(baseline);
  const runs = [...observations, ...failed, ...pending, ...(isToLand ? elsewhere : [])];
  return openLevels(knowledge).flatMap((ref): Suggestion[] => {
    if (runs.some(({ combination }) => hasLevel(combination, ref))) return [];
    const x = withLevel(space, recommended, ref);
    if (x === null || !mayRun(x)) return [];
    const seed = history.nextSeed(x);
    const cost = request.cost(x, seed);
    const why = { kind: "first-look", level: levelId(space, ref) } as const;
    return cost === 0 ? [] : [{ combination: x, seed, purpose: "search", cost, why }];
  });
}

/** Pending runs of levels that have none yet. */
function looksUnderWay({ knowledge, pending }: PlanRequest): number {
  const unseen = openLevels(knowledge).filter((ref) => firstRunOf(knowledge, ref) < 0);
  return pending.filter(({ combination }) => unseen.some((ref) => hasLevel(combination, ref))).length;
}

/** What cannot be run (such a combination cannot be built) does not hold up the confirmation. */
function refinements(request: PlanRequest, ensemble: Ensemble, assessment: Assessment): Suggestion[] {
  const { doubtful, questions, recommended } = assessment;
  const made = [...leaveOuts(request, doubtful), ...looks(request, questions)].slice(0, request.count);
  if (made.length > 0) return made;
  const waiting = [...doubtful.map(({ without }) => without), ...questions].some((x) => isPending(request, x));
  const nothing = combinationKey(recommended) === combinationKey(request.knowledge.baseline);
  return waiting || nothing ? [] : confirmations(request, ensemble, assessment);
}

function leaveOuts(request: PlanRequest, doubtful: readonly LeaveOut[]): Suggestion[] {
  const history = historyOf(request);
  const mayRun = createFilter(request);
  const open = doubtful.filter(({ without }) => history.runsOf(without) === 0 && mayRun(without));
  return open.map(({ parts, without }): Suggestion => {
    const seed = history.nextSeed(without);
    const level = parts.map((ref) => levelId(request.knowledge.space, ref)).join(", ");
    return {
      combination: without,
      seed,
      purpose: "search",
      cost: request.cost(without, seed),
      why: { kind: "leave-out", level },
    };
  });
}

/** Sets on their next seeds, each beside the baseline on the same one. */
function looks(request: PlanRequest, questions: readonly Combination[]): Suggestion[] {
  const { baseline } = request.knowledge;
  const history = historyOf(request);
  const mayRun = createFilter(request);
  const runs = [...request.knowledge.observations, ...request.pending];
  const base = combinationKey(baseline);
  const withBaseline = new Set(runs.filter((run) => combinationKey(run.combination) === base).map((run) => run.seed));
  const suggest = (side: "baseline" | "set", combination: Combination, seed: number): Suggestion => {
    const cost = request.cost(combination, seed);
    return { combination, seed, purpose: "search", cost, why: { kind: "margin", side } };
  };
  return questions
    .filter((x) => mayRun(x) && !isPending(request, x))
    .flatMap((x) => {
      const seed = history.nextSeed(x);
      const made = [suggest("set", x, seed), ...(withBaseline.has(seed) ? [] : [suggest("baseline", baseline, seed)])];
      withBaseline.add(seed);
      return made;
    });
}

function isPending({ pending }: PlanRequest, x: Combination): boolean {
  return pending.some(({ combination }) => combinationKey(combination) === combinationKey(x));
}

/** Open pairs first, then new ones, no more at once than the test is expected to need. */
function confirmations(request: PlanRequest, ensemble: Ensemble, assessment: Assessment): Suggestion[] {
  const { knowledge, pending, runsLeft, count } = request;
  const { baseline, confirmSeed } = knowledge;
  const { recommended } = assessment;
  const runs = [...knowledge.observations, ...pending].filter(
    (run) => run.purpose === "confirm" && run.seed >= confirmSeed,
  );
  const seedsOf = (x: Combination) =>
    new Set(runs.filter((run) => combinationKey(run.combination) === combinationKey(x)).map((run) => run.seed));
  const [withSet, withBaseline] = [seedsOf(recommended), seedsOf(baseline)];
  const underWay = new Set(pending.filter((run) => run.purpose === "confirm").map((run) => run.seed));

  const made: Suggestion[] = [];
  const add = (side: "baseline" | "recommended", seed: number, pair: number) => {
    const combination = side === "baseline" ? baseline : recommended;
    const cost = request.cost(combination, seed);
    made.push({ combination, seed, purpose: "confirm", cost, why: { kind: "confirm", pair, side } });
  };
  for (const [i, seed] of [...withSet].sort((a, b) => a - b).entries())
    if (!withBaseline.has(seed)) add("baseline", seed, i + 1);

  const atOnce = Math.min(mostPairsAtOnce, remainingPairs(knowledge, ensemble, assessment));
  let seed = freshSeed(knowledge, pending);
  let pairs = withSet.size;
  const open = new Set([...underWay, ...made.map((suggestion) => suggestion.seed)]);
  // A new pair takes two runs; half a pair would say nothing if the budget ended there.
  while (open.size < atOnce && made.length + 1 <= count && made.length + 2 <= (runsLeft ?? Number.POSITIVE_INFINITY)) {
    pairs++;
    add("recommended", seed, pairs);
    add("baseline", seed, pairs);
    open.add(seed);
    seed++;
  }
  return made.slice(0, count);
}
