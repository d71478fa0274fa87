import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "../decision/simulate.test-util.ts";
import type { Purpose } from "../evidence/evidence.ts";
import { believe, believeCombination, drawEnsemble, type Ensemble, estimate, mixtureSd } from "./belief.ts";
import { difference } from "./functional.ts";
import { type Subject, tellingsOf } from "./information.ts";
import type { Knowledge } from "./plan.ts";
import { hasLevel, levelsOf, stepOf } from "./space.ts";

/** f0 and f1 matter, f2 may or may not, f3 has two levels; speed is measured and not weighed. */
const truth: Truth = {
  space: plainSpace([1, 1, 1, 2]),
  objectives: [
    objective("score", { matters: 1 }),
    objective("loss", { sign: -1, matters: 0.5, weight: 2 }),
    objective("speed", { weight: 0 }),
  ],
  value: ([a = 0, b = 0, c = 0, d = 0]) => {
    const quality = 6 * a + 4 * b + 0.2 * c + (d === 1 ? 1.2 : d === 2 ? 1.5 : 0);
    return [quality, 9 - quality / 4, 100 - 10 * a];
  },
  noise: (_, rng) => [0.8 * rng.normal(), 0.2 * rng.normal(), rng.normal()],
};

function knowing(runs: readonly (readonly [Combination, number])[]): Knowledge {
  const observations = runs.map(([combination, seed]) =>
    observe(truth, "information", { combination, seed, purpose: "search" }),
  );
  return knowledgeOf(truth, observations);
}

const search = (combination: Combination, seed = 1, purpose: Purpose = "search") => ({ combination, seed, purpose });
const set = [1, 1, 0, 1];
const some = knowing([
  [[0, 0, 0, 0], 1],
  [[1, 0, 0, 0], 1],
  [[1, 1, 0, 0], 1],
  [[1, 1, 0, 1], 1],
  [[0, 1, 1, 0], 1],
  [[1, 1, 0, 0], 2],
  [[0, 1, 0, 0], 1],
  [[0, 1, 0, 0], 2],
  [[0, 1, 0, 1], 3],
]);

function names(subject: Subject | undefined): string {
  if (subject === undefined) return "nothing";
  if (subject.kind === "set") return "set";
  const levels = subject.kind === "level" ? [subject.level] : subject.levels;
  return levels.map(({ factor, level }) => `${factor}=${level}`).join(" or ");
}

describe("nats", () => {
  test("are half the log of what believing the run does to the variance, by another way round", () => {
    const sdOf = (ensemble: Ensemble, subject: Subject): number => {
      const [shape] = ensemble.map((belief) => belief.shape);
      if (shape === undefined) throw new Error("no belief");
      if (subject.kind === "set") return mixtureSd(estimate(ensemble, difference(shape, set, [0, 0, 0, 0])).utility);
      const refs = subject.kind === "level" ? [subject.level] : subject.levels;
      const steps = refs.map((ref) => stepOf(some, set, ref));
      const [first, second] = steps.map((step) => (step === null ? [] : difference(shape, step.within, step.without)));
      // A level that replaces another in the set is compared with it by its own step.
      const rivals = refs.length === 2 && refs[0]?.factor === refs[1]?.factor && refs.some((ref) => hasLevel(set, ref));
      const minus = rivals ? [] : (second ?? []).map((term) => ({ ...term, coefficient: -term.coefficient }));
      return mixtureSd(estimate(ensemble, [...(first ?? []), ...minus]).utility);
    };
    const combination = fc.tuple(...[1, 1, 1, 2].map((max) => fc.integer({ min: 0, max })));
    fc.assert(
      fc.property(combination, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 5 }), (x, seed, draw) => {
        const [belief] = drawEnsemble(believe(some), draw + 1, createRng("nats")).slice(draw);
        if (belief === undefined) throw new Error("no belief");
        const [told] = tellingsOf(some, [belief], set, [], [search(x, seed)]);
        if (told === null || told === undefined) return;
        const after = believeCombination(belief, x, seed);
        expect(told.before).toBeCloseTo(sdOf([belief], told.subject), 6);
        expect(told.after).toBeCloseTo(sdOf([after], told.subject), 6);
        expect(told.nats).toBeCloseTo(Math.log(told.before / told.after), 9);
      }),
      { numRuns: 60 },
    );
  });

  test("are fewer when the same run, or the pending one, has told it already", () => {
    const ensemble = drawEnsemble(believe(some), 4, createRng("again"));
    const run = search([1, 1, 1, 1], 3);
    const [first, again] = tellingsOf(some, ensemble, set, [], [run, run]);
    const [pending] = tellingsOf(some, ensemble, set, [run], [run]);
    expect(names(first?.subject)).toBe("2=1");
    expect(again?.nats).toBeLessThan(0.7 * (first?.nats ?? 0));
    expect(pending).toEqual(again);
  });

  test("are none when the run has been made a hundred times, or nothing is asked", () => {
    const run = search([1, 1, 1, 1], 3);
    const many = Array.from({ length: 150 }, (_, i) => ({ ...run, seed: i + 1 }));
    expect(tellingsOf(some, [believe(some)], set, many, [{ ...run, seed: 151 }])).toEqual([null]);
    expect(tellingsOf(some, [], set, [], [run])).toEqual([null]);
  });
});

describe("the question named", () => {
  const ensemble = drawEnsemble(believe(some), 8, createRng("subject"));
  const told = (x: Combination, purpose: Purpose = "search") =>
    names(tellingsOf(some, ensemble, set, [], [search(x, 5, purpose)])[0]?.subject);

  test("is the part that the run adds or leaves out", () => {
    expect(told([1, 1, 1, 1])).toBe("2=1");
    expect(told([1, 1, 0, 0])).toBe("3=1");
  });

  test("is which of two is better where one takes the other's place", () => {
    expect(told([1, 1, 0, 2])).toBe("3=2 or 3=1");
  });

  test("is which of two is better where the run swaps one for the other and both are in doubt", () => {
    const few = knowing([
      [[0, 0, 0, 0], 1],
      [set, 1],
      [set, 2],
    ]);
    const [swap] = tellingsOf(few, [believe(few)], set, [], [search([1, 1, 1, 0])]);
    expect(names(swap?.subject)).toBe("2=1 or 3=1");
  });

  test("passes over what is sure, and is a sure one's where the run is about nothing else", () => {
    expect(told([0, 1, 1, 1])).toBe("2=1");
    expect(told([0, 1, 0, 1])).toBe("0=1");
  });

  test("is the set's gain when it is confirmed", () => {
    expect(told(set, "confirm")).toBe("set");
    expect(told([0, 0, 0, 0], "confirm")).toBe("set");
  });

  test("is some level's when the recommendation is the baseline, and none without a level", () => {
    const subjects = tellingsOf(some, ensemble, [0, 0, 0, 0], [], [search([0, 0, 1, 0])]);
    expect(
      levelsOf(truth.space).some((ref) => names({ kind: "level", level: ref }) === names(subjects[0]?.subject)),
    ).toBe(true);
    const nothing = { ...truth, space: plainSpace([]) };
    const knowledge = knowledgeOf(nothing, [observe(nothing, "none", search([]))]);
    expect(tellingsOf(knowledge, [believe(knowledge)], [], [], [search([], 2)])).toEqual([null]);
  });
});
