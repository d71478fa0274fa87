/** Shares of a landed set's gain beside the true Shapley values, before and after audits. */
import { createRng } from "../../src/base/rng.ts";
import type { Combination } from "../../src/contribution/contribution.ts";
import { auditsWanted, planAudits } from "../../src/decision/audit.ts";
import { applyTo, plantedTruth, searched } from "../../src/decision/calibrate.test-util.ts";
import { creditFor } from "../../src/decision/decide.ts";
import { observe, type Truth } from "../../src/decision/simulate.test-util.ts";
import { shapeOf, shapley } from "../../src/plan/functional.ts";
import type { Knowledge } from "../../src/plan/plan.ts";
import { allCombinations } from "../../src/plan/space.ts";
import { correlation, meanOf, ratioOf } from "./estimates.ts";
import { byScenario, type Figure, type Part, type Row } from "./part.ts";

const factors = 8;
const parts = 6;
const confirmedPairs = 5;
const settings = { "κ = 0.3": 0.3, "κ = 1": 1 } as const satisfies Readonly<Record<string, number>>;

export const credit: Part = {
  name: "credit",
  about: `sets of ${parts} parts of ${factors}, after a search of 2N runs and ${confirmedPairs} pairs: shares beside the truth`,
  scenarios: Object.keys(settings),
  repeats: 60,
  play: (scenario, label) => {
    const noise = Object.entries(settings).find(([name]) => name === scenario)?.[1] ?? Number.NaN;
    const truth = plantedTruth(factors, noise, createRng(label));
    const set = bestOf(truth);
    const knowledge = confirmed(truth, label, set);
    const audits = planAudits(knowledge, set, auditsWanted(knowledge, set), () => true);
    const runs = audits.map((audit) => observe(truth, label, { ...audit, purpose: "audit" }));
    const audited = { ...knowledge, observations: [...knowledge.observations, ...runs] };
    return { ...scored(truth, knowledge, set, "before"), ...scored(truth, audited, set, "after") };
  },
  figures: (plays) =>
    byScenario(plays).flatMap(([scenario, rows]): Figure[] =>
      (["before", "after"] as const).flatMap((when): Figure[] => {
        const name = `${when} audits`;
        const asked = when === "after";
        return [
          {
            scenario,
            what: `correlation ${name}`,
            ...meanOf(rows, `${when} correlation`),
            target: asked ? { least: 0.97, holds: "value" } : null,
          },
          {
            scenario,
            what: `90% intervals that cover, ${name}`,
            ...ratioOf(rows, `${when} covered`, `${when} shares`),
            target: asked ? { least: 0.85, most: 0.95, holds: "value" } : null,
          },
          {
            scenario,
            what: `width of an interval beside the largest share, ${name}`,
            ...meanOf(rows, `${when} width`),
            target: null,
          },
        ];
      }),
    ),
};

/** The best set of exactly `parts` parts. */
function bestOf(truth: Truth): Combination {
  const sets = allCombinations(truth.space).filter((x) => x.filter((level) => level > 0).length === parts);
  const value = (x: Combination) => truth.value(x)[0] ?? Number.NaN;
  return sets.reduce((best, x) => (value(x) > value(best) ? x : best));
}

function confirmed(truth: Truth, label: string, set: Combination): Knowledge {
  const knowledge = searched(truth, label, 2 * factors);
  const pairs = Array.from({ length: confirmedPairs }, (_, i) =>
    [knowledge.baseline, set].map((combination) =>
      observe(truth, label, { combination, seed: knowledge.confirmSeed + i, purpose: "confirm" }),
    ),
  );
  return { ...knowledge, observations: [...knowledge.observations, ...pairs.flat()] };
}

function scored(truth: Truth, knowledge: Knowledge, set: Combination, when: string): Row {
  const { shares } = creditFor(knowledge, set);
  const actual = trueShares(truth, knowledge.baseline, set);
  const covered = shares.filter(({ share }, i) => share.low <= (actual[i] ?? 0) && (actual[i] ?? 0) <= share.high);
  const width = shares.reduce((sum, { share }) => sum + share.high - share.low, 0) / shares.length;
  return {
    [`${when} correlation`]: correlation(
      shares.map(({ share }) => share.mean),
      actual,
    ),
    [`${when} covered`]: covered.length,
    [`${when} shares`]: shares.length,
    [`${when} width`]: width / Math.max(...actual.map(Math.abs)),
  };
}

/** In units of `matters`, by summing over the whole space. */
function trueShares(truth: Truth, baseline: Combination, set: Combination): number[] {
  const shape = shapeOf(truth.space);
  const all = allCombinations(truth.space);
  const values = all.map((x) => (truth.value(x)[0] ?? Number.NaN) / (truth.objectives[0]?.matters ?? Number.NaN));
  return set.flatMap((level, factor) =>
    level === baseline[factor] ? [] : [applyTo(shape, shapley(shape, baseline, set, factor), all, values)],
  );
}
