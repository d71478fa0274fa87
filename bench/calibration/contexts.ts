/** What runs at another scale, or of before an edit, tell of the runs that are decided about. */
import { type Elsewhere, measureTold } from "../../src/plan/contexts.test-util.ts";
import type { Context } from "../../src/plan/plan.ts";
import { meanOf, ratioOf } from "./estimates.ts";
import { byScenario, type Figure, type Part } from "./part.ts";

const scale: Context = { kind: "scale", levels: ["full", "proxy"] };
const cases: Readonly<Record<string, Omit<Elsewhere, "context">>> = {
  "the same": { agreement: 1, spread: 1, noise: 1 },
  "agreement 0.9": { agreement: 0.9, spread: 1, noise: 1 },
  "agreement 0.5": { agreement: 0.5, spread: 1, noise: 1 },
  "agreement 0": { agreement: 0, spread: 1, noise: 1 },
  "agreement −0.7": { agreement: -0.7, spread: 1, noise: 1 },
  "0.95, effects three times as large": { agreement: 0.95, spread: 3, noise: 1 },
  "0.95, effects a third": { agreement: 0.95, spread: 1 / 3, noise: 1 },
  "0.95, three times the noise": { agreement: 0.95, spread: 1, noise: 3 },
  "0.95, a quarter of the noise": { agreement: 0.95, spread: 1, noise: 0.25 },
};
const amounts = { "2N here, 5N there": [12, 30], "4N here, 5N there": [24, 30] } as const;

const scenarios = Object.entries(amounts).flatMap(([amount, [here, there]]) =>
  Object.entries(cases).map(([name, elsewhere]) => ({ name: `${amount}: ${name}`, elsewhere, here, there })),
);

export const contexts: Part = {
  name: "contexts",
  about: "effects of six factors, κ = 0.6, with runs elsewhere: coverage, and beside the runs here alone",
  scenarios: scenarios.map(({ name }) => name),
  repeats: 60,
  play: (scenario, label) => {
    const found = scenarios.find(({ name }) => name === scenario);
    if (found === undefined) throw new RangeError(scenario);
    return { ...measureTold({ context: scale, ...found.elsewhere }, found.here, found.there, label) };
  },
  figures: (plays) =>
    byScenario(plays).flatMap(([scenario, rows]): Figure[] => {
      return [
        {
          scenario,
          what: "90% intervals that cover",
          ...ratioOf(rows, "covered", "intervals"),
          target: { least: 0.85, most: 0.95, holds: "value" },
        },
        { scenario, what: "width beside the runs here alone", ...ratioOf(rows, "width", "ownWidth"), target: null },
        { scenario, what: "squared error beside theirs", ...ratioOf(rows, "error", "ownError"), target: null },
        { scenario, what: "fitted agreement", ...meanOf(rows, "agreement"), target: null },
      ];
    }),
};
