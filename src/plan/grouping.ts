/**
 * Which runs share what beside their combination: the groups of the model's random effects.
 *
 * Notation: effect 0 is the seed: stage seeds derive from the run's, so runs of one seed have luck in common. A seeded stage
 * whose outcome depends on the levels of the factors `R` (its reach) alone is made once for all runs that agree on R and on
 * the seed, and they share its draw. Each context (scale, epoch) brings an offset that its runs share.
 */
import type { Combination } from "../contribution/contribution.ts";
import type { Observation } from "../evidence/evidence.ts";
import { type Effect, sharedPrior } from "./model.ts";
import type { Knowledge } from "./plan.ts";

export interface Grouping {
  /** Of the runs, in their order. */
  readonly effects: (runs: readonly Observation[]) => Effect[];
  /** Of a run of x with this seed in the deciding context: the group under each effect. */
  readonly groupsOf: (x: Combination, seed: number) => readonly number[];
}

/** log τ² of a context's offset; results are centred within each context, so what is left is of the size of the effects. */
const contextOffsetPrior = [0, 1] as const;

export function createGrouping(knowledge: Pick<Knowledge, "space" | "seededStages" | "contexts">): Grouping {
  const reaches = distinctReaches(knowledge);
  const ids = new Map<string, number>();
  const idOf = (key: string): number => {
    const known = ids.get(key) ?? ids.size;
    ids.set(key, known);
    return known;
  };
  const groupsOf = (x: Combination, seed: number, context: readonly number[]): number[] => [
    seed,
    ...reaches.map((reach, r) => idOf(`${r}/${seed}/${reach.map((factor) => x[factor]).join()}`)),
    ...knowledge.contexts.map((_, c) => context[c] ?? 0),
  ];
  const priors = [
    sharedPrior,
    ...reaches.map(() => [sharedPrior[0] - Math.log(reaches.length), sharedPrior[1]] as const),
    ...knowledge.contexts.map(() => contextOffsetPrior),
  ];
  return {
    groupsOf: (x, seed) => groupsOf(x, seed, []),
    effects: (runs) => {
      const groups = runs.map((run) => groupsOf(run.combination, run.seed, run.context));
      return priors.map((prior, e) => ({ prior, groups: Int32Array.from(groups, (of) => of[e] ?? 0) }));
    },
  };
}

/** Stages that all factors reach draw anew in every run: that is noise; a stage that none reaches draws with the seed. */
function distinctReaches({ space, seededStages }: Pick<Knowledge, "space" | "seededStages">): (readonly number[])[] {
  const out = new Map<string, readonly number[]>();
  for (const { reach } of seededStages)
    if (reach.length > 0 && reach.length < space.factors.length) out.set(reach.join(), reach);
  return [...out.values()];
}
