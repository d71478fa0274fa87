/** Whether a real gain lands, alone and beside guardrails whose margins are near. */
import { createRng } from "../../src/base/rng.ts";
import type { Combination } from "../../src/contribution/contribution.ts";
import { simulate } from "../../src/decision/simulate.test-util.ts";
import { combinationKey } from "../../src/plan/space.ts";
import { meanOf, shareOf } from "./estimates.ts";
import { byScenario, type Figure, type Part, type Row } from "./part.ts";
import { guardedTruth, judge, oracle, type PowerScenario } from "./worlds.ts";

const factors = 8;
const budget = 80;

const scenarios: Readonly<Record<string, PowerScenario>> = {
  "no guardrail, κ = 0.3": { factors, guards: 0, noise: 0.3 },
  "no guardrail, κ = 1": { factors, guards: 0, noise: 1 },
  "1 guardrail, κ = 0.3": { factors, guards: 1, noise: 0.3 },
  "2 guardrails, κ = 0.3": { factors, guards: 2, noise: 0.3 },
  "1 guardrail, κ = 1": { factors, guards: 1, noise: 1 },
};

export const power: Part = {
  name: "power",
  about: `planted spaces of ${factors} factors, up to ${budget} runs: share in which a real gain lands, of those that have one`,
  scenarios: Object.keys(scenarios),
  repeats: 100,
  play: (scenario, label) => {
    const setting = scenarios[scenario];
    if (setting === undefined) throw new RangeError(scenario);
    const truth = guardedTruth(setting, createRng(label));
    const most = judge(truth, oracle(truth)).gain;
    // Less than one `matters` is nothing to land.
    if (most < 1) return {};
    const { decision, suggestions } = simulate(truth, label, budget, 2);
    const confirmed = decision.set.confirmation?.outcome === "confirmed";
    const { gain, violates } = judge(truth, decision.recommended);
    return {
      landed: confirmed && gain > 0 && !violates ? 1 : 0,
      fraction: confirmed && !violates ? gain / most : 0,
      ...(confirmed && { violatesAfter: violates ? 1 : 0, pairs: decision.set.confirmation?.pairs ?? 0 }),
      ...firstCandidate(
        suggestions.flatMap((run) => (run.purpose === "confirm" ? [run.combination] : [])),
        (x) => {
          const first = judge(truth, x);
          return { violatesBefore: first.violates ? 1 : 0, firstFraction: first.violates ? 0 : first.gain / most };
        },
      ),
      runs: suggestions.length,
    };
  },
  figures: (plays) =>
    byScenario(plays).flatMap(([scenario, rows]): Figure[] => {
      const guarded = scenario.includes("guardrail,") ? { least: 0.95 } : { least: 0.8 };
      return [
        { scenario, what: "a real gain lands", ...shareOf(rows, "landed"), target: { ...guarded, holds: "value" } },
        { scenario, what: "of the best gain", ...meanOf(rows, "fraction"), target: null },
        { scenario, what: "of it, the first set tested", ...meanOf(rows, "firstFraction"), target: null },
        {
          scenario,
          what: "guardrail broken, first set tested",
          ...shareOf(rows, "violatesBefore"),
          target: { most: 0.05, holds: "value" },
        },
        {
          scenario,
          what: "guardrail broken, landed",
          ...shareOf(rows, "violatesAfter"),
          target: { most: 0.01, holds: "value" },
        },
        { scenario, what: "pairs of a landing", ...meanOf(rows, "pairs"), target: null },
        { scenario, what: "runs", ...meanOf(rows, "runs"), target: null },
      ];
    }),
};

function firstCandidate(confirmed: readonly Combination[], row: (x: Combination) => Row): Row {
  const none = combinationKey((confirmed[0] ?? []).map(() => 0));
  const first = confirmed.find((x) => combinationKey(x) !== none);
  return first === undefined ? {} : row(first);
}
