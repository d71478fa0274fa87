/**
 * What landed, and whether it still holds: each part of the baseline beside the baseline without it, by all that is known
 * now, runs from before its landing and from earlier epochs included.
 */
import type { LevelId } from "../contribution/contribution.ts";
import type { Interval } from "../evidence/evidence.ts";
import { type Ensemble, intervalOf, probabilityAbove } from "../plan/belief.ts";
import { type Knowledge, keep } from "../plan/plan.ts";
import { landedParts } from "../plan/scrape.ts";
import { levelId } from "../plan/space.ts";
import { utilityNoiseOf } from "./appraise.ts";
import { runsToTell } from "./verdicts.ts";

export interface Persistence {
  readonly level: LevelId;
  /** What the baseline would lose without it, in utility. */
  readonly worth: Interval;
  readonly state: PersistenceState;
}

/**
 * holds    worth its keep, at the policy's confidence
 * spent    not worth it any more: the baseline would be as good, and simpler, without it
 * unknown  either may be true; so many more runs would tell, as far as noise goes
 */
export type PersistenceState =
  | { readonly kind: "holds" }
  | { readonly kind: "spent" }
  | { readonly kind: "unknown"; readonly runs: number };

export function persistenceOf(knowledge: Knowledge, ensemble: Ensemble): Persistence[] {
  const noise = utilityNoiseOf(knowledge, ensemble);
  return landedParts(knowledge, ensemble).map(({ ref, worth: mixture }) => {
    const worth = intervalOf(mixture, knowledge.confidence);
    const above = probabilityAbove(mixture, keep);
    const sure = Math.max(above, 1 - above) >= knowledge.confidence;
    const state: PersistenceState = sure
      ? { kind: above > 0.5 ? "holds" : "spent" }
      : { kind: "unknown", runs: runsToTell(knowledge, noise, worth) };
    return { level: levelId(knowledge.space, ref), worth, state };
  });
}
