import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../../src/base/rng.ts";
import type { Combination } from "../../../src/contribution/contribution.ts";
import type { Ask, Method, Player, Problem } from "../method.ts";
import { peers } from "./peers.ts";
import { runKey } from "./runs.ts";

interface Planted {
  readonly problem: Problem;
  readonly value: (x: Combination) => number;
}

function plantedProblem(levels: readonly number[], rest: Partial<Problem> = {}): Problem {
  return {
    levels,
    feasible: () => true,
    objectives: [{ name: "loss", sign: -1, matters: 0.05, guardrail: null, weight: 1 }],
    cost: () => 1,
    batch: 1,
    ...rest,
  };
}

/** An additive loss: each level moves it by its own amount. */
function additive(label: string, levels: readonly number[], rest: Partial<Problem> = {}): Planted {
  const rng = createRng(label);
  const effects = levels.map((count) => Array.from({ length: count }, (_, level) => (level === 0 ? 0 : rng.normal())));
  const value = (x: Combination) => x.reduce((total, level, j) => total + (effects[j]?.[level] ?? 0), 3);
  return { problem: plantedProblem(levels, rest), value };
}

interface Game {
  readonly player: Player;
  readonly asked: readonly Ask[];
}

/** Plays `runs` runs, the baseline's among them. */
function play(method: Method, { problem, value }: Planted, runs: number, seed = "1"): Game {
  const player = method.start(problem, seed);
  const first: Ask = { x: problem.levels.map(() => 0), seed: 1 };
  player.tell(first, [value(first.x)]);
  const asked: Ask[] = [first];
  while (asked.length < runs) {
    const count = Math.min(problem.batch, runs - asked.length);
    const asks = player.ask(count);
    expect(asks.length).toBeGreaterThanOrEqual(1);
    expect(asks.length).toBeLessThanOrEqual(count);
    asked.push(...asks);
    for (const ask of asks) player.tell(ask, [value(ask.x)]);
  }
  return { player, asked };
}

/** The best finite loss, by looking at the whole space, and the baseline's. */
function extremes({ problem, value }: Planted): { readonly best: number; readonly baseline: number } {
  let all: Combination[] = [[]];
  for (const count of problem.levels) all = all.flatMap((x) => Array.from({ length: count }, (_, l) => [...x, l]));
  const losses = all.filter(problem.feasible).map(value).filter(Number.isFinite);
  return { best: Math.min(...losses), baseline: value(problem.levels.map(() => 0)) };
}

const mixedLevels = [2, 2, 2, 3, 2, 2, 4, 2];
/** Levels beside the baseline's. */
const contributions = (levels: readonly number[]) => levels.reduce((total, count) => total + count - 1, 0);

describe.each(peers.map((method) => [method.name, method] as const))("%s", (name, method) => {
  const share = name === "random" ? 0.5 : 0.9;

  it.each(["a", "b", "c"])("finds most of an additive gain without noise (%s)", (label) => {
    const planted = additive(label, mixedLevels);
    const { best, baseline } = extremes(planted);
    const { player } = play(method, planted, 6 * contributions(mixedLevels), label);
    expect((baseline - planted.value(player.recommend())) / (baseline - best)).toBeGreaterThanOrEqual(share);
  });

  it("finds it in batches too", () => {
    const planted = additive("batches", mixedLevels, { batch: 8 });
    const { best, baseline } = extremes(planted);
    const { player } = play(method, planted, 6 * contributions(mixedLevels));
    expect((baseline - planted.value(player.recommend())) / (baseline - best)).toBeGreaterThanOrEqual(share);
  });

  it("steers clear of a corner that diverges", () => {
    const { problem, value: finite } = additive("corner", mixedLevels);
    const diverges = (x: Combination) => x[0] === 1 && x[4] === 1;
    const planted = { problem, value: (x: Combination) => (diverges(x) ? Number.NaN : finite(x)) };
    const { best, baseline } = extremes(planted);
    const { player } = play(method, planted, 6 * contributions(mixedLevels));
    expect((baseline - planted.value(player.recommend())) / (baseline - best)).toBeGreaterThanOrEqual(share - 0.15);
  });

  it("goes on when everything diverges", () => {
    const planted = { problem: plantedProblem([2, 3, 2], { batch: 2 }), value: () => Number.NaN };
    const { player } = play(method, planted, 25);
    expect(player.recommend()).toHaveLength(3);
  });

  it("asks the same for the same seed", () => {
    const planted = additive("twice", [2, 2, 3, 2, 2], { batch: 3 });
    const [one, other] = [play(method, planted, 30, "s"), play(method, planted, 30, "s")];
    expect(other.asked).toEqual(one.asked);
    expect(other.player.recommend()).toEqual(one.player.recommend());
  });

  it("asks for feasible combinations only, each run once, and recommends what it has measured", () => {
    const level = fc.record({ factor: fc.nat(7), level: fc.integer({ min: 1, max: 3 }) });
    const pairs = fc.array(fc.tuple(level, level), { maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 8 }),
        pairs,
        pairs,
        fc.constantFrom(1, 2, 5, 16),
        fc.string(),
        (levels, excludes, requires, batch, seed) => {
          const feasible = (x: Combination) =>
            !excludes.some(([a, b]) => x[a.factor] === a.level && x[b.factor] === b.level) &&
            requires.every(([a, b]) => x[a.factor] !== a.level || x[b.factor] === b.level);
          const planted = additive(seed, levels, { feasible, batch });
          const { player, asked } = play(method, planted, 3 * contributions(levels), seed);
          expect(asked.filter(({ x }) => !feasible(x))).toEqual([]);
          expect(asked.filter(({ x }) => x.some((l, j) => !(l >= 0 && l < (levels[j] ?? 0))))).toEqual([]);
          expect(new Set(asked.map(runKey)).size).toBe(asked.length);
          expect(asked.map(({ x }) => x)).toContainEqual(player.recommend());
        },
      ),
      { numRuns: 25, seed: 1 },
    );
  });
});

describe("one at a time", () => {
  it("stacks a change with what it requires, as it was measured", () => {
    const method = peers.find(({ name }) => name === "one-at-a-time");
    if (method === undefined) throw new Error("it is not among the peers");
    const feasible = (x: Combination) => x[1] === 0 || x[0] === 1;
    const value = (x: Combination) => 5 + (x[0] ?? 0) - 4 * (x[1] ?? 0) - (x[2] ?? 0);
    const { asked } = play(method, { problem: plantedProblem([2, 2, 2], { feasible }), value }, 6);
    // The baseline, three singles (the second with the first, which it requires), the baseline again, the stack.
    expect(asked.map(({ x }) => x.join(""))).toEqual(["000", "100", "110", "001", "000", "111"]);
  });
});
