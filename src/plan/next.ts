/**
 * What to run next (METHOD: what to run next).
 *
 * The baseline, then one near probe (or, with many factors, a small design of half-flips), then in turn: expected
 * improvement near the incumbent, the best posterior mean, expected improvement everywhere, expected improvement one
 * step away. Taking turns between staying near and looking afar matters more than the kernel does. Every suggestion of a
 * batch is made believing that the earlier ones, and the pending runs, came out as expected.
 */
import { createRng, type Rng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { argmax } from "../math/vector.ts";
import { createField, type Field } from "./acquire.ts";
import { believe, believeCombination, type Ensemble } from "./belief.ts";
import { everywhere, halfFlip, near } from "./candidates.ts";
import { createFilter, type History, historyOf, isBold } from "./history.ts";
import type { PlanRequest, Suggestion, Why } from "./plan.ts";
import { differences, hamming, levelId, levelsOf, neighbours } from "./space.ts";

/** From this many factors on, the search starts with a design. */
const manyFactors = 32;
/** Runs of one combination that a search may ask for. */
const mostReplicates = 3;
/** How many of the most valuable candidates are priced: prices come from walking the recipe. */
const pricedCandidates = 48;

type Turn = "near" | "best-mean" | "everywhere" | "step";
const turns = ["near", "best-mean", "everywhere", "step"] as const satisfies readonly Turn[];

/** Up to `count` search runs; fewer (or none) when nothing feasible is worth running. Pass `ensemble` if it is at hand. */
export function planNext(request: PlanRequest, ensemble: Ensemble = [believe(request.knowledge)]): Suggestion[] {
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
  readonly incumbent: Combination;
  readonly mayRun: (x: Combination) => boolean;
  readonly rng: Rng;
}

function suggestOne(request: PlanRequest, ensemble: Ensemble, mayRun: (x: Combination) => boolean): Suggestion | null {
  const { knowledge } = request;
  const history = historyOf(request);
  if (history.runsOf(knowledge.baseline) === 0 && mayRun(knowledge.baseline))
    return suggestion(request, knowledge.baseline, history.nextSeed(knowledge.baseline), { kind: "baseline" });

  const field = createField(ensemble, knowledge.baseline);
  const incumbent = incumbentOf(knowledge.baseline, history, field);
  const rng = createRng(`${request.seed}/plan/${history.searches}`);
  const situation: Situation = { request, history, field, incumbent, mayRun, rng };
  return startingRun(situation) ?? boldRun(situation) ?? turnRun(situation);
}

function suggestion(request: PlanRequest, combination: Combination, seed: number, why: Why): Suggestion {
  return { combination, seed, purpose: "search", cost: request.cost(combination, seed), why };
}

/** The evaluated combination with the best posterior mean that is more likely than not to hold every guardrail. */
export function incumbentOf(baseline: Combination, history: History, field: Field): Combination {
  const safe = history.evaluated.filter((x) => field.standing(x).logSafe > Math.log(0.5));
  return argmax(safe, (x) => field.standing(x).mean) ?? baseline;
}

/** The small start, before there is anything to improve on. */
function startingRun({ request, history, mayRun, rng }: Situation): Suggestion | null {
  const { space, baseline } = request.knowledge;
  const factors = space.factors.length;
  if (factors < manyFactors) {
    if (history.searches > 1) return null;
    const probes = rng.shuffle(neighbours(space, baseline)).filter((x) => history.runsOf(x) === 0 && mayRun(x));
    // The cheapest: the first probe mostly says how large effects and noise are.
    const probe = argmax(probes, (x) => -request.cost(x, 1));
    if (probe === null) return null;
    const level = levelsOf(space).find((ref) => probe[ref.factor] === ref.level && baseline[ref.factor] !== ref.level);
    const why: Why = level === undefined ? { kind: "design" } : { kind: "alone", level: levelId(space, level) };
    return suggestion(request, probe, 1, why);
  }
  if (history.searches > factors / 3) return null;
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

function turnRun(situation: Situation): Suggestion | null {
  const { history } = situation;
  // When a turn has nothing to offer (its best is measured often enough), the next one is taken.
  for (let i = 0; i < turns.length; i++) {
    const turn = turns[(Math.max(0, history.searches - 2) + i) % turns.length] ?? "near";
    const found = takeTurn(situation, turn);
    if (found !== null) return found;
  }
  return null;
}

function takeTurn(situation: Situation, turn: Turn): Suggestion | null {
  const { request, incumbent, rng } = situation;
  const { space } = request.knowledge;
  if (turn === "best-mean") return bestMean(situation);
  const candidates = turn === "everywhere" ? afar(situation) : near(space, incumbent, turn === "near" ? 2 : 1, rng);
  return mostValuable(situation, candidates, null);
}

function afar(situation: Situation): Combination[] {
  const { request, history, incumbent, rng } = situation;
  const { space, baseline } = request.knowledge;
  const starts = [incumbent, baseline, ...Array.from({ length: 4 }, () => halfFlip(space, incumbent, rng))];
  return everywhere(space, starts, (x) => worthOf(situation, x, history.nextSeed(x)));
}

function worthOf({ field, incumbent }: Situation, x: Combination, seed: number): number {
  return field.improvement(x, seed, incumbent).logValue;
}

/** The candidate with the best value for its cost. */
function mostValuable(
  situation: Situation,
  candidates: readonly Combination[],
  why: ((x: Combination) => Why) | null,
): Suggestion | null {
  const { request, history, mayRun, field, incumbent } = situation;
  const valued = candidates
    .filter((x) => history.runsOf(x) < mostReplicates)
    .map((x) => ({ x, seed: history.nextSeed(x), value: worthOf(situation, x, history.nextSeed(x)) }))
    .filter(({ value }) => value > Number.NEGATIVE_INFINITY)
    .sort((a, b) => b.value - a.value);
  const floor = 0.01 * (request.knowledge.meanRunCost ?? 1) || 1e-6;
  const priced: { x: Combination; seed: number; worth: number }[] = [];
  for (const { x, seed, value } of valued) {
    if (priced.length >= pricedCandidates) break;
    if (mayRun(x)) priced.push({ x, seed, worth: value - 0.5 * Math.log(Math.max(floor, request.cost(x, seed))) });
  }
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

/** The combination that the model thinks best, if it has been run less than twice. */
function bestMean(situation: Situation): Suggestion | null {
  const { request, history, field, incumbent, mayRun, rng } = situation;
  const { space, baseline } = request.knowledge;
  const score = (x: Combination): number => {
    const { mean, logSafe } = field.standing(x);
    return mean + Math.max(1, field.standing(incumbent).mean) * logSafe;
  };
  const starts = [incumbent, baseline, halfFlip(space, incumbent, rng), halfFlip(space, incumbent, rng)];
  const ranked = [...everywhere(space, starts, score), ...history.evaluated].filter(
    (x) => hamming(x, baseline) > 0 && mayRun(x),
  );
  const best = argmax(ranked, score);
  if (best === null || field.standing(best).mean <= 0 || history.runsOf(best) >= 2) return null;
  const runs = history.runsOf(best);
  const why: Why = runs > 0 ? { kind: "replicate", runs } : { kind: "best-mean", utility: field.standing(best).mean };
  return suggestion(request, best, history.nextSeed(best), why);
}

/** The largest expected improvement that one more run near the incumbent offers, in units of utility; 0 when none does. */
export function bestExpectedImprovement(request: PlanRequest, ensemble: Ensemble): number {
  const history = historyOf(request);
  const field = createField(ensemble, request.knowledge.baseline);
  const incumbent = incumbentOf(request.knowledge.baseline, history, field);
  const rng = createRng(`${request.seed}/stop`);
  let best = 0;
  for (const x of near(request.knowledge.space, incumbent, 2, rng)) {
    const { expected, logValue } = field.improvement(x, history.nextSeed(x), incumbent);
    if (logValue > Number.NEGATIVE_INFINITY) best = Math.max(best, expected * Math.exp(field.standing(x).logSafe));
  }
  return best;
}
