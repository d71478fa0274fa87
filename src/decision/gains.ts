import type { Combination } from "../contribution/contribution.ts";
import type { Interval } from "../evidence/evidence.ts";
import {
  type Ensemble,
  type Estimate,
  estimate,
  estimateDifference,
  inOwnSign,
  intervalOf,
  probabilityAbove,
} from "../plan/belief.ts";
import type { Functional } from "../plan/functional.ts";
import type { Knowledge } from "../plan/plan.ts";
import type { ObjectiveGain } from "./decision.ts";

/** What the model believes of a set against the baseline. */
export interface Gains {
  /** In units of `matters`, larger is better. */
  readonly utility: Interval;
  readonly objectives: readonly ObjectiveGain[];
}

export function gainsOf(knowledge: Knowledge, ensemble: Ensemble, x: Combination): Gains {
  const found = estimateDifference(ensemble, x, knowledge.baseline);
  return {
    utility: intervalOf(found.utility, knowledge.confidence),
    objectives: knowledge.objectives.flatMap((objective, m) => {
      const mixture = found.objectives[m];
      if (mixture === undefined) return [];
      const margin = objective.guardrail;
      return {
        objective: objective.name,
        difference: inOwnSign(objective, intervalOf(mixture, knowledge.confidence)),
        guardrail: margin === null ? null : { margin, probability: probabilityAbove(mixture, -margin) },
      };
    }),
  };
}

/** An estimate as rows: one for the utility (objective null), one for each objective in its own sign. */
export function intervalsOf(
  knowledge: Knowledge,
  found: Estimate,
): { readonly objective: string | null; readonly estimate: Interval }[] {
  const rows = knowledge.objectives.flatMap((objective, m) => {
    const mixture = found.objectives[m];
    if (mixture === undefined) return [];
    return { objective: objective.name, estimate: inOwnSign(objective, intervalOf(mixture, knowledge.confidence)) };
  });
  return [{ objective: null, estimate: intervalOf(found.utility, knowledge.confidence) }, ...rows];
}

export function utilityInterval(knowledge: Knowledge, ensemble: Ensemble, functional: Functional): Interval {
  return intervalOf(estimate(ensemble, functional).utility, knowledge.confidence);
}
