/** Spaces in which nothing helps: how often anything lands, looking after every batch. */
import { createRng, type Rng } from "../../src/base/rng.ts";
import { objective, plainSpace, simulate, type Truth } from "../../src/decision/simulate.test-util.ts";
import { meanOf, shareOf } from "./estimates.ts";
import { byScenario, type Figure, type Part } from "./part.ts";

const studentT3 = (rng: Rng) =>
  rng.normal() / Math.sqrt((rng.normal() ** 2 + rng.normal() ** 2 + rng.normal() ** 2) / 3);

const noises: Readonly<Record<string, Truth["noise"]>> = {
  normal: (_, rng) => [rng.normal()],
  "Student t, 3 degrees of freedom": (_, rng) => [studentT3(rng)],
  "sd from 0.3 to 3 with the combination": (x, rng) => [0.3 * 10 ** createRng(x.join()).uniform() * rng.normal()],
};

const budget = 45;

export const nulls: Part = {
  name: "nulls",
  about: `spaces of 6 factors in which nothing helps, up to ${budget} runs, in batches of 1 to 4: share that lands anything`,
  scenarios: Object.keys(noises),
  repeats: 400,
  play: (scenario, label) => {
    const truth: Truth = {
      space: plainSpace([1, 1, 1, 1, 1, 1]),
      objectives: [objective("y")],
      value: () => [0],
      noise: noises[scenario] ?? (() => [Number.NaN]),
      seedSd: 1,
    };
    const batch = 1 + createRng(`${label}/batch`).int(4);
    const { decision, suggestions } = simulate(truth, label, budget, batch);
    return { landed: decision.set.confirmation?.outcome === "confirmed" ? 1 : 0, runs: suggestions.length };
  },
  figures: (plays) => {
    const all = plays.map(({ row }) => row);
    const target = { most: 0.05, holds: "upper" } as const;
    return [...byScenario(plays), ["all", all] as const].flatMap(([scenario, rows]): Figure[] => [
      { scenario, what: "false landings", ...shareOf(rows, "landed"), target: scenario === "all" ? target : null },
      { scenario, what: "runs", ...meanOf(rows, "runs"), target: null },
    ]);
  },
};
