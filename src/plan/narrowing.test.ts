import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "../decision/simulate.test-util.ts";
import { believe, drawEnsemble, estimateDifference, intervalOf, mixtureSd } from "./belief.ts";
import { narrowingOf } from "./narrowing.ts";

const truth: Truth = {
  space: plainSpace([1, 1, 1, 1], {
    excludes: [
      [
        { factor: 0, level: 1 },
        { factor: 3, level: 1 },
      ],
    ],
  }),
  objectives: [objective("score", { matters: 0.5 }), objective("loss", { sign: -1 })],
  value: ([a = 0, b = 0, c = 0]) => [5 * a + 2 * b + c, 9 - a],
  noise: (_, rng) => [0.5 * rng.normal(), 0.5 * rng.normal()],
};
const set = [1, 1, 0, 0];
const rng = createRng("runs");
const observations = Array.from({ length: 30 }, (_, i) =>
  observe(truth, "narrowing", {
    combination: i % 5 === 0 ? [0, 0, 0, 0] : [rng.int(2), rng.int(2), rng.int(2), 0],
    seed: 1 + Math.floor(i / 10),
    purpose: "search",
  }),
);
const knowledge = knowledgeOf(truth, observations);
const now = drawEnsemble(believe(knowledge), 12, createRng("now"));

describe("narrowing", () => {
  test("ends with what is believed now, and begins with what the first runs alone say", () => {
    const steps = narrowingOf(knowledge, now, set, () => {});
    const last = steps.at(-1);
    expect(last?.gain).toEqual(intervalOf(estimateDifference(now, set, [0, 0, 0, 0]).utility, 0.9));
    expect(last?.doubt).toBe(mixtureSd(estimateDifference(now, set, [0, 0, 0, 0]).utility));
    expect(last?.doubts.map(({ level }) => level.factor)).toEqual([0, 1, 2, 3]);
    expect(last?.doubts[2]?.sd).toBe(mixtureSd(estimateDifference(now, [1, 1, 1, 0], set).utility));

    const early = steps[3];
    const first = knowledgeOf(truth, observations.slice(0, early?.runs));
    const believed = drawEnsemble(believe(first), 8, createRng(`narrowing/${early?.runs}`));
    expect(early?.gain).toEqual(intervalOf(estimateDifference(believed, set, [0, 0, 0, 0]).utility, 0.9));
  });

  test("narrows: what thirty runs leave open is less than half of what three did, and the truth lies inside", () => {
    const steps = narrowingOf(knowledge, now, set, () => {});
    const width = (i: number) => (steps.at(i)?.gain.high ?? 0) - (steps.at(i)?.gain.low ?? 0);
    expect(width(-1)).toBeLessThan(0.5 * width(0));
    // Utility: 7 of score in units of 0.5, and 1 of loss.
    expect(steps.at(-1)?.gain.low).toBeLessThan(15);
    expect(steps.at(-1)?.gain.high).toBeGreaterThan(15);
  });

  test.each([
    [0, []],
    [1, [1]],
    [5, [1, 2, 3, 4, 5]],
    [30, [3, 5, 8, 10, 13, 15, 18, 20, 23, 25, 28, 30]],
  ])("of %i runs is shown after %j", (runs, counts) => {
    const part = knowledgeOf(truth, observations.slice(0, runs));
    const told: string[] = [];
    const ensemble = drawEnsemble(believe(part), 4, createRng("part"));
    const steps = narrowingOf(part, ensemble, set, (done, total) => told.push(`${done}/${total}`));
    expect(steps.map((step) => step.runs)).toEqual(counts);
    expect(told).toEqual(counts.map((_, i) => `${i + 1}/${counts.length}`));
    for (const { gain, doubts } of steps)
      for (const value of [gain.low, gain.mean, gain.high, ...doubts.map(({ sd }) => sd)])
        expect(Number.isFinite(value)).toBe(true);
  });
});
