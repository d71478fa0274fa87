/** The model: ranks of truths drawn from its own prior, and coverage of what people are shown on planted spaces. */
import { measureCoverage, priorRanks, rankedFunctionals } from "../../src/decision/calibrate.test-util.ts";
import { ratioOf, shareOf, uniformity } from "./estimates.ts";
import { byScenario, type Figure, type Part, type Row } from "./part.ts";

const hyperDraws = 60;
const bins = 20;

export const sbc: Part = {
  name: "sbc",
  about: "simulation-based calibration: truths drawn from the model's prior, ranks in 20 bins, chi-square",
  scenarios: ["2⁴ combinations, 12 runs on 4 seeds"],
  repeats: 1000,
  play: (_, label) => {
    const ranks = priorRanks(label, hyperDraws);
    return Object.fromEntries(rankedFunctionals.map((name, i) => [name, ranks[i] ?? Number.NaN]));
  },
  figures: (plays) =>
    byScenario(plays).flatMap(([scenario, rows]) =>
      rankedFunctionals.flatMap((name): Figure[] => {
        const ranks = rows.flatMap((row) => (row[name] === undefined ? [] : [row[name]]));
        const inside = ranks.map((rank): Row => ({ inside: Math.abs(rank - 0.5) < 0.45 ? 1 : 0 }));
        const uniform = { value: uniformity(ranks, bins), bounds: null, repeats: ranks.length };
        return [
          { scenario, what: `${name}: p that ranks are uniform`, ...uniform, target: { least: 0.001, holds: "value" } },
          { scenario, what: `${name}: 90% intervals that cover`, ...shareOf(inside, "inside"), target: null },
        ];
      }),
    ),
};

const settings = [6, 10].flatMap((factors) =>
  [2, 4].flatMap((multiple) => [0.3, 1].map((noise) => ({ factors, multiple, noise }))),
);
const nameOf = ({ factors, multiple, noise }: (typeof settings)[number]) =>
  `N = ${factors}, ${multiple}N runs, κ = ${noise}`;

export const coverage: Part = {
  name: "coverage",
  about: "90% intervals on planted spaces after the planner's own search, effects and interactions in all three senses",
  scenarios: settings.map(nameOf),
  repeats: 100,
  play: (scenario, label) => {
    const setting = settings.find((one) => nameOf(one) === scenario);
    if (setting === undefined) throw new RangeError(scenario);
    return { ...measureCoverage({ ...setting, repeats: 1, label }) };
  },
  figures: (plays) => {
    const asked = { least: 0.87, most: 0.93, holds: "value" } as const;
    const all = plays.map(({ row }) => row);
    return [...byScenario(plays), ["all", all] as const].flatMap(([scenario, rows]): Figure[] => [
      {
        scenario,
        what: "effects covered",
        ...ratioOf(rows, "covered", "effects"),
        target: scenario === "all" ? asked : null,
      },
      { scenario, what: "interactions covered", ...ratioOf(rows, "interactionsCovered", "interactions"), target: null },
    ]);
  },
};
