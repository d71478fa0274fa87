/**
 * Which runs share what beside their combination: the groups of the model's random effects.
 *
 * Notation: effect 0 is the seed: stage seeds derive from the run's, so runs of one seed have luck in common. A seeded stage
 * whose outcome depends on the levels of the factors `R` (its reach) alone is made once for all runs that agree on R and on
 * the seed, and they share its draw. Luck is a context's own: another scale or epoch draws anew.
 * Each context (scale, epoch) brings an offset that its runs share. Where there are contexts, runs of the deciding one (here)
 * and of the others (elsewhere) may differ in noise: two more effects give each run here, and each run elsewhere, a group of
 * its own. The runs on the other side have one group in common, which says no more than an offset does.
 */
import type { Combination } from "../contribution/contribution.ts";
import type { Observation } from "../evidence/evidence.ts";
import { type Effect, sharedPrior } from "./model.ts";
import type { Context, Knowledge } from "./plan.ts";

/** What an effect is the luck of. */
export type Source =
  | { readonly kind: "seed" }
  /** Seeded stages that the same factors reach: one draw of all of them. */
  | { readonly kind: "stages"; readonly stages: readonly string[] }
  | { readonly kind: "offset"; readonly context: Context["kind"] }
  | { readonly kind: "noise"; readonly side: "here" | "elsewhere" };

export interface Grouping {
  /** Of the effects, in their order. */
  readonly sources: readonly Source[];
  /** Of the runs, in their order. */
  readonly effects: (runs: readonly Observation[]) => Effect[];
  /**
   * Of a run of x with this seed in the deciding context: the group under each effect. `own`: the group that no other run
   * has; the default is for a run that is only thought of.
   */
  readonly groupsOf: (x: Combination, seed: number, own?: number) => readonly number[];
  /** Index of the effect that is noise of single runs here; null where all runs are here. */
  readonly noiseHere: number | null;
}

/** log τ² of a context's offset; results are centred within each context, so what is left is of the size of the effects. */
const contextOffsetPrior = [0, 1] as const;

export function createGrouping(knowledge: Pick<Knowledge, "space" | "seededStages" | "contexts">): Grouping {
  const { contexts } = knowledge;
  const reaches = distinctReaches(knowledge);
  const ids = new Map<string, number>();
  const idOf = (key: string): number => {
    const known = ids.get(key) ?? ids.size;
    ids.set(key, known);
    return known;
  };
  const isElsewhere = (context: readonly number[]) => context.some((level) => level !== 0);
  /** `own`: the group that nobody shares with this run. */
  const groupsOf = (x: Combination, seed: number, context: readonly number[], own: number): number[] => {
    const elsewhere = isElsewhere(context);
    const luck = elsewhere ? `${seed}@${context.join()}` : `${seed}`;
    const sides = elsewhere ? [0, own] : [own, 0];
    return [
      idOf(luck),
      ...reaches.map(({ reach }, r) => idOf(`${r}/${luck}/${reach.map((factor) => x[factor]).join()}`)),
      ...contexts.map((_, c) => context[c] ?? 0),
      ...(contexts.length > 0 ? sides : []),
    ];
  };
  const sources: readonly Source[] = [
    { kind: "seed" },
    ...reaches.map(({ stages }): Source => ({ kind: "stages", stages })),
    ...contexts.map(({ kind }): Source => ({ kind: "offset", context: kind })),
    ...(contexts.length > 0 ? (["here", "elsewhere"] as const) : []).map((side): Source => ({ kind: "noise", side })),
  ];
  const priors = sources.map(({ kind }) => priorOf(kind, reaches.length));
  const noiseHere = sources.findIndex((source) => source.kind === "noise" && source.side === "here");
  return {
    sources,
    groupsOf: (x, seed, own = -1) => groupsOf(x, seed, [], own),
    effects: (runs) => {
      const groups = runs.map((run, i) => groupsOf(run.combination, run.seed, run.context, i + 1));
      return priors.map((prior, e) => ({ prior, groups: Int32Array.from(groups, (of) => of[e] ?? 0) }));
    },
    noiseHere: noiseHere < 0 ? null : noiseHere,
  };
}

/** All stages' draws together are expected to be as large as a seed's part. */
function priorOf(kind: Source["kind"], reaches: number): Effect["prior"] {
  if (kind === "offset") return contextOffsetPrior;
  return kind === "stages" ? [sharedPrior[0] - Math.log(reaches), sharedPrior[1]] : sharedPrior;
}

/** Stages that all factors reach draw anew in every run: that is noise; a stage that none reaches draws with the seed. */
function distinctReaches({ space, seededStages }: Pick<Knowledge, "space" | "seededStages">) {
  const shared = seededStages.filter(({ reach }) => reach.length > 0 && reach.length < space.factors.length);
  return [...Map.groupBy(shared, ({ reach }) => reach.join()).values()].map((of) => ({
    reach: of[0]?.reach ?? [],
    stages: of.map(({ stage }) => stage),
  }));
}
