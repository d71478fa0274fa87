import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import type { Observation } from "../evidence/evidence.ts";
import { believe, drawEnsemble } from "../plan/belief.ts";
import type { Knowledge } from "../plan/plan.ts";
import { contextAgreements } from "./elsewhere.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "./simulate.test-util.ts";

const combinations: Combination[] = [0, 1].flatMap((a) => [0, 1].flatMap((b) => [0, 1].map((c) => [a, b, c])));
const truth: Truth = {
  space: plainSpace([1, 1, 1]),
  objectives: [objective("y"), objective("z")],
  value: ([a = 0, b = 0, c = 0]) => [6 * a + 4 * b - 3 * c, 6 * a - 4 * b],
  noise: (_, rng) => [0.3 * rng.normal(), 0.3 * rng.normal()],
};
/** Agrees on y, and has nothing to do with z. */
const cheap: Truth = {
  ...truth,
  value: ([a = 0, b = 0, c = 0]) => [3 * a + 2 * b - 1.5 * c, a === b ? 5 * c : 5 - 5 * c],
};

const run = (of: Truth, combination: Combination, context: readonly number[]): Observation => ({
  ...observe(of, `context ${context}`, { combination, seed: 1, purpose: "search" }),
  context,
});

const knowledge: Knowledge = {
  ...knowledgeOf(
    truth,
    combinations.map((x) => run(truth, x, [0, 0])),
  ),
  elsewhere: [
    ...combinations.map((x) => run(cheap, x, [1, 0])),
    ...combinations.slice(0, 3).map((x) => run(truth, x, [0, 1])),
    ...combinations.map((x) => run(cheap, x, [1, 1])),
  ],
  contexts: [
    { kind: "scale", levels: ["full", "proxy"] },
    { kind: "epoch", levels: ["now", "until then"] },
  ],
};
const found = contextAgreements(knowledge, drawEnsemble(believe(knowledge), 40, createRng("agreement")));

describe("how far contexts agree", () => {
  test("counts their runs, the deciding one first", () => {
    expect(found.map(({ kind, levels }) => [kind, levels])).toEqual([
      [
        "scale",
        [
          { name: "full", runs: 8 },
          { name: "proxy", runs: 16 },
        ],
      ],
      [
        "epoch",
        [
          { name: "now", runs: 8 },
          { name: "until then", runs: 11 },
        ],
      ],
    ]);
  });

  test("is the model's correlation, by objective, with an interval", () => {
    const [y, z] = found[0]?.correlations ?? [];
    expect([y?.objective, z?.objective]).toEqual(["y", "z"]);
    expect(y?.estimate.mean).toBeGreaterThan(0.65);
    expect(z?.estimate.mean).toBeLessThan(0.4);
    for (const of of [y, z]) {
      expect(of?.estimate.low).toBeGreaterThanOrEqual(0);
      expect(of?.estimate.low).toBeLessThan(of?.estimate.mean ?? 0);
      expect(of?.estimate.high).toBeGreaterThan(of?.estimate.mean ?? 1);
      expect(of?.estimate.high).toBeLessThanOrEqual(1);
    }
  });

  test("is counted in ranks over what was run on both sides, in all else alike", () => {
    const [scale, epoch] = found.map(({ ranks }) => ranks);
    expect(scale?.[0]).toMatchObject({ level: "proxy", objective: "y", combinations: 8 });
    expect(scale?.[0]?.estimate?.mean).toBeGreaterThan(0.9);
    expect(scale?.[1]?.estimate?.low).toBeLessThan(0);
    expect(epoch).toEqual([
      { level: "until then", objective: "y", combinations: 3, estimate: null },
      { level: "until then", objective: "z", combinations: 3, estimate: null },
    ]);
  });

  test("is nothing where all runs are here", () => {
    const here = { ...knowledge, elsewhere: [], contexts: [] };
    expect(contextAgreements(here, drawEnsemble(believe(here), 4, createRng("here")))).toEqual([]);
  });
});
