import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { cholesky } from "../math/linear.ts";
import { at, dot } from "../math/vector.ts";
import { probabilityAbove } from "../plan/belief.ts";
import { contrast, type Functional, point, shapeOf } from "../plan/functional.ts";
import { createGrouping } from "../plan/grouping.ts";
import { condition, drawHyper, fitMap, hyperOf, hyperSize, priorCovariance, project } from "../plan/model.ts";
import { encode } from "../plan/scale.ts";
import { allCombinations } from "../plan/space.ts";
import { applyTo, measureCoverage } from "./calibrate.test-util.ts";
import { plainSpace } from "./simulate.test-util.ts";

test("90% intervals of effects cover planted truths in 85% to 95% of cases", () => {
  let covered = 0;
  let effects = 0;
  let interactionsCovered = 0;
  let interactions = 0;
  for (const [multiple, noise] of [
    [2, 0.3],
    [2, 1],
    [4, 0.6],
  ] as const) {
    const found = measureCoverage({ factors: 6, multiple, noise, repeats: 14, label: "coverage test" });
    covered += found.covered;
    effects += found.effects;
    interactionsCovered += found.interactionsCovered;
    interactions += found.interactions;
  }
  expect(covered / effects).toBeGreaterThan(0.85);
  expect(covered / effects).toBeLessThan(0.95);
  // Most planted interactions are small, which the model's prior foresees: its intervals err on the wide side.
  expect(interactionsCovered / interactions).toBeGreaterThan(0.88);
});

test("where the truth is drawn from the prior, posterior ranks are uniform", () => {
  const space = plainSpace([1, 1, 1, 1]);
  const shape = shapeOf(space);
  const all = allCombinations(space);
  const grouping = createGrouping({ space, seededStages: [], contexts: [] });
  const blank = encode(shape, grouping, [], []);
  const functionals: readonly Functional[] = [
    contrast(shape, [{ factor: 0, from: 0, to: 1 }], [0, 0, 0, 0]),
    contrast(shape, [{ factor: 1, from: 0, to: 1 }], null),
    contrast(
      shape,
      [
        { factor: 2, from: 0, to: 1 },
        { factor: 3, from: 0, to: 1 },
      ],
      [1, 1, 1, 1],
    ),
  ];
  const bins = new Float64Array(5);
  const repeats = 200;
  for (let r = 0; r < repeats; r++) {
    const rng = createRng(`prior ${r}`);
    const hyper = hyperOf(
      blank,
      Float64Array.from({ length: hyperSize(blank) }, () => rng.normal()),
    );
    const points = all.map((x) => point(shape, x));
    const covariance = Float64Array.from(points.flatMap((p) => points.map((q) => priorCovariance(shape, hyper, p, q))));
    for (let i = 0; i < all.length; i++) covariance[i * all.length + i] = at(covariance, i * all.length + i) + 1e-9;
    expect(cholesky(covariance, all.length)).toBe(true);
    const white = Float64Array.from(all, () => rng.normal());
    const truth = all.map((_, i) => dot(covariance.subarray(i * all.length, (i + 1) * all.length), white, i + 1));
    const shared = Array.from({ length: 4 }, () => Math.sqrt(at(hyper.shared, 0)) * rng.normal());
    const runs = Array.from({ length: 12 }, () => {
      const index = rng.int(all.length);
      const seed = rng.int(4);
      const y = (truth[index] ?? 0) + (shared[seed] ?? 0) + Math.sqrt(hyper.noise) * rng.normal();
      const run = { run: "", combination: all[index] ?? [], seed, purpose: "search" as const, context: [] };
      return { ...run, outcomes: new Map(), y };
    });
    const data = encode(
      shape,
      grouping,
      runs,
      runs.map(({ y }) => y),
    );
    const posteriors = drawHyper(data, fitMap(data), 30, rng).map((q) => condition(data, hyperOf(data, q)));
    for (const functional of functionals) {
      const projections = posteriors.map((posterior) => project(posterior, functional));
      const means = Float64Array.from(projections, ({ mean }) => mean);
      const sds = Float64Array.from(posteriors, (posterior, h) => {
        const v = projections[h]?.v ?? new Float64Array(0);
        return Math.sqrt(Math.max(0, priorCovariance(shape, posterior.hyper, functional, functional) - dot(v, v)));
      });
      const rank = probabilityAbove({ means, sds }, applyTo(shape, functional, all, truth));
      const bin = Math.min(4, Math.floor(5 * rank));
      bins[bin] = at(bins, bin) + 1;
    }
  }
  const expected = (repeats * functionals.length) / 5;
  const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 4 degrees of freedom: 18.5 has probability 0.001. Three functionals a truth are not quite independent.
  expect(chiSquare).toBeLessThan(18.5);
});
