import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "../../src/base/digest.ts";
import type { Combination, Space } from "../../src/contribution/contribution.ts";
import { objective, observe, plainSpace, type Truth } from "../../src/decision/simulate.test-util.ts";
import type { Objective } from "../../src/lab/lab.ts";
import { isLegal } from "../../src/plan/space.ts";
import { Account } from "./account.ts";
import { greedy } from "./greedy.ts";
import { judge } from "./judge.ts";
import type { Ground, Policy, Step } from "./policy.ts";
import { oneAtATime } from "./stack.ts";

const labObjective = (name: string, rest: Partial<Objective> = {}): Objective => ({
  name,
  stage: "eval",
  goal: "maximize",
  unit: null,
  matters: { kind: "absolute", value: 1 },
  guardrail: null,
  weight: 1,
  items: false,
  ...rest,
});

/** A noise-free lab: the gain, and something guarded that may fall by 10 from 100. */
interface Plain {
  readonly ground: Ground;
  readonly truth: Truth;
}

function plain(
  levels: readonly number[],
  value: (x: Combination) => readonly [number, number],
  constraints: Partial<Space> = {},
): Plain {
  const space = plainSpace(levels, constraints);
  const truth: Truth = {
    space,
    objectives: [objective("gain"), objective("guarded")],
    value,
    noise: () => [0, 0],
  };
  const guardrail = { kind: "relative", fraction: 0.1 } as const;
  return {
    truth,
    ground: {
      space,
      baseline: levels.map(() => 0),
      objectives: [labObjective("gain"), labObjective("guarded", { weight: 0, guardrail })],
      buildable: () => true,
      shuffle: (refs) => refs,
    },
  };
}

/** Lets a policy run to its end. */
function follow(policy: Policy, truth: Truth): { readonly steps: readonly Step[]; readonly set: Combination } {
  const steps: Step[] = [];
  let next = policy.next(null);
  while (next.done !== true) {
    steps.push(next.value);
    next = policy.next(observe(truth, "plain", next.value));
  }
  return { steps, set: next.value.combination };
}

const has = (x: Combination, j: number, level = 1) => (x[j] === level ? 1 : 0);

describe("an account", () => {
  const stage = (name: string, coreSeconds: number) => ({ key: sha256(name), coreSeconds });

  test("charges a stage once, at its price, and refuses what the budget does not hold", () => {
    const account = new Account(10);
    expect(account.pay([stage("corpus", 1), stage("train", 4)])).toHaveLength(2);
    expect(account.pay([stage("corpus", 1), stage("train 2", 4)])).toEqual([stage("train 2", 4)]);
    expect(account.spent).toBe(9);
    expect(account.pay([stage("corpus", 1), stage("train 3", 2)])).toBeNull();
    expect([account.spent, account.left]).toEqual([9, 1]);
    expect(account.pay([stage("train 3", 1)])).toHaveLength(1);
    expect(account.left).toBe(0);
    expect(account.pay([stage("train", 4)])).toEqual([]);
  });

  test("never spends more than its budget, and as much as its distinct stages cost", () => {
    const run = fc.array(fc.nat(12), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(run), fc.nat(60), (runs, budget) => {
        const account = new Account(budget);
        const paid = new Set<number>();
        for (const ids of runs)
          if (account.pay(ids.map((id) => stage(`${id}`, id))) !== null) ids.map((id) => paid.add(id));
        expect(account.spent).toBe([...paid].reduce((sum, id) => sum + id, 0));
        expect(account.spent).toBeLessThanOrEqual(budget);
      }),
    );
  });
});

describe("greedy keep-or-discard", () => {
  test("keeps what helps on top of what is kept, and nothing that breaks a guardrail", () => {
    const { ground, truth } = plain([1, 1, 1, 1], (x) => [
      3 * has(x, 0) - 2 * has(x, 1) + 9 * has(x, 2) + 2 * has(x, 3) - 4 * has(x, 0) * has(x, 3),
      100 - 11 * has(x, 2),
    ]);
    expect(follow(greedy(ground), truth).set).toEqual([1, 0, 0, 0]);
  });

  test("takes out what a later change made worthless", () => {
    const { ground, truth } = plain([1, 1], (x) => [has(x, 0) + 3 * has(x, 1) - 2 * has(x, 0) * has(x, 1), 100]);
    const { steps, set } = follow(greedy(ground), truth);
    expect(set).toEqual([0, 1]);
    expect(steps.map(({ seed }) => seed)).toEqual([1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
  });

  test("misses a pair that only works together", () => {
    const { ground, truth } = plain([1, 1], (x) => [6 * has(x, 0) * has(x, 1) - has(x, 0) - has(x, 1), 100]);
    expect(follow(greedy(ground), truth).set).toEqual([0, 0]);
  });
});

describe("one at a time, then stack", () => {
  test("tries each alone, stacks what helped with the better of two levels, and drops what does not add", () => {
    const { ground, truth } = plain([2, 1, 1, 1], (x) => [
      2 * has(x, 0, 1) + 3 * has(x, 0, 2) + has(x, 1) - has(x, 2) + 5 * has(x, 3) - 4 * has(x, 1) * has(x, 3),
      100,
    ]);
    const { steps, set } = follow(oneAtATime(ground), truth);
    expect(steps.slice(0, 7).map(({ combination }) => combination.join(""))).toEqual([
      ...["0000", "1000", "2000", "0100", "0010", "0001", "2101"],
    ]);
    expect(set).toEqual([2, 0, 0, 1]);
  });

  test("falls back to the best alone when the stack is worse", () => {
    const { ground, truth } = plain([1, 1, 1], (x) => {
      const parts = has(x, 0) + has(x, 1) + has(x, 2);
      return [parts === 1 ? 2 + has(x, 1) : -parts, 100];
    });
    expect(follow(oneAtATime(ground), truth).set).toEqual([0, 1, 0]);
  });

  test("falls back to the best alone when dropping parts of the stack does not reach it", () => {
    const values = new Map(Object.entries({ 1000: 10, "0100": 3, "0010": 2, "0001": 1, 1111: 0, 1101: 1 }));
    const { ground, truth } = plain([1, 1, 1, 1], (x) => [x.some(Boolean) ? (values.get(x.join("")) ?? -1) : 0, 100]);
    expect(follow(oneAtATime(ground), truth).set).toEqual([1, 0, 0, 0]);
  });

  test("leaves what excludes something better out of the stack", () => {
    const excludes = [
      [
        { factor: 0, level: 1 },
        { factor: 1, level: 1 },
      ] as const,
    ];
    const { ground, truth } = plain([1, 1, 1], (x) => [2 * has(x, 0) + 3 * has(x, 1) + has(x, 2), 100], { excludes });
    expect(follow(oneAtATime(ground), truth).set).toEqual([0, 1, 1]);
  });
});

test("without noise, whatever the policies name whenever they are cut off is no worse than the baseline", () => {
  const effect = fc.integer({ min: -5, max: 5 });
  const space = fc.record({
    main: fc.array(effect, { minLength: 4, maxLength: 4 }),
    pairs: fc.array(effect, { minLength: 16, maxLength: 16 }),
    harm: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 4, maxLength: 4 }),
  });
  fc.assert(
    fc.property(space, fc.constantFrom(greedy, oneAtATime), ({ main, pairs, harm }, policy) => {
      const value = (x: Combination): [number, number] => {
        const on = x.flatMap((level, j) => (level > 0 ? [j] : []));
        const sum = (values: readonly number[]) => values.reduce((total, v) => total + v, 0);
        const among = on.flatMap((i) => on.filter((j) => j > i).map((j) => pairs[4 * i + j] ?? 0));
        return [sum(on.map((j) => main[j] ?? 0)) + sum(among), 100 - sum(on.map((j) => harm[j] ?? 0))];
      };
      const { ground, truth } = plain([1, 1, 1, 1], value);
      const { steps, set } = follow(policy(ground), truth);
      for (const x of [set, ...steps.map(({ named }) => named.combination)]) {
        expect(value(x)[0]).toBeGreaterThanOrEqual(0);
        expect(value(x)[1]).toBeGreaterThanOrEqual(90);
      }
      expect(steps.every(({ combination }) => isLegal(ground.space, combination))).toBe(true);
    }),
  );
});

test("a judgement is the t interval of paired differences, in units of matters", () => {
  const objectives = [
    objective("loss", { sign: -1, matters: 0.5, guardrail: 0.2 }),
    objective("size", { sign: -1, matters: 10, guardrail: 5, weight: 0 }),
  ];
  const pair = (seed: number, loss: number | null, size: number) => ({
    seed,
    set: { loss, size },
    baseline: { loss: 2, size: 100 },
  });
  const found = judge(objectives, [pair(1, 1, 106), pair(2, 1.5, 107), pair(3, 0.5, 108), pair(4, null, 100)]);
  expect([...found.utilities]).toEqual([
    [1, 2],
    [2, 1],
    [3, 3],
  ]);
  // t_{0.95, 2} = 2.9200, s = 1.
  expect(found.utility.mean).toBeCloseTo(2);
  expect(found.utility.high - found.utility.mean).toBeCloseTo(2.92 / Math.sqrt(3), 4);
  expect(found.diverged).toBe(1);
  expect(found.differences.map(({ breach }) => breach)).toEqual([false, true]);
});
