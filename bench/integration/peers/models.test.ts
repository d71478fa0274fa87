import { describe, expect, it } from "vitest";
import { createRng } from "../../../src/base/rng.ts";
import type { Combination } from "../../../src/contribution/contribution.ts";
import { cholesky, logDet } from "../../../src/math/linear.ts";
import { at } from "../../../src/math/vector.ts";
import type { Problem } from "../method.ts";
import { growForest, predictForest } from "./forest.ts";
import { condition, cost, differencesOf, type Points, predict } from "./gp.ts";
import { enumerate, randomCombination } from "./moves.ts";
import { optimalDesign } from "./optimal-design.ts";
import { columnsOf, drawTerms, factorise, type Rows, solveTerms } from "./regression.ts";
import { createRuns } from "./runs.ts";
import { createTerms, maximiseTerms, valueUnder } from "./terms.ts";

const problemOf = (levels: readonly number[], feasible: Problem["feasible"] = () => true): Problem => ({
  levels,
  feasible,
  objectives: [{ name: "y", sign: 1, matters: 1, guardrail: 1, weight: 1 }],
  cost: () => 1,
  batch: 1,
});

const draw = (label: string, count: number, levels: readonly number[]): Combination[] => {
  const rng = createRng(label);
  return Array.from({ length: count }, () => levels.map((k) => rng.int(k)));
};

describe("what a peer knows", () => {
  it("is means, replicates' scatter, and diverged runs below all others", () => {
    const runs = createRuns(problemOf([2, 2]));
    runs.tell({ x: [0, 0], seed: 1 }, [10]);
    runs.tell({ x: [0, 1], seed: 1 }, [13]);
    runs.tell({ x: [0, 1], seed: 2 }, [15]);
    runs.tell({ x: [1, 1], seed: 1 }, [Number.NaN]);
    expect(runs.sampleOf([0, 1])).toMatchObject({ value: 4, count: 2, finite: 2, scatter: 2 });
    expect(runs.sampleOf([1, 1])).toMatchObject({ value: -0.4, count: 1, finite: 0 });
    expect(runs.best().x).toEqual([0, 1]);
  });

  it("counts a broken guardrail by the means, not by one run", () => {
    const runs = createRuns(problemOf([2]));
    runs.tell({ x: [0], seed: 1 }, [10]);
    runs.tell({ x: [1], seed: 1 }, [8]);
    expect(runs.sampleOf([1])?.value).toBeLessThan(-100);
    runs.tell({ x: [1], seed: 2 }, [11]);
    expect(runs.sampleOf([1])?.value).toBeCloseTo(-0.5);
  });

  it("gives each run of a combination its own seed", () => {
    const runs = createRuns(problemOf([2]));
    runs.tell({ x: [0], seed: 1 }, [10]);
    expect([runs.plan([0]), runs.plan([0]), runs.plan([1])].map(({ seed }) => seed)).toEqual([2, 3, 1]);
    runs.tell({ x: [0], seed: 2 }, [1]);
    expect(runs.pending()).toEqual([[0], [1]]);
  });
});

describe("the process", () => {
  const x = draw("process", 14, [3, 2, 2, 3, 2]);
  const rng = createRng("process values");
  const points: Points = {
    x,
    y: Float64Array.from(x, () => rng.normal()),
    counts: Float64Array.from(x, (_, i) => 1 + (i % 3)),
    scatter: 1.3,
    freedom: 5,
  };

  it.each([
    ["one θ", [-1, 0.3, -2]],
    ["a θ each", [-1, -0.5, -2, 0, 0.3, 0.3, -1]],
  ])("has the gradient of its cost: %s", (_, p) => {
    const prior = { centre: -1.5, spread: 1 };
    const valueAt = (q: Float64Array) => cost(points, differencesOf(x, 5), q, new Float64Array(q.length), prior);
    const gradient = new Float64Array(p.length);
    cost(points, differencesOf(x, 5), Float64Array.from(p), gradient, prior);
    for (const i of p.keys()) {
      const moved = (by: number) => valueAt(Float64Array.from(p, (value, k) => value + (k === i ? by : 0)));
      expect(at(gradient, i)).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 5);
    }
  });

  it("goes through exact results and knows nothing far away", () => {
    const exact = { ...points, x: [[0], [1]], y: Float64Array.of(1, -1), counts: Float64Array.of(1, 1) };
    const process = condition(exact, { theta: Float64Array.of(20), signal: 2, noise: 1e-8 });
    expect(predict(process, [1]).mean).toBeCloseTo(-1, 4);
    expect(predict(process, [1]).sd).toBeLessThan(1e-3);
    // Without correlation only the constant is known: signal, and what two points leave of the mean's variance 1.
    expect(predict(process, [2]).sd ** 2).toBeCloseTo(2 + 1 / (1 + 2 / 2), 3);
  });
});

describe("the regression", () => {
  const levels = [2, 2, 3];
  const terms = createTerms(levels, 2);
  const x = draw("regression", 9, levels);
  const rng = createRng("regression values");
  const rows: Rows = {
    terms: x.map((row) => terms.of(row)),
    y: Float64Array.from(x, () => rng.normal()),
    counts: Float64Array.from(x, (_, i) => 1 + (i % 2)),
  };
  const columns = columnsOf(rows.terms, terms.count);
  const d = Float64Array.from({ length: terms.count }, (_, p) => 0.5 + p / 10);

  it("has the posterior mean of the normal equations", () => {
    const mean = solveTerms(rows, factorise(rows, columns, d), d, rows.y.slice());
    // (ΦᵀCΦ + D⁻¹) β = ΦᵀC y, row by row.
    for (let p = 0; p < terms.count; p++) {
      let [left, right] = [at(mean, p) / at(d, p), 0];
      for (const i of columns[p] ?? []) {
        for (const q of rows.terms[i] ?? []) left += at(rows.counts, i) * at(mean, q);
        right += at(rows.counts, i) * at(rows.y, i);
      }
      expect(left).toBeCloseTo(right, 8);
    }
  });

  it("draws about that mean with the posterior's variance", () => {
    const l = factorise(rows, columns, d);
    const mean = solveTerms(rows, l, d, rows.y.slice());
    const sigma = 0.7;
    const draws = Array.from({ length: 4000 }, () => drawTerms(rows, l, d, sigma, rng));
    // Of the intercept: var = σ² (d − d² 1ᵀM⁻¹1), and M⁻¹1 by the solver with y = 1, since Φ's first column is 1.
    const known = at(solveTerms(rows, l, d, new Float64Array(rows.y.length).fill(1)), 0);
    const variance = sigma ** 2 * (at(d, 0) - at(d, 0) * known);
    const average = draws.reduce((total, beta) => total + at(beta, 0) / draws.length, 0);
    const spread = draws.reduce((total, beta) => total + (at(beta, 0) - average) ** 2 / draws.length, 0);
    expect(Math.abs(average - at(mean, 0))).toBeLessThan(4 * Math.sqrt(variance / draws.length));
    expect(spread / variance).toBeGreaterThan(0.9);
    expect(spread / variance).toBeLessThan(1.1);
  });
});

describe("terms", () => {
  it("have a place each, and none for two levels of one factor", () => {
    const terms = createTerms([2, 3, 2], 2);
    expect(terms.count).toBe(1 + 4 + 5);
    expect(terms.pair(1, 2)).toBe(-1);
    const seen = new Set<string>();
    for (const x of enumerate(problemOf([2, 3, 2]), 100) ?? []) seen.add([...terms.of(x)].sort((a, b) => a - b).join());
    expect(seen.size).toBe(12);
    expect(createTerms([2, 3, 2], 1).of([1, 2, 1])).toHaveLength(4);
  });

  it("are maximised as by looking at every combination", () => {
    const levels = [2, 3, 2, 2, 3, 2];
    const problem = problemOf(levels, (x) => !(x[0] === 1 && x[1] === 2));
    const terms = createTerms(levels, 2);
    let missed = 0;
    for (let trial = 0; trial < 50; trial++) {
      const rng = createRng(`maximise ${trial}`);
      const beta = Float64Array.from({ length: terms.count }, () => rng.normal());
      const starts = Array.from({ length: 4 }, () => randomCombination(problem, rng));
      const found = maximiseTerms(problem, terms, beta, starts, rng);
      const all = (enumerate(problem, 1000) ?? []).map((x) => valueUnder(terms, beta, x));
      expect(problem.feasible(found)).toBe(true);
      if (valueUnder(terms, beta, found) < Math.max(...all) - 1e-9) missed++;
    }
    expect(missed).toBeLessThanOrEqual(1);
  });
});

describe("the forest", () => {
  it("learns an interaction, and doubts what it has not seen", () => {
    const levels = [4, 2, 2, 2, 2];
    const truth = (x: Combination) => (x[0] === 2 && x[1] === 1 ? 3 : 0) + (x[2] === 1 ? 1 : 0);
    const x = draw("forest", 120, levels);
    const forest = growForest({ levels, x, y: Float64Array.from(x, truth) }, createRng("forest"));
    for (const y of enumerate(problemOf(levels), 100) ?? [])
      expect(Math.abs(predictForest(forest, y).mean - truth(y))).toBeLessThan(1);
    const few = growForest(
      { levels, x: x.slice(0, 6), y: Float64Array.from(x.slice(0, 6), truth) },
      createRng("forest"),
    );
    const doubt = (f: typeof forest) => x.reduce((total, y) => total + predictForest(f, y).sd, 0);
    expect(doubt(few)).toBeGreaterThan(2 * doubt(forest));
  });
});

describe("an optimal design", () => {
  it("tells main effects apart about as well as a Hadamard matrix", () => {
    const factors = 11;
    const levels = Array.from({ length: factors }, () => 2);
    const design = optimalDesign(problemOf(levels), [], 12, createRng("design"));
    // In ±1 coding a Plackett–Burman design of 12 runs has |ZᵀZ| = 12¹²; D-efficiency is the 12th root of the ratio.
    const width = factors + 1;
    const a = new Float64Array(width * width);
    for (const x of design) {
      const z = Float64Array.from([1, ...x.map((level) => 2 * level - 1)]);
      for (let i = 0; i < width; i++)
        for (let k = 0; k < width; k++) a[i * width + k] = at(a, i * width + k) + at(z, i) * at(z, k);
    }
    expect(cholesky(a, width)).toBe(true);
    expect(Math.exp(logDet(a, width) / width) / 12).toBeGreaterThan(0.85);
  });

  it("keeps to what is feasible", () => {
    const problem = problemOf([2, 3, 2, 2], (x) => x[0] === 0 || x[1] === 2);
    expect(optimalDesign(problem, [[0, 0, 0, 0]], 9, createRng("feasible")).every(problem.feasible)).toBe(true);
  });
});
