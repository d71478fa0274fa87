import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { believe, drawEnsemble } from "../plan/belief.ts";
import type { Knowledge } from "../plan/plan.ts";
import { decide } from "./decide.ts";
import { persistenceOf } from "./persistence.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "./simulate.test-util.ts";

const combinations: Combination[] = [0, 1].flatMap((a) => [0, 1].flatMap((b) => [0, 1].map((c) => [a, b, c])));

function truthOf(effects: readonly number[], noise = 0.2, space = plainSpace([1, 1, 1])): Truth {
  return {
    space,
    objectives: [objective("y", { matters: 1 })],
    value: (x) => [x.reduce((sum, level, j) => sum + level * (effects[j] ?? 0), 0)],
    noise: (_, rng) => [noise * rng.normal()],
  };
}

function landed(truth: Truth, baseline: Combination, runs = combinations, seeds = 1): Knowledge {
  const observations = Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    runs.map((combination) => observe(truth, "persistence", { combination, seed, purpose: "search" })),
  );
  return { ...knowledgeOf(truth, observations), baseline };
}

const persistence = (knowledge: Knowledge) =>
  persistenceOf(knowledge, drawEnsemble(believe(knowledge), 40, createRng("persistence")));

describe("what landed", () => {
  test("holds, is spent, or is not known, with the runs that would tell", () => {
    const [holds, spent] = persistence(landed(truthOf([5, 0, 0]), [1, 1, 0]));
    expect(holds).toMatchObject({ level: "f0", state: { kind: "holds" } });
    expect(holds?.worth.low).toBeGreaterThan(0.5);
    expect(holds?.worth.mean).toBeCloseTo(5, 0);
    expect(spent).toMatchObject({ level: "f1", state: { kind: "spent" } });
    const noisy = persistence(
      landed(
        truthOf([1, 0, 0], 0.7),
        [1, 0, 0],
        [
          [0, 0, 0],
          [1, 0, 0],
        ],
      ),
    );
    expect(noisy).toHaveLength(1);
    expect(noisy[0]?.state.kind).toBe("unknown");
    if (noisy[0]?.state.kind === "unknown") expect(noisy[0].state.runs).toBeGreaterThan(4);
  });

  test("is what the baseline would lose now, which what landed since may have changed", () => {
    // The second part does the first one's work.
    const overlapping: Truth = { ...truthOf([]), value: ([a = 0, b = 0]) => [Math.max(4 * a, 4 * b)] };
    expect(persistence(landed(overlapping, [1, 0, 0]))[0]?.state.kind).toBe("holds");
    expect(persistence(landed(overlapping, [1, 1, 0], combinations, 3)).map(({ state }) => state.kind)).toEqual([
      "spent",
      "spent",
    ]);
  });

  test("is left out together with what needs it", () => {
    const space = plainSpace([1, 1, 1], {
      requires: [{ level: { factor: 1, level: 1 }, anyOf: [{ factor: 0, level: 1 }] }],
    });
    const truth = truthOf([1, 6, 0], 0.2, space);
    const legal = combinations.filter(([a, b]) => a === 1 || b === 0);
    const [needed] = persistence(landed(truth, [1, 1, 0], legal));
    expect(needed?.worth.mean).toBeGreaterThan(5);
  });

  test("nothing, and nothing is asked", () => {
    expect(persistence(landed(truthOf([5, 0, 0]), [0, 0, 0]))).toEqual([]);
  });
});

describe("over two landings", () => {
  const truth = truthOf([4, 3, 2.5]);
  /** Before the first landing: the first two contributions, alone and together. */
  const before = [1, 2, 3].flatMap((seed) =>
    [
      [0, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
      [1, 1, 0],
    ].map((combination) => observe(truth, "two", { combination, seed, purpose: "search" })),
  );
  /** Since: one look at the third, on the first landing's baseline. */
  const since = [
    [1, 0, 0],
    [1, 0, 1],
  ].map((combination) => observe(truth, "two", { combination, seed: 4, purpose: "search" }));
  const second = (observations: Knowledge["observations"]): Knowledge => ({
    ...knowledgeOf(truth, observations),
    baseline: [1, 0, 0],
    earlierSearches: before.length,
    earlierTrials: { tested: 1, landed: 1 },
  });
  const effectOf = (knowledge: Knowledge, level: string) => {
    const { effects } = decide(knowledge, { detail: "full", runsLeft: null });
    const found = effects.find((it) => it.level === level && it.objective === null && it.sense === "alone");
    if (found === undefined) throw new Error(`no effect of ${level}`);
    return found.estimate;
  };

  test("the second decision rests on the first one's runs", () => {
    // The second contribution was never run since: all that is known of it is from before.
    const known = effectOf(second([...before, ...since]), "f1");
    expect(known.low).toBeGreaterThan(1);
    expect(known.high).toBeLessThan(5);
    const forgotten = effectOf(second(since), "f1");
    expect(forgotten.high - forgotten.low).toBeGreaterThan(3 * (known.high - known.low));
  });

  test("after the second, both parts still stand beside each other", () => {
    const knowledge = { ...second([...before, ...since]), baseline: [1, 1, 0] };
    expect(persistence(knowledge).map(({ level, state }) => [level, state.kind])).toEqual([
      ["f0", "holds"],
      ["f1", "holds"],
    ]);
  });

  test("an edit in between makes an epoch of the first one's runs, which still tell what they agree on", () => {
    const shifted = before.map((run) => {
      const outcome = run.outcomes.get("y");
      if (outcome?.kind !== "measured") throw new Error("not measured");
      // The edit moved everything by the same amount.
      return { ...run, context: [1], outcomes: new Map([["y", { ...outcome, value: outcome.value - 40 }]]) };
    });
    const knowledge: Knowledge = {
      ...second([...since, observe(truth, "two", { combination: [0, 0, 0], seed: 4, purpose: "search" })]),
      elsewhere: shifted,
      contexts: [{ kind: "epoch", levels: ["now", "before"] }],
    };
    const known = effectOf(knowledge, "f1");
    expect(known.mean).toBeGreaterThan(1);
    const forgotten = effectOf({ ...knowledge, elsewhere: [], contexts: [] }, "f1");
    expect(known.high - known.low).toBeLessThan(0.8 * (forgotten.high - forgotten.low));
  });
});
