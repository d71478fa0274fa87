import { describe, expect, test } from "vitest";
import { createRng, type Rng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import type { PlanRequest } from "../plan/plan.ts";
import { isLegal } from "../plan/space.ts";
import { decide } from "./decide.ts";
import type { Verdict } from "./decision.ts";
import { knowledgeOf, objective, observe, plainSpace, simulate, type Truth } from "./simulate.test-util.ts";
import { steer } from "./steer.ts";

const at = (x: Combination, j: number) => x[j] ?? 0;
const quiet = (sd: number) => (_: Combination, rng: Rng) => [sd * rng.normal(), sd * rng.normal(), sd * rng.normal()];

/** A landscape of main effects and pairs on one objective. */
function landscape(
  effects: readonly number[],
  pairs: readonly (readonly [number, number, number])[] = [],
  sd = 0.5,
): Truth {
  return {
    space: plainSpace(effects.map(() => 1)),
    objectives: [objective("quality")],
    value: (x) => [
      effects.reduce((sum, e, j) => sum + e * at(x, j), 0) +
        pairs.reduce((sum, [a, b, v]) => sum + v * at(x, a) * at(x, b), 0),
    ],
    noise: quiet(sd),
    seedSd: 1,
  };
}

function verdictOf(verdicts: readonly Verdict[], level: string): Verdict {
  const found = verdicts.find((verdict) => verdict.level === level);
  if (found === undefined) throw new Error(`no verdict for ${level}`);
  return found;
}

/** How often each predicate holds over the labels. */
function share(labels: number, holds: (label: string) => boolean): number {
  let count = 0;
  for (let i = 0; i < labels; i++) if (holds(`trajectory ${i}`)) count++;
  return count / labels;
}

describe("planted truths", () => {
  test("a pair that helps alone and hurts together: exactly one of the two lands", () => {
    const truth = landscape([4, 4, 0, 3, 0, -3], [[0, 1, -9]]);
    const good = share(4, (label) => {
      const { decision } = simulate(truth, label, 45);
      const [a, b, , d, , f] = decision.recommended;
      return decision.state === "decided" && a !== b && d === 1 && f === 0 && decision.credit.length === 0;
    });
    expect(good).toBeGreaterThanOrEqual(3 / 4);
  });

  test("a pair that hurts alone and helps together: both land", () => {
    const truth = landscape([-2, -2, 3, 0, -3], [[0, 1, 9]], 0.3);
    const good = share(4, (label) => {
      const { recommended, state } = simulate(truth, label, 50).decision;
      return state === "decided" && recommended.slice(0, 3).join() === "1,1,1" && recommended[4] === 0;
    });
    expect(good).toBeGreaterThanOrEqual(3 / 4);
  });

  test("what breaks a guardrail never lands, however good it is otherwise", () => {
    const truth: Truth = {
      space: plainSpace([1, 1, 1, 1]),
      objectives: [objective("quality"), objective("speed", { guardrail: 2, weight: 0 })],
      value: (x) => [6 * at(x, 0) + 4 * at(x, 1) - 3 * at(x, 2), -8 * at(x, 0)],
      noise: quiet(0.5),
    };
    for (let i = 0; i < 3; i++) {
      const { knowledge, decision } = simulate(truth, `guard ${i}`, 40);
      expect(decision.recommended).toEqual([0, 1, 0, expect.any(Number)]);
      const violator = verdictOf(decide(knowledge, { detail: "full", runsLeft: 0 }).verdicts, "f0");
      expect(violator).toMatchObject({
        kind: "shelve",
        reason: { kind: "harms", objective: "speed", guardrail: true },
      });
    }
  });

  test("of exclusive levels the better lands and supersedes the other", () => {
    const truth: Truth = {
      space: plainSpace([2, 1, 1]),
      objectives: [objective("quality")],
      value: (x) => [[0, 3, 6][at(x, 0)] ?? 0 + 2 * at(x, 1) - 3 * at(x, 2)],
      noise: quiet(0.3),
    };
    const { decision } = simulate(truth, "levels", 40);
    expect(decision.recommended[0]).toBe(2);
    expect(verdictOf(decision.verdicts, "f0=l1")).toMatchObject({ reason: { kind: "superseded", by: "f0=l2" } });
  });

  test("a diverging corner is kept out of, and does not spoil the rest", () => {
    const truth = landscape([5, 4, 3, 0], [], 0.3);
    const corner: Truth = { ...truth, value: (x) => (at(x, 0) + at(x, 1) === 2 ? [Number.NaN] : truth.value(x)) };
    for (let i = 0; i < 3; i++) {
      const { decision } = simulate(corner, `corner ${i}`, 40);
      const [a, b, c] = decision.recommended;
      expect([(a ?? 0) + (b ?? 0), c]).toEqual([1, 1]);
      expect(decision.state).toBe("decided");
    }
  });

  test("nothing lands where nothing helps", () => {
    const truth = landscape([0, 0, 0, 0, 0], [], 1);
    const landed = share(12, (label) => simulate(truth, label, 40).decision.set.confirmation?.outcome === "confirmed");
    expect(landed).toBeLessThanOrEqual(0.1);
  });

  test("a rider is left behind", () => {
    const truth = landscape([5, 0, 0, 0, 5, 0, 0], [], 0.4);
    const riders: number[] = [];
    for (let i = 0; i < 4; i++) {
      const { decision } = simulate(truth, `rider ${i}`, 50);
      expect([decision.recommended[0], decision.recommended[4]]).toEqual([1, 1]);
      riders.push(decision.recommended.reduce((sum, level) => sum + level, 0) - 2);
    }
    expect(riders.reduce((sum, r) => sum + r, 0)).toBeLessThanOrEqual(4);
  });

  test("requirements and exclusions are kept in every suggestion", () => {
    const truth = landscape([3, -1, 2, 2, 1]);
    const constrained: Truth = {
      ...truth,
      space: plainSpace([1, 1, 1, 1, 1], {
        requires: [{ level: { factor: 0, level: 1 }, anyOf: [{ factor: 1, level: 1 }] }],
        excludes: [
          [
            { factor: 2, level: 1 },
            { factor: 3, level: 1 },
          ],
        ],
      }),
    };
    const { suggestions, decision } = simulate(constrained, "constraints", 40, 3);
    for (const { combination } of suggestions) expect(isLegal(constrained.space, combination)).toBe(true);
    expect(decision.recommended.slice(0, 2)).toEqual([1, 1]);
  });
});

describe("the course of a trajectory", () => {
  const truth = landscape([4, 3, -2, 0, 2, 0, -4, 1], [], 0.5);
  const { suggestions, last, knowledge, decision } = simulate(truth, "course", 60);

  test("baseline first, search on paired seeds, confirmation on fresh ones, then a stop", () => {
    expect(suggestions[0]).toMatchObject({ combination: [0, 0, 0, 0, 0, 0, 0, 0], seed: 1, why: { kind: "baseline" } });
    const first = suggestions.findIndex(({ purpose }) => purpose === "confirm");
    expect(suggestions.slice(0, first).every(({ purpose, seed }) => purpose === "search" && seed < 1000)).toBe(true);
    expect(suggestions.slice(first).every(({ purpose, seed }) => purpose === "confirm" && seed > 1000)).toBe(true);
    expect(last.stop).toEqual({ kind: "decided" });
    expect(new Set(suggestions.map(({ combination, seed }) => `${combination.join()}/${seed}`)).size).toBe(
      suggestions.length,
    );
  });

  test("every confirmation seed has the baseline and the recommended set", () => {
    const sides = new Map<number, string[]>();
    for (const { purpose, seed, why } of suggestions)
      if (purpose === "confirm" && why.kind === "confirm") sides.set(seed, [...(sides.get(seed) ?? []), why.side]);
    for (const side of sides.values()) expect(side.sort()).toEqual(["baseline", "recommended"]);
    expect(sides.size).toBe(decision.set.confirmation?.pairs);
  });

  test("the full decision agrees with the sketch, and its credit adds up to the confirmed gain", () => {
    const full = decide(knowledge, { detail: "full", runsLeft: 0 });
    expect([full.state, full.recommended]).toEqual([decision.state, decision.recommended]);
    const gain = full.set.confirmation?.tests.find(({ objective: name }) => name === null)?.difference.mean;
    expect(full.credit.reduce((sum, { share: part }) => sum + part.mean, 0)).toBeCloseTo(gain ?? Number.NaN, 6);
    expect(full.points.find((point) => point.combination.every((level) => level === 0))?.utility.mean).toBe(0);
    expect(full.points.some((point) => point.onFront)).toBe(true);
  });

  test("the same knowledge is steered the same way; batches hold distinct runs", () => {
    const request: PlanRequest = {
      knowledge: { ...knowledge, observations: knowledge.observations.slice(0, 9) },
      pending: [],
      count: 8,
      cost: () => 1,
      feasible: () => true,
      runsLeft: 50,
      explore: 0,
      seed: "s",
    };
    const batch = steer(request).suggestions;
    expect(steer(request).suggestions).toEqual(batch);
    expect(new Set(batch.map(({ combination, seed }) => `${combination.join()}/${seed}`)).size).toBe(8);
    const rest = steer({ ...request, pending: batch.slice(0, 4), count: 4 }).suggestions;
    for (const run of rest)
      expect(
        batch.slice(0, 4).some((b) => b.combination.join() === run.combination.join() && b.seed === run.seed),
      ).toBe(false);
  });

  test("a budget that ends during the confirmation leaves the set undecided, with what knowing costs", () => {
    const observations = knowledge.observations.filter(({ purpose, seed }) => purpose === "search" || seed === 1001);
    const cut = steer({
      knowledge: { ...knowledge, observations },
      pending: [],
      count: 2,
      cost: () => 1,
      feasible: () => true,
      runsLeft: 1,
      explore: 0,
      seed: "s",
    });
    expect(cut.suggestions).toEqual([]);
    expect(cut.stop).toEqual({ kind: "runs-spent" });
    expect(cut.decision.state).toBe("confirming");
    const open = cut.decision.verdicts.filter((verdict) => verdict.kind === "undecided");
    expect(open.some(({ reason }) => reason.kind === "unconfirmed")).toBe(true);
    for (const verdict of open) expect(verdict.costToKnow.runs).toBeGreaterThan(0);
  });
});

test("a set whose confirmation is futile is given up, and what comes next is tested at a smaller share of alpha", () => {
  const truth = landscape([0, 0, 0], [], 0.2);
  const believed = { ...truth, value: (x: Combination) => [8 * at(x, 0) + 5 * at(x, 1)] };
  const searched = [
    [0, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
    [1, 1, 0],
    [0, 0, 1],
    [1, 0, 1],
    [0, 1, 1],
    [1, 1, 1],
  ].map((combination) => observe(believed, "luck", { combination, seed: 1, purpose: "search" }));
  // Fresh seeds show that the search was fooled.
  const confirmed = [1001, 1002, 1003, 1004, 1005, 1006].flatMap((seed) =>
    [
      [0, 0, 0],
      [1, 1, 0],
    ].map((combination) => observe(truth, "luck", { combination, seed, purpose: "confirm" as const })),
  );
  const knowledge = knowledgeOf(truth, [...searched, ...confirmed]);
  const { decision, suggestions } = steer({
    knowledge,
    pending: [],
    count: 4,
    cost: () => 1,
    feasible: () => true,
    runsLeft: null,
    explore: 0,
    seed: "s",
  });
  expect(decision.set.confirmation?.outcome).toBe("futile");
  expect(decision.recommended).not.toEqual([1, 1, 0]);
  for (const run of suggestions) if (run.purpose === "confirm") expect(run.seed).toBeGreaterThan(1006);
});

test("what a decision takes at most: all of it before the first run, nothing at its end, and never less than it took", () => {
  const truth = landscape([5, -3, 0, 2]);
  const request = (knowledge: PlanRequest["knowledge"]): PlanRequest => ({
    knowledge,
    pending: [],
    count: 1,
    cost: () => 1,
    feasible: () => true,
    runsLeft: null,
    explore: 0,
    seed: "s",
  });
  const { last, suggestions, knowledge } = simulate(truth, "to go", 100);
  expect(steer(request(knowledgeOf(truth))).toGo).toBe(3 * 4 + 2 + 1 + 14);
  expect(last.stop).toEqual({ kind: "decided" });
  expect(last.toGo).toBe(0);
  for (const done of [1, Math.floor(suggestions.length / 2)]) {
    const { toGo } = steer(request({ ...knowledge, observations: knowledge.observations.slice(0, done) }));
    expect(toGo).toBeGreaterThanOrEqual(suggestions.length - done);
  }
});

test("after a landing, what is proposed since is searched: the runs before it are evidence, not spent budget", () => {
  const truth = landscape([5, 4, -3, 1, 6, -2]);
  const rng = createRng("before");
  const observations = Array.from({ length: 24 }, (_, i) => {
    // The last two contributions were not there yet.
    const combination = i === 0 ? [0, 0, 0, 0, 0, 0] : [1, 1, rng.int(2), rng.int(2), 0, 0];
    return observe(truth, "before", { combination, seed: 1 + Math.floor(i / 4), purpose: "search" });
  });
  const landed = { ...knowledgeOf(truth, observations), baseline: [1, 1, 0, 0, 0, 0] };
  const request = (earlierSearches: number): PlanRequest => ({
    knowledge: { ...landed, earlierSearches },
    pending: [],
    count: 4,
    cost: () => 1,
    feasible: () => true,
    runsLeft: null,
    explore: 0,
    seed: "s",
  });
  expect(steer(request(24)).suggestions.length).toBe(4);
  expect(steer(request(24)).suggestions.every((run) => run.purpose === "search")).toBe(true);
  expect(steer(request(0)).suggestions.filter((run) => run.purpose === "search")).toEqual([]);
});

describe("what is proposed after the decision", () => {
  const effects = [6, 4, -3, 5];
  const later = landscape(effects);
  /** The lab's decision while the last of the four was not there, as the lab sees it once it is. */
  function decidedWithout(last: boolean): PlanRequest {
    const truth = last ? later : landscape(effects.slice(0, 3));
    const { knowledge } = simulate(truth, "later", 60);
    const observations = knowledge.observations.map((run) => ({
      ...run,
      combination: Array.from({ length: 4 }, (_, j) => run.combination[j] ?? 0),
    }));
    const rest = { pending: [], count: 4, cost: () => 1, feasible: () => true, explore: 0, seed: "s", runsLeft: null };
    return { ...rest, knowledge: { ...knowledgeOf(later), observations } };
  }

  test("is looked at once, with the set that is to land, and that can be landed all the while", () => {
    const request = decidedWithout(false);
    const { decision, suggestions, toGo, stop } = steer(request);
    expect([decision.state, stop, toGo]).toEqual(["decided", null, 1]);
    expect(decision.recommended).toEqual([1, 1, 0, 0]);
    expect(suggestions).toMatchObject([
      { combination: [1, 1, 0, 1], purpose: "search", why: { kind: "first-look", level: "f3" } },
    ]);
    const asked = { combination: [1, 1, 0, 1], seed: 1, purpose: "search" } as const;
    expect(steer({ ...request, pending: [asked] })).toMatchObject({ suggestions: [], stop: null });
    const seen = [...request.knowledge.observations, observe(later, "look", asked)];
    // One bad look is no verdict either: the search is yet to come.
    const bad = observe(landscape([6, 4, -3, -40]), "look", asked);
    const after = steer({ ...request, knowledge: { ...request.knowledge, observations: [...seen.slice(0, -1), bad] } });
    expect(verdictOf(after.decision.verdicts, "f3")).toMatchObject({ kind: "undecided", reason: { kind: "noisy" } });
    expect(steer({ ...request, knowledge: { ...request.knowledge, observations: seen } })).toMatchObject({
      suggestions: [],
      stop: { kind: "decided" },
      decision: { state: "decided", recommended: [1, 1, 0, 0] },
    });
  });

  test("is left alone where a look would tell nothing, or may not be paid", () => {
    const request = decidedWithout(false);
    const { knowledge } = request;
    const known = { combination: [0, 0, 0, 1], seed: 1, purpose: "search" } as const;
    const elsewhere = [{ ...observe(later, "elsewhere", known), context: [1] }];
    const contexts = [{ kind: "scale", levels: ["here", "proxy"] }] as const;
    const observations = knowledge.observations.map((run) => ({ ...run, context: [0] }));
    for (const other of [
      { ...request, knowledge: { ...knowledge, failed: [{ combination: [0, 0, 0, 1] }] } },
      { ...request, knowledge: { ...knowledge, observations, contexts, elsewhere } },
      { ...request, runsLeft: 0 },
      { ...request, cost: (x: Combination) => (at(x, 3) === 1 ? 0 : 1) },
    ])
      expect(steer(other)).toMatchObject({ suggestions: [], toGo: 0, stop: { kind: "decided" } });
    // Whoever asks for no run hears that there is one to make.
    expect(steer({ ...request, count: 0 })).toMatchObject({ suggestions: [], toGo: 1, stop: null });
  });

  test("is searched anew where three sets had been given up", () => {
    const nothing = landscape([0, 0, 0, 0], [], 0.2);
    const searched = Array.from({ length: 8 }, (_, i) => [i & 1, (i >> 1) & 1, (i >> 2) & 1, 0]);
    const believed = { ...nothing, value: (x: Combination) => [4 * at(x, 0) + 3 * at(x, 1) + 2 * at(x, 2)] };
    const search = searched.map((x) => observe(believed, "luck", { combination: x, seed: 1, purpose: "search" }));
    const sets = [
      [1, 1, 1, 0],
      [1, 1, 0, 0],
      [1, 0, 1, 0],
    ];
    const tests = sets.flatMap((set, i) =>
      Array.from({ length: 8 }, (_, k) => 1001 + 8 * i + k).flatMap((seed) =>
        [set, [0, 0, 0, 0]].map((x) => observe(nothing, "none", { combination: x, seed, purpose: "confirm" })),
      ),
    );
    const request = decidedWithout(false);
    const knowledge = { ...knowledgeOf(nothing), observations: [...search, ...tests] };
    const [look] = steer({ ...request, knowledge }).suggestions;
    expect(look?.why).toEqual({ kind: "first-look", level: "f3" });
    if (look === undefined) return;
    const seen = { ...knowledge, observations: [...knowledge.observations, observe(later, "look", look)] };
    const { decision, suggestions } = steer({ ...request, knowledge: seen });
    expect(decision.state).toBe("measuring");
    expect(suggestions.length).toBeGreaterThan(0);
    // The old sets, which look good by their luck, do not get another turn.
    let going = seen;
    for (let step = 0; step < 20; step++) {
      const { suggestions: next, stop } = steer({ ...request, count: 1, knowledge: going });
      if (stop !== null) break;
      for (const run of next) {
        const isOldSet = run.purpose === "confirm" && run.combination.some(Boolean) && at(run.combination, 3) === 0;
        expect(isOldSet).toBe(false);
        going = { ...going, observations: [...going.observations, observe(nothing, "on", run)] };
      }
    }
    expect(steer({ ...request, count: 1, knowledge: going }).stop).toEqual({ kind: "decided" });
  });
});

test("where the budget holds no confirmation that could end, its runs go to the search", () => {
  const { knowledge } = simulate(landscape([9, 0, 6, -5, 0, 4, -3, 0, 0, -4]), "purse", 60);
  const early = { ...knowledge, observations: knowledge.observations.slice(0, 16) };
  const nextWith = (runsLeft: number) => {
    const request = { pending: [], count: 1, cost: () => 1, feasible: () => true, explore: 0, seed: "s" };
    return steer({ ...request, knowledge: early, runsLeft }).suggestions[0]?.purpose;
  };
  // Four pairs are the fewest that reach the first threshold.
  expect([1, 7, 8, 24].map(nextWith)).toEqual(["search", "search", "confirm", "search"]);
});
