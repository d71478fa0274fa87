import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "../decision/simulate.test-util.ts";
import type { Observation } from "../evidence/evidence.ts";
import { believe, drawEnsemble, noiseSds } from "./belief.ts";
import { createGrouping } from "./grouping.ts";
import { noiseParts } from "./noise.ts";
import type { Knowledge } from "./plan.ts";

/** Own noise 1, a seed's 2, a tokenizer's draw 4; the tokenizer sees factor 0 alone. */
const truth: Truth = {
  space: plainSpace([1, 1, 1]),
  objectives: [objective("score", { matters: 10 }), objective("speed", { matters: 1 })],
  value: ([a = 0, b = 0]) => [100 + 20 * a + 10 * b, 50],
  noise: (_, rng) => [rng.normal(), 0.1 * rng.normal()],
  seedSd: 2,
};
const seededStages = [
  { stage: "tokenize", reach: [0] },
  { stage: "segment", reach: [0] },
  { stage: "train", reach: [0, 1, 2] },
];
const combinations = [0, 1].flatMap((a) => [0, 1].flatMap((b) => [0, 1].map((c) => [a, b, c])));

function measured(seeds: number): Knowledge {
  const observations = Array.from({ length: seeds }, (_, s) => s + 1).flatMap((seed) =>
    combinations.map((combination): Observation => {
      const run = observe(truth, "noise", { combination, seed, purpose: "search" });
      const drawn = 4 * createRng(`tokenize/${seed}/${combination[0]}`).normal();
      const score = run.outcomes.get("score");
      const value = (score?.kind === "measured" ? score.value : Number.NaN) + drawn;
      return { ...run, outcomes: new Map(run.outcomes).set("score", { kind: "measured", value, samplingError: null }) };
    }),
  );
  return { ...knowledgeOf(truth, observations), seededStages };
}

const knowledge = measured(12);
const ensemble = drawEnsemble(believe(knowledge), 40, createRng("noise"));
const parts = noiseParts(ensemble, 0.9);

describe("the parts of the noise", () => {
  test("are a run's own, a seed's, and one for each reach of seeded stages that not all factors share", () => {
    expect(parts.map((of) => of.map(({ source }) => source))).toEqual(
      Array.from({ length: 2 }, () => [
        { kind: "own" },
        { kind: "seed" },
        { kind: "stages", stages: ["tokenize", "segment"] },
      ]),
    );
    expect(parts[0]?.map(({ draws }) => draws)).toEqual([96, 12, 24]);
  });

  test("are found as they were planted, in the objective's unit", () => {
    const planted = [1, 2, 4];
    for (const [i, { sd }] of (parts[0] ?? []).entries()) {
      expect(sd.low).toBeLessThan(planted[i] ?? 0);
      expect(sd.high).toBeGreaterThan(planted[i] ?? 0);
      expect(sd.high).toBeLessThan(3 * (planted[i] ?? 0));
    }
    expect(parts[0]?.[0]?.sd.mean).toBeCloseTo(noiseSds(ensemble)[0] ?? 0, 9);
  });

  test("of a seed seen once are as wide as what was assumed, and say that they rest on one draw", () => {
    const one = measured(1);
    const [score] = noiseParts(drawEnsemble(believe(one), 40, createRng("one")), 0.9);
    expect(score?.[1]?.draws).toBe(1);
    const width = ({ low, high }: { low: number; high: number }) => high / low;
    expect(width(score?.[1]?.sd ?? { low: 1, high: 1 })).toBeGreaterThan(4);
    expect(width(parts[0]?.[0]?.sd ?? { low: 1, high: 9 })).toBeLessThan(2);
  });

  test("are none of no belief", () => {
    expect(noiseParts([], 0.9)).toEqual([]);
  });
});

test("every effect of the model has a source", () => {
  for (const contexts of [[], [{ kind: "scale" as const, levels: ["full", "proxy"] }]]) {
    const grouping = createGrouping({ space: truth.space, seededStages, contexts });
    expect(grouping.sources).toHaveLength(grouping.effects([]).length);
    expect(grouping.sources).toHaveLength(grouping.groupsOf([0, 0, 0], 1).length);
    const noise = grouping.noiseHere === null ? undefined : grouping.sources[grouping.noiseHere]?.kind;
    expect(noise).toBe(contexts.length === 0 ? undefined : "noise");
  }
});
