import { describe, expect, test } from "vitest";
import type { Combination } from "../contribution/contribution.ts";
import { plainSpace } from "../decision/simulate.test-util.ts";
import type { Observation } from "../evidence/evidence.ts";
import { createGrouping } from "./grouping.ts";

const space = plainSpace([1, 1, 1]);
const seededStages = [
  { stage: "data", reach: [0] },
  { stage: "train", reach: [0, 1] },
  { stage: "rl", reach: [0, 1, 2] },
  { stage: "split", reach: [] },
];
const contexts = [
  { kind: "scale" as const, levels: ["full", "proxy"] },
  { kind: "epoch" as const, levels: ["now", "before"] },
];

function run(combination: Combination, seed: number, context: readonly number[] = []): Observation {
  return { run: "", combination, seed, purpose: "search", context, outcomes: new Map() };
}

/** Whether two runs share a group, under each effect. */
function shared(grouping: ReturnType<typeof createGrouping>, a: Observation, b: Observation): boolean[] {
  return grouping.effects([a, b]).map(({ groups }) => groups[0] === groups[1]);
}

describe("in one context", () => {
  const grouping = createGrouping({ space, seededStages, contexts: [] });

  test("runs share the seed, and each stage's draw where what reaches it is the same", () => {
    // seed, data, train: what all factors reach is a run's own, and what none reaches is the seed's.
    expect(shared(grouping, run([0, 0, 0], 1), run([0, 0, 1], 1))).toEqual([true, true, true]);
    expect(shared(grouping, run([0, 0, 0], 1), run([0, 1, 0], 1))).toEqual([true, true, false]);
    expect(shared(grouping, run([0, 0, 0], 1), run([1, 0, 0], 1))).toEqual([true, false, false]);
    expect(shared(grouping, run([0, 0, 0], 1), run([0, 0, 0], 2))).toEqual([false, false, false]);
    expect(grouping.noiseHere).toBeNull();
  });

  test("a run that is thought of is in the groups of those that were made", () => {
    const [made] = [grouping.effects([run([0, 1, 0], 3)])];
    expect(grouping.groupsOf([0, 1, 0], 3)).toEqual(made.map(({ groups }) => groups[0]));
  });
});

describe("in several contexts", () => {
  const grouping = createGrouping({ space, seededStages, contexts });
  const here = run([0, 0, 0], 1, [0, 0]);

  test("luck is a context's own, an offset that of all its runs", () => {
    // seed, data, train, scale, epoch, noise here, noise elsewhere.
    expect(shared(grouping, here, run([0, 0, 0], 1, [0, 0]))).toEqual([true, true, true, true, true, false, true]);
    expect(shared(grouping, here, run([0, 0, 0], 1, [1, 0]))).toEqual([false, false, false, false, true, false, false]);
    const [a, b] = [run([0, 0, 0], 1, [1, 1]), run([0, 0, 1], 1, [1, 1])];
    expect(shared(grouping, a, b)).toEqual([true, true, true, true, true, true, false]);
    expect(shared(grouping, a, run([0, 0, 0], 1, [1, 0]))).toEqual([false, false, false, true, false, true, false]);
  });

  test("noise of single runs here is the effect that no two runs here share", () => {
    expect(grouping.noiseHere).toBe(5);
    const made = grouping.effects([here]).map(({ groups }) => groups[0]);
    const thought = grouping.groupsOf([0, 0, 0], 1);
    expect(thought.map((group, e) => group === made[e])).toEqual([true, true, true, true, true, false, true]);
    expect(grouping.groupsOf([0, 0, 0], 1, -7)[5]).toBe(-7);
  });
});
