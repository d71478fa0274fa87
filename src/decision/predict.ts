/** What the model expects of a set, whether or not it was ever run. */
import type { Combination } from "../contribution/contribution.ts";
import type { Interval } from "../evidence/evidence.ts";
import { believe, type Ensemble, estimate, knowledgeShape } from "../plan/belief.ts";
import { point } from "../plan/functional.ts";
import type { Knowledge } from "../plan/plan.ts";
import { reportEnsemble } from "./decide.ts";
import type { ObjectiveGain } from "./decision.ts";
import { gainsOf, intervalsOf } from "./gains.ts";

export interface Prediction {
  /** Gain over the baseline in units of `matters`, larger is better. */
  readonly utility: Interval;
  readonly objectives: readonly (ObjectiveGain & {
    /** In the objective's own unit and sign. */
    readonly value: Interval;
  })[];
}

/**
 * Answers for any number of sets by one look at the evidence: with the beliefs behind the report, so that the two agree.
 * What a set and the baseline have in common is no part of the doubt about their difference.
 */
export function createPredictor(knowledge: Knowledge): (x: Combination) => Prediction {
  const ensemble = reportEnsemble(believe(knowledge));
  return (x) => predict(knowledge, ensemble, x);
}

function predict(knowledge: Knowledge, ensemble: Ensemble, x: Combination): Prediction {
  const gains = gainsOf(knowledge, ensemble, x);
  const values = new Map(
    intervalsOf(knowledge, estimate(ensemble, point(knowledgeShape(knowledge), x))).map((row) => [
      row.objective,
      row.estimate,
    ]),
  );
  return {
    utility: gains.utility,
    objectives: gains.objectives.flatMap((gain) => {
      const value = values.get(gain.objective);
      return value === undefined ? [] : { ...gain, value };
    }),
  };
}
