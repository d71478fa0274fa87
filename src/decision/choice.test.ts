import { describe, expect, test } from "vitest";
import { createRng, type Rng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import type { ResolvedObjective } from "../evidence/evidence.ts";
import { argmax } from "../math/vector.ts";
import { believe, estimateDifference, mixtureMean, mixtureSd, noiseSds, probabilityAbove } from "../plan/belief.ts";
import type { Knowledge } from "../plan/plan.ts";
import { allCombinations, combinationKey, hamming, neighbours } from "../plan/space.ts";
import { createJudge, evaluatedCombinations, outlookOf, utilityNoiseOf } from "./appraise.ts";
import { recommend } from "./assess.ts";
import { bestMerit, choose } from "./choice.ts";
import { criticalT, eValueAt } from "./eprocess.ts";
import { leaveOutsOf } from "./leave-out.ts";
import { moved, openQuestions } from "./questions.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "./simulate.test-util.ts";

const factors = 4;
const space = plainSpace(Array.from({ length: factors }, () => 1));
const none = space.factors.map(() => 0);
const all = allCombinations(space);

function randomKnowledge(rng: Rng, objectives: readonly ResolvedObjective[], runs = 14): Knowledge {
  const sd = 0.2 + rng.uniform();
  const table = new Map(all.map((x) => [x.join(), objectives.map(() => 2 * rng.normal())]));
  const truth: Truth = {
    space,
    objectives,
    value: (x) => table.get(x.join()) ?? [],
    noise: (_, own) => objectives.map(() => sd * own.normal()),
  };
  const made = [none, ...Array.from({ length: runs }, () => all[rng.int(all.length)] ?? none)];
  const observations = made.map((combination, i) =>
    observe(truth, "choice", { combination, seed: 1 + (i % 5), purpose: "search" }),
  );
  return knowledgeOf(truth, observations);
}

const contest = { threshold: 33, givenUp: new Set<string>(), fresh: null };
const guarded = [
  objective("gain", { weight: 2, matters: 0.5 }),
  objective("cost", { sign: -1, weight: 0, guardrail: 1.5 }),
];

describe("without guardrails", () => {
  test("the best posterior mean is recommended, less a tenth for each part, or what within it loses less than matters", () => {
    let simpler = 0;
    let nothing = 0;
    for (let i = 0; i < 120; i++) {
      const rng = createRng(`plain ${i}`);
      const [shift, matters] = [rng.uniform() < 0.2 ? -6 : 0, 0.3 + 3 * rng.uniform()];
      const made = randomKnowledge(rng, [objective("gain", { matters })]);
      const knowledge = {
        ...made,
        // A baseline that is hard to beat, now and then.
        observations: made.observations.map((run) =>
          combinationKey(run.combination) === combinationKey(none) || shift === 0
            ? run
            : {
                ...run,
                outcomes: new Map([["gain", { kind: "measured" as const, value: shift, samplingError: null }]]),
              },
        ),
      };
      const ensemble = [believe(knowledge)];
      const gain = (x: Combination) => estimateDifference(ensemble, x, none).utility;
      const worth = (x: Combination) => mixtureMean(gain(x)) - 0.1 * hamming(x, none);
      const worthy = evaluatedCombinations(knowledge).filter((x) => hamming(x, none) > 0 && worth(x) > 0);
      const best = argmax(worthy, worth);
      const found = recommend(knowledge, ensemble);
      if (best === null) {
        nothing++;
        expect(found).toEqual(none);
        continue;
      }
      const within = worthy.filter(
        (x) =>
          hamming(x, best) > 0 &&
          x.every((level, j) => level === best[j] || level === 0) &&
          probabilityAbove(estimateDifference(ensemble, best, x).utility, 1) <= 0.1,
      );
      const smallest = argmax(within, (x) => -hamming(x, none));
      if (smallest !== null) simpler++;
      expect(found).toEqual(smallest ?? best);
    }
    expect(simpler).toBeGreaterThan(5);
    expect(nothing).toBeGreaterThan(5);
  });

  test("the tenth breaks ties and no more", () => {
    // Two sets, alike but for the number of parts.
    const value = (x: Combination) => 5 * (x[0] ?? 0) + 0.05 * (x[1] ?? 0) + 0.5 * (x[2] ?? 0);
    const truth: Truth = { space, objectives: [objective("gain")], value: (x) => [value(x)], noise: () => [0] };
    const runs = (sets: readonly Combination[]) =>
      sets.flatMap((combination) =>
        [1, 2, 3].map((seed) => observe(truth, "tie", { combination, seed, purpose: "search" })),
      );
    const some = knowledgeOf(truth, runs([none, [1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 1, 0]]));
    const judge = createJudge(some, [believe(some)], 33);
    const merit = (x: Combination) => judge.merit(judge.appraise(x));
    expect(merit([1, 0, 0, 0])).toBeGreaterThan(merit([1, 1, 0, 0]));
    expect(merit([1, 0, 1, 0])).toBeGreaterThan(merit([1, 0, 0, 0]));
  });

  test("there is nothing to look at again", () => {
    const knowledge = randomKnowledge(createRng("no questions"), [objective("gain")]);
    expect(openQuestions(knowledge, [believe(knowledge)], contest)).toEqual([]);
  });
});

describe("with guardrails", () => {
  test("the merit is the worth times the chances of a confirmation by fourteen pairs", () => {
    const rng = createRng("chances");
    for (let i = 0; i < 6; i++) {
      const knowledge = randomKnowledge(rng.fork(`${i}`), guarded);
      const ensemble = [believe(knowledge)];
      const judge = createJudge(knowledge, ensemble, 33);
      const x = argmax(
        evaluatedCombinations(knowledge).filter((one) => hamming(one, none) > 0),
        (one) => judge.merit(judge.appraise(one)),
      );
      if (x === null) throw new Error("nothing was run");
      const found = estimateDifference(ensemble, x, none);
      const [, cost] = noiseSds(ensemble);
      const tests = [
        { mixture: found.utility, shift: 0, noise: utilityNoiseOf(knowledge, ensemble) },
        { mixture: found.objectives[1], shift: 1.5, noise: cost ?? Number.NaN },
      ];
      const [n, repeats] = [14, 4000];
      const needed = criticalT(n, 33) / Math.sqrt(n);
      expect(eValueAt(n, criticalT(n, 33))).toBeCloseTo(33, 5);
      const draw = rng.fork(`draws ${i}`);
      const chances = tests.map(({ mixture, shift, noise }) => {
        let reached = 0;
        for (let r = 0; r < repeats; r++) {
          const mean = (mixture?.means[0] ?? 0) + shift + (mixture?.sds[0] ?? 0) * draw.normal();
          // The mean of n pairs, each with the noise of two runs.
          if (mean + (Math.SQRT2 * noise * draw.normal()) / Math.sqrt(n) >= needed * Math.SQRT2 * noise) reached++;
        }
        return reached / repeats;
      });
      const worth = mixtureMean(found.utility) - 0.1 * hamming(x, none);
      const expected = worth > 0 ? chances.reduce((product, chance) => product * chance, worth) : worth;
      expect(Math.abs(judge.merit(judge.appraise(x)) - expected)).toBeLessThan(0.04 * Math.abs(worth) + 1e-9);
    }
  });

  test("only what holds them with the policy's confidence is recommended, the best of it by merit", () => {
    let passedOver = 0;
    for (let i = 0; i < 60; i++) {
      const knowledge = randomKnowledge(createRng(`guarded ${i}`), guarded);
      const ensemble = [believe(knowledge)];
      const judge = createJudge(knowledge, ensemble, 33);
      const merit = (x: Combination) => judge.merit(judge.appraise(x));
      const holds = (x: Combination) => {
        const cost = estimateDifference(ensemble, x, none).objectives[1];
        return cost === undefined ? 0 : probabilityAbove(cost, -1.5);
      };
      const candidates = evaluatedCombinations(knowledge).filter((x) => hamming(x, none) > 0);
      const safe = candidates.filter((x) => holds(x) >= 0.9 && merit(x) > 0);
      const found = choose(knowledge, ensemble, contest);
      if (found !== null) expect(holds(found)).toBeGreaterThanOrEqual(0.9);
      expect(found === null).toBe(safe.length === 0);
      const top = Math.max(0, ...safe.map(merit));
      expect(bestMerit(knowledge, ensemble, contest)).toBeCloseTo(top, 10);
      if (Math.max(...candidates.map(merit)) > top) passedOver++;
      // What was given up is not chosen again.
      if (found === null) continue;
      const next = choose(knowledge, ensemble, {
        threshold: 33,
        givenUp: new Set([combinationKey(found)]),
        fresh: null,
      });
      expect(next).not.toEqual(found);
    }
    expect(passedOver).toBeGreaterThan(3);
  });

  test("a pair of runs takes as much doubt away as it moves the mean: Bayes' rule", () => {
    const rng = createRng("moved");
    for (let i = 0; i < 20; i++) {
      const [mean, sd, pairSd] = [rng.normal(), 0.1 + rng.uniform(), 0.1 + rng.uniform()];
      const after = moved({ mean, sd, pairSd }, 1);
      expect(after.sd ** -2).toBeCloseTo(sd ** -2 + pairSd ** -2, 8);
      expect((after.mean - mean) ** 2 + after.sd ** 2).toBeCloseTo(sd ** 2, 10);
      expect(after.pairSd).toBe(pairSd);
    }
    expect(moved({ mean: 2, sd: 0, pairSd: 0 }, 3)).toEqual({ mean: 2, sd: 0, pairSd: 0 });
  });

  test("looked at again is what may turn out better than the best, measured or a step from it; not what is known or was given up", () => {
    const value = ([a = 0, b = 0, c = 0]: Combination) => [4 * a + 3 * b, 1.3 * a + 1.2 * b + 3 * c];
    const truth: Truth = {
      space,
      objectives: guarded,
      value,
      noise: (_, rng) => [0.2 * rng.normal(), 0.3 * rng.normal()],
    };
    const sets: readonly Combination[] = [none, [1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]];
    const runs = (seeds: readonly number[]) =>
      sets.flatMap((combination) =>
        seeds.map((seed) => observe(truth, "ask", { combination, seed, purpose: "search" })),
      );
    const few = knowledgeOf(truth, runs([1]));
    const asked = openQuestions(few, [believe(few)], contest);
    const near = new Set(
      sets
        .slice(1)
        .flatMap((x) => [x, ...neighbours(space, x)])
        .map(combinationKey),
    );
    expect(asked.length).toBeGreaterThan(0);
    for (const x of asked) expect(near.has(combinationKey(x)) && hamming(x, none) > 0).toBe(true);
    const first = asked[0] ?? none;
    const without = openQuestions(few, [believe(few)], { ...contest, givenUp: new Set([combinationKey(first)]) });
    expect(without).not.toContainEqual(first);
    const crashed = { ...few, failed: asked.map((combination) => ({ combination })) };
    const unmeasured = asked.filter((x) => !sets.some((set) => combinationKey(set) === combinationKey(x)));
    for (const x of openQuestions(crashed, [believe(few)], contest)) expect(unmeasured).not.toContainEqual(x);
    // With everything known there is nothing left to ask.
    const every = all.flatMap((combination) =>
      Array.from({ length: 12 }, (_, s) => observe(truth, "ask", { combination, seed: s + 1, purpose: "search" })),
    );
    const much = knowledgeOf({ ...truth, noise: () => [0, 0] }, every);
    expect(openQuestions(much, [believe(much)], contest).length).toBeLessThan(asked.length);
  });

  test("the outlook is the belief about gains, with the noise of a pair", () => {
    const knowledge = randomKnowledge(createRng("outlook"), guarded);
    const ensemble = [believe(knowledge)];
    const x = [1, 0, 1, 0];
    const found = estimateDifference(ensemble, x, none);
    const { utility, objectives } = outlookOf(knowledge, ensemble, x);
    const sds = noiseSds(ensemble);
    // w σ / δ of the only objective with a weight.
    expect(utilityNoiseOf(knowledge, ensemble)).toBeCloseTo((2 * (sds[0] ?? 0)) / 0.5, 10);
    expect(utility).toEqual({
      mean: mixtureMean(found.utility),
      sd: mixtureSd(found.utility),
      pairSd: expect.closeTo((Math.SQRT2 * 2 * (sds[0] ?? 0)) / 0.5, 10),
    });
    expect(objectives.get("cost")?.pairSd).toBeCloseTo(Math.SQRT2 * (sds[1] ?? 0), 10);
    expect(objectives.get("cost")?.mean).toBe(
      mixtureMean(found.objectives[1] ?? { means: new Float64Array(0), sds: new Float64Array(0) }),
    );
  });
});

describe("leaving out", () => {
  test("the set without all parts below their keep, then single parts in doubt, the most doubtful first", () => {
    let several = 0;
    for (let i = 0; i < 60; i++) {
      const knowledge = randomKnowledge(createRng(`leave out ${i}`), [objective("gain")], 8);
      const ensemble = [believe(knowledge)];
      const set = [1, 1, 1, 1];
      const measured = new Set(evaluatedCombinations(knowledge).map(combinationKey));
      const worthOf = (x: Combination, j: number) =>
        estimateDifference(
          ensemble,
          x,
          x.map((level, k) => (k === j ? 0 : level)),
        ).utility;
      let pruned: Combination = set;
      for (;;) {
        const parts = pruned.flatMap((level, j) => (level === 0 ? [] : [{ j, mean: mixtureMean(worthOf(pruned, j)) }]));
        const worst = argmax(parts, ({ mean }) => -mean);
        if (worst === null || worst.mean >= 0.5) break;
        pruned = pruned.map((level, j) => (j === worst.j ? 0 : level));
      }
      const doubtful = set
        .map((_, j) => ({ j, away: Math.abs(mixtureMean(worthOf(set, j)) - 0.5) / mixtureSd(worthOf(set, j)) }))
        .filter(
          ({ j, away }) =>
            away < 1.2815515655446004 && !measured.has(set.map((level, k) => (k === j ? 0 : level)).join()),
        )
        .sort((a, b) => a.away - b.away)
        .map(({ j }) => [j]);
      const gone = pruned.flatMap((level, j) => (level === 0 ? [j] : []));
      const together = gone.length > 1 && gone.length < factors && !measured.has(pruned.join());
      if (together) several++;
      const found = leaveOutsOf(knowledge, ensemble, set).map(({ parts }) => parts.map(({ factor }) => factor));
      expect(found).toEqual(together ? [gone, ...doubtful] : doubtful);
    }
    expect(several).toBeGreaterThan(3);
  });
});
