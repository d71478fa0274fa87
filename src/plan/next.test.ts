import { expect, test } from "vitest";
import type { Combination } from "../contribution/contribution.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "../decision/simulate.test-util.ts";
import { planNext } from "./next.ts";
import type { PlanRequest, Suggestion } from "./plan.ts";

const at = (x: Combination, j: number) => x[j] ?? 0;

function truthOf(factors: number, value: (x: Combination) => readonly number[], bold: readonly number[] = []): Truth {
  return {
    space: plainSpace(
      Array.from({ length: factors }, () => 1),
      {},
      bold,
    ),
    objectives: [objective("quality"), objective("speed", { guardrail: 1, weight: 0 })],
    value,
    noise: (_, rng) => [0.1 * rng.normal(), 0.1 * rng.normal()],
  };
}

/** Plans and runs one at a time. */
function search(truth: Truth, runs: number, rest: Partial<PlanRequest> = {}): Suggestion[] {
  const made: Suggestion[] = [];
  while (made.length < runs) {
    const observations = made.map((suggestion) => observe(truth, "next", suggestion));
    const [next] = planNext(requestOf(truth, { ...rest, knowledge: knowledgeOf(truth, observations) }));
    if (next === undefined) break;
    made.push(next);
  }
  return made;
}

function requestOf(truth: Truth, rest: Partial<PlanRequest>): PlanRequest {
  return {
    knowledge: knowledgeOf(truth),
    pending: [],
    count: 1,
    cost: () => 1,
    feasible: () => true,
    runsLeft: null,
    explore: 0,
    seed: "s",
    ...rest,
  };
}

test("the baseline, then half-flips, a quarter of the factors in number, then what promises most", () => {
  const truth = truthOf(5, (x) => [at(x, 0), 0]);
  const made = search(truth, 4);
  expect(made.map(({ why }) => why.kind)).toEqual(["baseline", "design", "design", "improve"]);
});

test("of two runs that promise the same, the cheaper one", () => {
  const truth = truthOf(5, () => [0, 0]);
  const made = search(truth, 12, { cost: (x) => (at(x, 3) === 1 ? 1 : 25) }).slice(3);
  const cheap = made.filter(({ combination }) => at(combination, 3) === 1);
  expect(cheap.length).toBeGreaterThan(made.length / 2);
});

test("many factors start with a design of half-flips", () => {
  const truth = truthOf(40, () => [0, 0]);
  const made = planNext(requestOf(truth, { count: 6 }));
  expect(made.slice(1).map(({ why }) => why.kind)).toEqual(["design", "design", "design", "design", "design"]);
  for (const { combination } of made.slice(1)) {
    const flipped = combination.reduce((sum, level) => sum + level, 0);
    expect(flipped).toBeGreaterThan(8);
    expect(flipped).toBeLessThan(32);
  }
});

test("the search finds a planted optimum in two runs a factor", () => {
  const effects = [3, -2, 2, 0, -3, 2, 1, -1];
  const truth = truthOf(8, (x) => [effects.reduce((sum, e, j) => sum + e * at(x, j), 0), 0]);
  const best = Math.max(...search(truth, 16).map(({ combination }) => truth.value(combination)[0] ?? 0));
  expect(best).toBeGreaterThanOrEqual(7);
});

test("what a guardrail forbids is soon left alone", () => {
  const truth = truthOf(6, (x) => [5 * at(x, 0) + 2 * at(x, 1), -6 * at(x, 0)]);
  const late = search(truth, 20).slice(12);
  expect(late.filter(({ combination }) => at(combination, 0) === 1).length).toBeLessThanOrEqual(2);
});

test("of two equal levels the one that costs less to run is tried first", () => {
  const truth = truthOf(6, () => [0, 0]);
  const made = search(truth, 10, { cost: (x) => (at(x, 0) === 1 ? 100 : 1) });
  expect(made.filter(({ combination }) => at(combination, 0) === 1).length).toBeLessThanOrEqual(3);
});

test("the share set aside for bold contributions is spent on them", () => {
  const truth = truthOf(8, (x) => [3 * at(x, 0) - 4 * at(x, 7), 0], [7]);
  const made = search(truth, 20, { explore: 0.3 });
  const bold = made.filter(({ combination }) => at(combination, 7) === 1);
  expect(bold.length).toBeGreaterThanOrEqual(5);
  expect(bold.some(({ why }) => why.kind === "bold" && why.level === "f7")).toBe(true);
});

test("what cannot be built, crashed, or is under way already is not suggested", () => {
  const truth = truthOf(3, (x) => [at(x, 0), 0]);
  const failed = [{ combination: [0, 1, 0] }];
  const pending = [{ combination: [0, 0, 0], seed: 1, purpose: "search" as const }];
  const knowledge = { ...knowledgeOf(truth), failed };
  const made = planNext(requestOf(truth, { knowledge, pending, count: 12, feasible: (x) => at(x, 2) === 0 }));
  expect(made.length).toBeGreaterThan(0);
  const keys = made.map(({ combination, seed }) => `${combination.join()}/${seed}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).not.toContain("0,0,0/1");
  for (const { combination } of made) {
    expect(combination).not.toEqual([0, 1, 0]);
    expect(combination[2]).toBe(0);
  }
});
