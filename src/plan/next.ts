/**
 * What to run next (METHOD: what to run next).
 *
 * The baseline, then a small design of combinations with about half the factors changed: it says how large effects are and
 * how good the baseline is among its like, which single changes cannot. From then on the run whose expected improvement
 * over the incumbent, averaged over draws of the hyper-parameters, is largest for its cost, anywhere in the space: near a
 * good baseline the model itself keeps the search close. Every suggestion of a batch is made believing that the earlier
 * ones, and the pending runs, came out as expected.
 */
import { createRng, type Rng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { argmax } from "../math/vector.ts";
import { createField, type Field } from "./acquire.ts";
import { believe, believeCombination, drawEnsemble, type Ensemble, sketchBelief } from "./belief.ts";
import { everywhere, halfFlip, near } from "./candidates.ts";
import { createFilter, type History, historyOf, isBold } from "./history.ts";
import type { Knowledge, PlanRequest, Suggestion, Why } from "./plan.ts";
import { scrape } from "./scrape.ts";
import { differences, levelId, levelsOf } from "./space.ts";

/** Runs of one combination that a search may ask for. */
const mostReplicates = 3;
/** Draws of the hyper-parameters that a search averages over; its candidates are found by the first few of them. */
const searchDraws = 16;
const scoutDraws = 4;
/** How many of the scouts' most valuable candidates all draws look at, and how many of those are priced (by a walk of the recipe). */
const shortlist = 96;
const pricedCandidates = 48;

/** The belief that a search steers by. */
export function searchEnsemble(knowledge: Knowledge): Ensemble {
  return drawEnsemble(believe(knowledge), searchDraws, createRng("search"));
}

/** Up to `count` search runs; fewer (or none) when nothing feasible is worth running. Pass `ensemble` if it is at hand. */
export function planNext(request: PlanRequest, ensemble: Ensemble = searchEnsemble(request.knowledge)): Suggestion[] {
  const made: Suggestion[] = [];
  const mayRun = createFilter(request);
  let believed = ensemble;
  for (const run of request.pending)
    believed = believed.map((belief) => believeCombination(belief, run.combination, run.seed));
  while (made.length < request.count) {
    const asIf = { ...request, pending: [...request.pending, ...made] };
    const next = suggestOne(asIf, believed, mayRun);
    if (next === null) break;
    made.push(next);
    believed = believed.map((belief) => believeCombination(belief, next.combination, next.seed));
  }
  return made;
}

interface Situation {
  readonly request: PlanRequest;
  readonly history: History;
  readonly field: Field;
  readonly scout: Field;
  readonly incumbent: Combination;
  readonly mayRun: (x: Combination) => boolean;
  readonly rng: Rng;
}

function suggestOne(request: PlanRequest, ensemble: Ensemble, mayRun: (x: Combination) => boolean): Suggestion | null {
  const { knowledge } = request;
  const history = historyOf(request);
  if (history.runsOf(knowledge.baseline) === 0 && mayRun(knowledge.baseline))
    return suggestion(request, knowledge.baseline, history.nextSeed(knowledge.baseline), { kind: "baseline" });

  const rng = createRng(`${request.seed}/plan/${history.searches}`);
  const design = designRun(request, history, mayRun, rng);
  if (design !== null) return design;
  const { field, scout } = fieldsOf(ensemble, knowledge.baseline);
  const incumbent = incumbentOf(knowledge.baseline, history, field);
  const situation: Situation = { request, history, field, scout, incumbent, mayRun, rng };
  return (
    boldRun(situation) ?? mostValuable(situation, candidatesOf(situation), null) ?? scrape(request, ensemble, mayRun)
  );
}

function suggestion(request: PlanRequest, combination: Combination, seed: number, why: Why): Suggestion {
  return { combination, seed, purpose: "search", cost: request.cost(combination, seed), why };
}

/** The evaluated combination with the best posterior mean that is more likely than not to hold every guardrail. */
export function incumbentOf(baseline: Combination, history: History, field: Field): Combination {
  const ranked = history.evaluated.map((x) => ({ x, mean: field.mean(x) })).sort((a, b) => b.mean - a.mean);
  return ranked.find(({ x }) => field.standing(x).logSafe > Math.log(0.5))?.x ?? baseline;
}

/** One run of the small design, while it lasts: a quarter of the factors' number. */
function designRun(
  request: PlanRequest,
  history: History,
  mayRun: (x: Combination) => boolean,
  rng: Rng,
): Suggestion | null {
  const { space, baseline } = request.knowledge;
  if (history.searches > Math.ceil(space.factors.length / 4)) return null;
  for (let attempt = 0; attempt < 50; attempt++) {
    const x = halfFlip(space, baseline, rng);
    if (history.runsOf(x) === 0 && mayRun(x)) return suggestion(request, x, 1, { kind: "design" });
  }
  return null;
}

/** Keeps the share of runs with a bold contribution up to what the policy sets aside for them. */
function boldRun(situation: Situation): Suggestion | null {
  const { request, history, incumbent, rng } = situation;
  const { space } = request.knowledge;
  if (history.boldSearches >= request.explore * (history.searches + 1)) return null;
  const candidates = near(space, incumbent, 2, rng).filter((x) => isBold(request, x));
  return mostValuable(situation, candidates, (x) => {
    const level = levelsOf(space).find(
      (ref) => x[ref.factor] === ref.level && space.factors[ref.factor]?.levels[ref.level - 1]?.contribution.bold,
    );
    return { kind: "bold", level: level === undefined ? "" : levelId(space, level) };
  });
}

/** What the scouts find worth looking at, all over the space. */
function candidatesOf({ request, history, scout, incumbent, rng }: Situation): Combination[] {
  const { space, baseline } = request.knowledge;
  const starts = [incumbent, baseline, ...Array.from({ length: 4 }, () => halfFlip(space, incumbent, rng))];
  return everywhere(space, starts, (x) => scout.improvement(x, history.nextSeed(x), incumbent).logValue);
}

/** The candidate with the best value for its cost. */
function mostValuable(
  situation: Situation,
  candidates: readonly Combination[],
  why: ((x: Combination) => Why) | null,
): Suggestion | null {
  const { request, history, mayRun, field, scout, incumbent } = situation;
  const open = candidates.filter((x) => history.runsOf(x) < mostReplicates);
  const scouted: Combination[] = [];
  for (const { x } of ranked(scout, open, history, incumbent)) {
    if (scouted.length >= shortlist) break;
    if (mayRun(x)) scouted.push(x);
  }
  const floor = 0.01 * (request.knowledge.meanRunCost ?? 1) || 1e-6;
  const priced = ranked(field, scouted, history, incumbent)
    .slice(0, pricedCandidates)
    .map(({ x, seed, logValue }) => ({
      x,
      seed,
      worth: logValue - 0.5 * Math.log(Math.max(floor, request.cost(x, seed))),
    }));
  const best = argmax(priced, ({ worth }) => worth);
  if (best === null) return null;
  const runs = history.runsOf(best.x);
  const reason: Why =
    why?.(best.x) ??
    (runs > 0
      ? { kind: "replicate", runs }
      : {
          kind: "improve",
          expected: field.improvement(best.x, best.seed, incumbent).expected,
          differsBy: differences(request.knowledge.space, best.x, incumbent),
        });
  return suggestion(request, best.x, best.seed, reason);
}

/** Those that are worth anything, by their value for whoever asks, the best first. */
function ranked(by: Field, candidates: readonly Combination[], history: History, incumbent: Combination) {
  return candidates
    .map((x) => {
      const seed = history.nextSeed(x);
      return { x, seed, ...by.improvement(x, seed, incumbent) };
    })
    .filter(({ logValue }) => logValue > Number.NEGATIVE_INFINITY)
    .sort((a, b) => b.logValue - a.logValue);
}

/**
 * The largest expected improvement that one more run near the incumbent offers, of those that look best to the scouts, in units of
 * utility; 0 when none does.
 */
export function bestExpectedImprovement(request: PlanRequest, ensemble: Ensemble): number {
  const { space, baseline } = request.knowledge;
  const history = historyOf(request);
  const { field, scout } = fieldsOf(ensemble, baseline);
  const incumbent = incumbentOf(baseline, history, field);
  const all = near(space, incumbent, 2, createRng(`${request.seed}/stop`));
  const open = all.filter((x) => history.runsOf(x) < mostReplicates);
  const scouted = ranked(scout, open, history, incumbent).slice(0, shortlist);
  const best = ranked(
    field,
    scouted.map(({ x }) => x),
    history,
    incumbent,
  );
  return best.reduce((top, { x, expected }) => Math.max(top, expected * Math.exp(field.standing(x).logSafe)), 0);
}

/** For all draws, and for a few of them: to look for candidates with. */
function fieldsOf(ensemble: Ensemble, baseline: Combination): Pick<Situation, "field" | "scout"> {
  return {
    field: createField(ensemble, baseline),
    scout: createField(ensemble.slice(0, scoutDraws).map(sketchBelief), baseline),
  };
}
