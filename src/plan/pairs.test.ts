import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "../decision/simulate.test-util.ts";
import { believe, drawEnsemble, estimateDifference, mixtureMean } from "./belief.ts";
import { pairMeans } from "./pairs.ts";
import { levelsOf, stepOf } from "./space.ts";

const truth: Truth = {
  space: plainSpace([1, 2, 1, 1]),
  objectives: [objective("loss", { sign: -1, matters: 0.5, weight: 2 }), objective("speed", { matters: 10 })],
  value: (x) => [5 - 2 * (x[0] ?? 0) * (x[1] ?? 0), 100 + 30 * (x[1] ?? 0) - 9 * (x[2] ?? 0)],
  noise: (_, rng) => [0.05 * rng.normal(), rng.normal()],
};
const rng = createRng("pairs");
const some = Array.from({ length: 30 }, (_, i) => ({
  combination: [rng.int(2), rng.int(3), rng.int(2), rng.int(2)],
  seed: 1 + (i % 2),
  purpose: "search" as const,
}));

test("what a change does beside another is what the model says of the difference", () => {
  const knowledge = knowledgeOf(
    truth,
    some.map((run) => observe(truth, "pairs", run)),
  );
  const ensemble = drawEnsemble(believe(knowledge), 3, createRng("pairs"));
  const set = [0, 0, 1, 0];
  const levels = levelsOf(truth.space);
  const means = pairMeans(ensemble, set, levels);
  let asked = 0;
  for (const [a, ref] of levels.entries())
    for (const [o, other] of levels.entries()) {
      if (ref.factor === other.factor || set[ref.factor] !== 0 || set[other.factor] !== 0) continue;
      const step = stepOf(
        knowledge,
        set.map((level, j) => (j === other.factor ? other.level : level)),
        ref,
      );
      if (step === null) throw new Error("no step");
      const { utility } = estimateDifference(ensemble, step.within, step.without);
      expect(means[a * levels.length + o]).toBeCloseTo(mixtureMean(utility), 8);
      asked++;
    }
  expect(asked).toBeGreaterThan(8);
});
