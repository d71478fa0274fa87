import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng, type Rng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "../decision/simulate.test-util.ts";
import type { Observation } from "../evidence/evidence.ts";
import { dot } from "../math/vector.ts";
import { believe, drawEnsemble } from "./belief.ts";
import { fitOf, leaveOneOut } from "./fit.ts";
import { point } from "./functional.ts";
import { condition, type Data, type Hyper, levelVariance, project, projectShared, runVariance } from "./model.ts";
import type { Knowledge } from "./plan.ts";

const space = plainSpace([1, 1, 1, 1, 1]);

/** A truth with main effects and a pair, and a noise of the test's choosing. */
function truthWith(noise: (x: Combination, rng: Rng) => number): Truth {
  return {
    space,
    objectives: [objective("score", { matters: 1 })],
    value: ([a = 0, b = 0, c = 0, d = 0]) => [50 + 3 * a - 2 * b + c + 4 * a * d],
    noise: (x, rng) => [noise(x, rng)],
  };
}

function measured(truth: Truth, label: string, runs: number): Knowledge {
  const rng = createRng(label);
  const observations = Array.from({ length: runs }, (_, i) => {
    const combination = space.factors.map(() => rng.int(2));
    return { ...observe(truth, label, { combination, seed: 1 + (i % 4), purpose: "search" }), run: `r${i}` };
  });
  return knowledgeOf(truth, observations);
}

function withScore(run: Observation, value: number): Observation {
  return { ...run, outcomes: new Map([["score", { kind: "measured", value, samplingError: null }]]) };
}

function withoutRow(data: Data, row: number): Data {
  const columns = data.shape.offsets.length - 1;
  const kept = (_: number, i: number) => i !== row;
  return {
    ...data,
    n: data.n - 1,
    codes: data.codes.filter((_, i) => Math.floor(i / columns) !== row),
    effects: data.effects.map((effect) => ({ ...effect, groups: effect.groups.filter(kept) })),
    y: data.y.filter(kept),
    known: data.known.filter(kept),
  };
}

describe("the closed form", () => {
  test("is what leaving each run out really gives", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 2, max: 14 }), (label, runs) => {
        const knowledge = measured(
          truthWith((_, rng) => 0.7 * rng.normal()),
          `${label}`,
          runs,
        );
        const [belief] = [believe(knowledge)];
        const [model] = belief.objectives;
        if (model === undefined) throw new Error("no objective");
        const { data } = model.posterior;
        const rng = createRng(`hyper/${label}`);
        const hyper: Hyper = {
          theta: model.posterior.hyper.theta.map(() => Math.exp(rng.normal() - 1)),
          signal: Math.exp(rng.normal()),
          shared: model.posterior.hyper.shared.map(() => Math.exp(rng.normal() - 2)),
          noise: Math.exp(rng.normal() - 2),
        };
        const found = leaveOneOut(condition(data, hyper));
        for (const [i, { combination }] of knowledge.observations.entries()) {
          const rest = condition(withoutRow(data, i), hyper);
          const groups = data.effects.map((effect) => effect.groups[i] ?? -1);
          const place = project(rest, point(data.shape, combination));
          const luck = projectShared(rest, groups);
          const v = place.v.map((value, k) => value + (luck[k] ?? 0));
          const sd = Math.sqrt(hyper.signal + levelVariance + runVariance(hyper) - dot(v, v));
          expect(found.means[i]).toBeCloseTo(dot(v, rest.z), 5);
          expect(found.sds[i]).toBeCloseTo(sd, 5);
          expect(found.residuals[i]).toBeCloseTo(((data.y[i] ?? 0) - dot(v, rest.z)) / sd, 5);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe("the judgement", () => {
  const fits = (knowledge: Knowledge) => {
    const [fit] = fitOf(knowledge, drawEnsemble(believe(knowledge), 12, createRng("fit")));
    if (fit === undefined) throw new Error("no objective");
    return fit;
  };
  const quiet = truthWith((_, rng) => 0.5 * rng.normal());

  /** Results drawn from the process itself; judged by one whose variances are `doubt` times the true ones. */
  const drawn = (label: string, runs: number, doubt: number) => {
    const knowledge = measured(quiet, label, runs);
    const belief = believe(knowledge);
    const rng = createRng(`drawn/${label}`);
    const objectives = belief.objectives.map((model) => {
      const { data, hyper, l } = model.posterior;
      const standard = data.y.map(() => rng.normal());
      const y = data.y.map((_, i) => dot(l.subarray(i * data.n), standard, i + 1));
      const shared = hyper.shared.map((variance) => variance * doubt);
      const told = { ...hyper, signal: hyper.signal * doubt, shared, noise: hyper.noise * doubt };
      return { ...model, posterior: condition({ ...data, y }, told) };
    });
    const [fit] = fitOf(knowledge, [{ ...belief, objectives }]);
    if (fit === undefined) throw new Error("no objective");
    return fit;
  };

  test("finds nothing where the model is right, but for chance", () => {
    const found = Array.from({ length: 100 }, (_, i) => drawn(`right/${i}`, 16, 1));
    expect(found.filter(({ state }) => state !== "fits").length).toBeLessThanOrEqual(4);
    // 160 are expected of 1600, with a standard deviation of 12.
    const outside = found.reduce((total, fit) => total + fit.outside, 0);
    expect(outside).toBeGreaterThan(124);
    expect(outside).toBeLessThan(196);
    for (const fit of found) expect(fit.expected).toBeCloseTo(1.6, 9);
  });

  test("sees intervals that are too narrow", () => {
    const fit = drawn("sure", 40, 0.1);
    expect(fit.state).toBe("narrow");
    expect(fit.chance).toBeLessThan(0.01);
    expect(drawn("unsure", 40, 4)).toMatchObject({ state: "fits", outside: 0, chance: 1 });
  });

  test("names the one run that is far out", () => {
    const knowledge = measured(quiet, "broken", 30);
    const observations = knowledge.observations.map((run) => (run.run === "r17" ? withScore(run, 80) : run));
    const fit = fits({ ...knowledge, observations });
    expect(fit.state).toBe("outlier");
    expect(fit.worst?.run).toBe("r17");
    expect(fit.worst?.z).toBeGreaterThan(3.5);
    expect(fit.kurtosis).toBeGreaterThan(6);
  });

  test("is the mixture's over draws: a run is as far out as the wide draw lets it be", () => {
    const knowledge = measured(quiet, "mixture", 20);
    const belief = believe(knowledge);
    const wide = belief.objectives.map((model) => {
      const { data, hyper } = model.posterior;
      return { ...model, posterior: condition(data, { ...hyper, noise: hyper.noise * 100 }) };
    });
    const [one] = fitOf(knowledge, [belief]);
    const [both] = fitOf(knowledge, [belief, { ...belief, objectives: wide }]);
    expect(Math.abs(both?.worst?.z ?? 9)).toBeLessThan(Math.abs(one?.worst?.z ?? 0));
    expect(Math.abs(both?.worst?.z ?? 0)).toBeGreaterThan(0);
  });

  test("counts by the binomial distribution", () => {
    const knowledge = measured(quiet, "chance", 30);
    const fit = fits(knowledge);
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
    const below = Array.from({ length: fit.outside }, (_, k) => choose(30, k) * 0.1 ** k * 0.9 ** (30 - k));
    expect(fit.chance).toBeCloseTo(1 - below.reduce((total, p) => total + p, 0), 9);
  });

  test("leaves diverged runs out, and says nothing of no runs", () => {
    const broken = truthWith(([a], rng) => (a === 1 ? Number.NaN : 0.5 * rng.normal()));
    const knowledge = measured(broken, "diverging", 20);
    const finite = knowledge.observations.filter(({ combination }) => combination[0] === 0).length;
    expect(fits(knowledge).runs).toBe(finite);
    expect(fits(knowledgeOf(broken))).toEqual({
      objective: "score",
      state: "fits",
      runs: 0,
      outside: 0,
      expected: 0,
      chance: 1,
      worst: null,
      kurtosis: null,
    });
  });

  test("is of the runs that decisions are about, whatever else informs the model", () => {
    const contexts = [{ kind: "scale" as const, levels: ["full", "proxy"] }];
    const all = measured(quiet, "contexts", 30).observations.map((run, i) => ({ ...run, context: [i < 12 ? 1 : 0] }));
    const [elsewhere, here] = [all.slice(0, 12), all.slice(12)];
    const observations = here.map((run) => (run.run === "r17" ? withScore(run, 300) : run));
    const fit = fits({ ...knowledgeOf(quiet, observations), elsewhere, contexts });
    expect(fit.runs).toBe(18);
    expect(fit.worst?.run).toBe("r17");
  });

  test("stays finite when a run is a million times larger", () => {
    const knowledge = measured(quiet, "huge", 12);
    const observations = knowledge.observations.map((run) => (run.run === "r5" ? withScore(run, 5e7) : run));
    const { worst, kurtosis } = fits({ ...knowledge, observations });
    expect(worst?.run).toBe("r5");
    expect(Number.isFinite(worst?.z)).toBe(true);
    expect(Number.isFinite(kurtosis)).toBe(true);
  });
});
