import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "../decision/simulate.test-util.ts";
import { believe, drawEnsemble, mixtureMean } from "./belief.ts";
import type { Knowledge, PlanRequest } from "./plan.ts";
import { landedParts, planScrapes } from "./scrape.ts";

/** Of two landed parts one is worth much and one half of what matters; the third factor is a proposal. */
const truth: Truth = {
  space: plainSpace([1, 1, 1]),
  objectives: [objective("y", { matters: 1 })],
  value: ([a = 0, b = 0]) => [6 * a + 0.5 * b],
  noise: (_, rng) => [0.7 * rng.normal()],
};
const baseline: Combination = [1, 1, 0];

function landed(runs: readonly (readonly [Combination, number])[], rest: Partial<Knowledge> = {}): Knowledge {
  const observations = runs.map(([combination, seed]) =>
    observe(truth, "scrape", { combination, seed, purpose: "search" }),
  );
  return { ...knowledgeOf(truth, observations), baseline, ...rest };
}

const ensembleOf = (knowledge: Knowledge) => drawEnsemble(believe(knowledge), 12, createRng("scrape"));

function request(knowledge: Knowledge, rest: Partial<PlanRequest> = {}): PlanRequest {
  return {
    knowledge,
    pending: [],
    count: 1,
    cost: () => 3,
    feasible: () => true,
    runsLeft: null,
    explore: 0,
    seed: "s",
    ...rest,
  };
}
const scrapes = (knowledge: Knowledge, rest: Partial<PlanRequest> = {}) =>
  planScrapes(request(knowledge, rest), ensembleOf(knowledge));

/** Everything of the landed cube, so that the first part is beyond doubt. */
const searched: (readonly [Combination, number])[] = [1, 2].flatMap((seed) =>
  [0, 1].flatMap((a) => [0, 1].map((b) => [[a, b, 0], seed] as const)),
);
const since: (readonly [Combination, number])[] = [3, 4, 5].map((seed) => [baseline, seed] as const);

describe("scraping", () => {
  test("leaves out the part that is in doubt, for the audit, and says which", () => {
    const knowledge = landed([...searched, ...since]);
    const [next] = scrapes(knowledge);
    expect(next).toEqual({
      combination: [1, 0, 0],
      seed: 3,
      purpose: "audit",
      cost: 3,
      why: { kind: "scrape", level: "f1" },
    });
    const [sure, doubtful] = landedParts(knowledge, ensembleOf(knowledge));
    expect(sure?.doubt).toBeLessThan(0.1);
    expect(doubtful?.doubt).toBeGreaterThan(0.1);
    expect(mixtureMean(sure?.worth ?? { means: new Float64Array(1), sds: new Float64Array(1) })).toBeGreaterThan(4);
  });

  test("of parts alike in doubt takes the one that nothing was heard of for longest", () => {
    const alike: Truth = { ...truth, value: ([a = 0, b = 0]) => [0.5 * a + 0.5 * b] };
    const runs = (order: readonly Combination[]): Knowledge => {
      const made = [baseline, ...order, baseline, baseline, baseline].map((combination, i) =>
        // The same results whatever the order.
        ({ ...observe(alike, "alike", { combination, seed: 1, purpose: "search" }), seed: i }),
      );
      return { ...knowledgeOf(alike, made), baseline };
    };
    const first = runs([
      [0, 1, 0],
      [0, 1, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
    const parts = landedParts(first, ensembleOf(first));
    expect(parts.map(({ age }) => age)).toEqual([4 / 8, 3 / 8]);
    expect(landedParts(landed([]), ensembleOf(landed([]))).map(({ age }) => age)).toEqual([1, 1]);
    const untouched = { ...first, observations: first.observations.filter(({ combination }) => combination[0] === 1) };
    expect(scrapes(untouched)[0]?.why).toEqual({ kind: "scrape", level: "f0" });
  });

  test("compares with the baseline, which is measured first where it has not been", () => {
    expect(scrapes(landed([]))[0]?.combination).toEqual(baseline);
    const both = scrapes(landed([]), { count: 3 });
    expect(both.map(({ combination }) => combination)[1]).not.toEqual(baseline);
    expect(new Set(both.map(({ combination, seed }) => `${combination}/${seed}`)).size).toBe(3);
  });

  test("ends: what is pending counts, and no part is left out more than four times", () => {
    const knowledge = landed([...searched, ...since]);
    const many = scrapes(knowledge, { count: 50 });
    const times = new Map<string, number>();
    for (const { combination } of many) times.set(`${combination}`, (times.get(`${combination}`) ?? 0) + 1);
    expect(times.get("1,0,0") ?? 0).toBeLessThanOrEqual(2);
    expect(many.length).toBeLessThan(12);
    const pending = many.map(({ combination, seed, purpose }) => ({ combination, seed, purpose }));
    expect(scrapes(knowledge, { pending })).toEqual([]);
  });

  test("asks for nothing where nothing landed, where nothing is in doubt, or where it cannot be built", () => {
    const nothing = { ...landed(searched), baseline: [0, 0, 0] };
    expect(scrapes(nothing)).toEqual([]);
    const sure = { ...landed(searched), baseline: [1, 0, 0] };
    expect(scrapes(sure)).toEqual([]);
    expect(scrapes(landed([...searched, ...since]), { feasible: ([, b]) => b === 1 })).toEqual([]);
    const crashed = { combination: baseline };
    expect(scrapes(landed(searched, { failed: [crashed] }))).toEqual([]);
  });
});
