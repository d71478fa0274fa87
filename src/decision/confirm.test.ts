import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import type { Observation, Outcome, Purpose } from "../evidence/evidence.ts";
import { studentQuantile } from "../math/student.ts";
import type { Knowledge } from "../plan/plan.ts";
import { levelAfter } from "./budget.ts";
import {
  confirmationOf,
  confirmedGain,
  type Forecast,
  freshSeed,
  hopeOf,
  mostPairs,
  type Outlook,
  pairsOf,
  pairsToGo,
  testedCandidates,
  thresholdOf,
} from "./confirm.ts";
import { criticalT, eValueAt, largestE, pairsNeeded, spreadOf } from "./eprocess.ts";
import { knowledgeOf, objective, plainSpace, type Truth } from "./simulate.test-util.ts";

const none: Combination = [0, 0];
const set: Combination = [1, 1];
const other: Combination = [0, 1];

/** quality: larger is better, δ = 2, w = 3. loss: smaller is better, δ = 0.5, may rise by 0.75. */
const truth: Truth = {
  space: plainSpace([1, 1]),
  objectives: [
    objective("quality", { matters: 2, weight: 3 }),
    objective("loss", { sign: -1, matters: 0.5, guardrail: 0.75, weight: 1 }),
  ],
  value: () => [0, 0],
  noise: () => [0, 0],
};

type Values = readonly (number | null)[];

function run(
  combination: Combination,
  seed: number,
  [quality, loss]: Values,
  purpose: Purpose = "confirm",
): Observation {
  const outcome = (value: number | null | undefined): Outcome =>
    value == null ? { kind: "diverged" } : { kind: "measured", value, samplingError: null };
  const outcomes = new Map([
    ["quality", outcome(quality)],
    ["loss", outcome(loss)],
  ]);
  return { run: `${combination.join("")}/${seed}`, combination, seed, purpose, context: [], outcomes };
}

/** Pairs on seeds 1001, 1002, …: the baseline's values, then the set's. */
function paired(...pairs: readonly (readonly [Values, Values])[]): Observation[] {
  return pairs.flatMap(([b, x], i) => [run(none, 1001 + i, b), run(set, 1001 + i, x)]);
}

const sure: Forecast = { mean: 100, sd: 0.1, pairSd: 1 };
const outlook = (utility = sure, loss = sure): Outlook => ({ utility, objectives: new Map([["loss", loss]]) });
const judge = (knowledge: Knowledge, by = outlook(), least = 0.1) => confirmationOf(knowledge, set, 0, by, least);

const four = paired(
  [
    [10, 5],
    [14, 5.1],
  ],
  [
    [11, 5.2],
    [14.6, 5.2],
  ],
  [
    [9, 4.9],
    [13.2, 5.1],
  ],
  [
    [10, 5],
    [14.1, 5.2],
  ],
);

describe("what counts as a pair", () => {
  test("confirmation runs of both sides on one seed, of this baseline, in the order of seeds", () => {
    const stray = [
      run(set, 1020, [1, 1]),
      run(none, 1021, [1, 1]),
      run(set, 900, [1, 1]),
      run(none, 900, [1, 1]),
      run(set, 3, [1, 1], "search"),
      run(none, 3, [1, 1], "search"),
      run(set, 1030, [1, 1], "audit"),
      run(none, 1030, [1, 1], "audit"),
      run(other, 1001, [1, 1]),
    ];
    const knowledge = knowledgeOf(truth, [...stray, ...four.toReversed()]);
    expect(pairsOf(knowledge, set).map(({ seed }) => seed)).toEqual([1001, 1002, 1003, 1004]);
    expect(
      pairsOf(knowledge, set).every(
        ({ baseline, candidate }) => baseline.combination === none && candidate.combination === set,
      ),
    ).toBe(true);
  });

  test("sets are tested in the order of their first seeds, those under way among them", () => {
    const runs = [run(set, 1005, [1, 1]), run(none, 1005, [1, 1]), run(other, 1003, [1, 1]), run(set, 900, [1, 1])];
    const knowledge = knowledgeOf(truth, runs);
    expect(testedCandidates(knowledge, [])).toEqual([other, set]);
    const pending = { combination: [1, 0], seed: 1001, purpose: "confirm" as const };
    expect(testedCandidates(knowledge, [pending])).toEqual([[1, 0], other, set]);
    expect(testedCandidates(knowledge, [{ ...pending, purpose: "search" }])).toEqual([other, set]);
  });

  test("fresh seeds lie above those of all confirmations and audits", () => {
    const runs = [run(set, 1005, [1, 1]), run(set, 1009, [1, 1], "audit"), run(set, 2000, [1, 1], "search")];
    expect(freshSeed(knowledgeOf(truth), [])).toBe(1001);
    expect(freshSeed(knowledgeOf(truth, runs), [])).toBe(1010);
    expect(freshSeed(knowledgeOf(truth, runs), [{ combination: set, seed: 1011, purpose: "confirm" }])).toBe(1012);
  });
});

test("the threshold is what the error budget leaves, after what was tested before", () => {
  const knowledge = { ...knowledgeOf(truth), alpha: 0.1, earlierTrials: { tested: 4, landed: 2 } };
  expect(thresholdOf(knowledge, 1)).toBeCloseTo(1 / levelAfter({ tested: 5, landed: 2 }, 0.1), 10);
});

describe("what the pairs say", () => {
  // Utility: 3 · (x − b)/2 − (x − b)/0.5; the guard: −(x − b)/0.5 + 1.5.
  const utility = [6 - 0.2, 5.4, 6.3 - 0.4, 6.15 - 0.4];
  const guard = [1.5 - 0.2, 1.5, 1.5 - 0.4, 1.5 - 0.4];

  test("differences are oriented, in units of what matters, weighted, and shifted by the margin", () => {
    const found = judge(knowledgeOf(truth, four));
    expect(found).toMatchObject({ pairs: 4, threshold: thresholdOf(knowledgeOf(truth), 0), outcome: "confirmed" });
    expect(found?.tests.map(({ objective: name }) => name)).toEqual([null, "loss"]);
    expect(found?.tests[0]?.e).toBeCloseTo(largestE(utility, 1e-6), 8);
    expect(found?.tests[1]?.e).toBeCloseTo(largestE(guard, 1e-6), 8);
  });

  test("the difference is quoted in the objective's own unit and sign, with a t interval", () => {
    const found = judge(knowledgeOf(truth, four));
    const loss = spreadOf([0.1, 0, 0.2, 0.2], 0);
    const half = (studentQuantile(0.95, 3) * loss.sd) / 2;
    expect(found?.tests[1]?.difference.mean).toBeCloseTo(0.125, 10);
    expect(found?.tests[1]?.difference.low).toBeCloseTo(0.125 - half, 8);
    expect(found?.tests[1]?.difference.high).toBeCloseTo(0.125 + half, 8);
    expect(found?.tests[0]?.difference.mean).toBeCloseTo(spreadOf(utility, 0).mean, 10);
  });

  test("one pair has the model's spread", () => {
    const found = judge(knowledgeOf(truth, four.slice(0, 2)), outlook({ mean: 1, sd: 1, pairSd: 0.7 }));
    const half = studentQuantile(0.95, 1) * 0.7;
    expect(found?.tests[0]?.difference.high).toBeCloseTo(5.8 + half, 8);
    expect(found?.outcome).toBe("pending");
  });

  test("every test must reach the threshold", () => {
    // The loss rises by as much as its margin, give or take.
    const atMargin = [0, 1, 2, 3, 4, 5].map((i): readonly [Values, Values] => [
      [10, 5],
      [20 + (i % 2), 5.75 + 0.05 * (i % 3) - 0.05],
    ]);
    const found = judge(knowledgeOf(truth, paired(...atMargin)));
    expect(found?.tests[0]?.e).toBeGreaterThan(33);
    expect(found?.tests[1]?.e).toBeLessThan(33);
    expect(found?.outcome).toBe("pending");
    expect(
      judge(knowledgeOf(truth, paired(...atMargin)), outlook(sure, { mean: -0.75, sd: 0.01, pairSd: 0.1 }))?.outcome,
    ).toBe("futile");
  });

  test("without weights only the guardrails are tested; before the first pair there is nothing to say", () => {
    const unweighted = truth.objectives.map((one) => ({ ...one, weight: 0 }));
    const found = judge({ ...knowledgeOf(truth, four), objectives: unweighted });
    expect(found?.tests.map(({ objective: name }) => name)).toEqual(["loss"]);
    expect(judge(knowledgeOf(truth))).toBeNull();
  });

  test("a set that diverges where the baseline does not is given up; where both do, the pair says nothing", () => {
    const worse = paired([
      [10, 5],
      [null, 5],
    ]);
    expect(judge(knowledgeOf(truth, [...four, ...worse.map((one) => ({ ...one, seed: 1010 }))]))?.outcome).toBe(
      "futile",
    );
    const both = paired([
      [null, null],
      [null, null],
    ]).map((one) => ({ ...one, seed: 1010 }));
    const found = judge(knowledgeOf(truth, [...four, ...both]));
    expect(found).toMatchObject({ outcome: "confirmed", pairs: 5 });
    expect(found?.tests[0]?.e).toBeCloseTo(largestE(utility, 1e-6), 8);
  });

  test("the gain that credit adds up to is the utility's on all pairs", () => {
    const { n, mean, sd } = confirmedGain(knowledgeOf(truth, four), set);
    expect([n, mean, sd]).toEqual(
      [4, spreadOf(utility, 0).mean, spreadOf(utility, 0).sd].map((v) => expect.closeTo(v, 10)),
    );
  });
});

describe("when to give up", () => {
  test("the hope is the share of continuations that get there", () => {
    const rng = createRng("continuations");
    const threshold = 33;
    const forecast: Forecast = { mean: 0.8, sd: 0.3, pairSd: 1 };
    const seen = { n: 6, mean: 0.5, sd: 1 };
    const hope = hopeOf(seen, forecast, threshold);
    let reached = 0;
    const repeats = 4000;
    const needed = criticalT(mostPairs, threshold) / Math.sqrt(mostPairs);
    for (let r = 0; r < repeats; r++) {
      const mean = forecast.mean + forecast.sd * rng.normal();
      let total = seen.n * seen.mean;
      for (let k = seen.n; k < mostPairs; k++) total += mean + rng.normal();
      if (total / mostPairs >= needed) reached++;
    }
    expect(Math.abs(hope - reached / repeats)).toBeLessThan(0.03);
    expect(hope).toBeGreaterThan(0.2);
    expect(hope).toBeLessThan(0.8);
  });

  test("noise is judged by the pairs and the model together", () => {
    const forecast: Forecast = { mean: 1, sd: 0.01, pairSd: 1 };
    const hopes = [0.2, 1, 3].map((sd) => hopeOf({ n: 6, mean: 1, sd }, forecast, 33));
    // Degrees of freedom: 5 of the pairs' own, 6 of the model's.
    const pooled = Math.sqrt((5 * 9 + 6) / 11);
    expect(hopes[2]).toBeCloseTo(hopeOf({ n: 6, mean: 1, sd: pooled }, { ...forecast, pairSd: pooled }, 33), 10);
    expect(hopes[0]).toBeGreaterThan(hopes[1] ?? 1);
    expect(hopes[1]).toBeGreaterThan(hopes[2] ?? 1);
  });

  test("after the last pair there is none; before four pairs nothing is given up", () => {
    expect(hopeOf({ n: mostPairs, mean: 9, sd: 1 }, sure, 33)).toBe(0);
    const bad = outlook({ mean: -9, sd: 0.1, pairSd: 1 });
    const pairs = (n: number) =>
      knowledgeOf(
        truth,
        paired(
          ...Array.from({ length: n }, (_, i): [Values, Values] => [
            [10, 5],
            [9 + i / 10, 5],
          ]),
        ),
      );
    expect(judge(pairs(3), bad)?.outcome).toBe("pending");
    expect(judge(pairs(4), bad)?.outcome).toBe("futile");
    expect(judge(pairs(4), bad, 0)?.outcome).toBe("pending");
  });
});

describe("pairs still to run", () => {
  test("before two pairs by what the model expects, then by what was seen", () => {
    const expecting = (mean: number): Outlook => outlook({ mean, sd: 0, pairSd: Math.SQRT2 * 2 });
    const expected = expecting(6);
    const threshold = thresholdOf(knowledgeOf(truth), 0);
    const first = pairsNeeded(6 / (Math.SQRT2 * 2), threshold, 1, mostPairs);
    expect(pairsToGo(knowledgeOf(truth), set, 0, expected)).toBe(first);
    expect(pairsToGo(knowledgeOf(truth), set, 0, expecting(-1))).toBe(mostPairs);
    const unguarded = { ...knowledgeOf(truth, four.slice(0, 6)), objectives: truth.objectives.slice(0, 1) };
    const { mean, sd } = spreadOf([6, 5.4, 6.3], 0);
    const needed = pairsNeeded(mean / sd, threshold, 4, mostPairs) ?? Number.NaN;
    expect(pairsToGo(unguarded, set, 0, expected)).toBe(needed - 3);
    expect(eValueAt(3, (Math.sqrt(3) * mean) / sd)).toBeLessThan(threshold);
  });
});
