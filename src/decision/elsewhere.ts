/**
 * How far other scales and earlier epochs agree with what is decided about.
 *
 * Notation (plan/model.ts): `e^−θ` of a context is the correlation of f there with f here, by the model, which knows of
 * noise; the ranks of results on combinations that were run on both sides are counted beside it, model or not.
 */

import { rankAgreement } from "../evidence/agreement.ts";
import type { Interval, Observation } from "../evidence/evidence.ts";
import { quantile } from "../math/robust.ts";
import { mean } from "../math/vector.ts";
import type { Ensemble } from "../plan/belief.ts";
import type { Context, Knowledge } from "../plan/plan.ts";
import { combinationKey } from "../plan/space.ts";

export interface ContextAgreement {
  readonly kind: Context["kind"];
  /** The deciding one first. */
  readonly levels: readonly { readonly name: string; readonly runs: number }[];
  readonly correlations: readonly { readonly objective: string; readonly estimate: Interval }[];
  readonly ranks: readonly RankAgreement[];
}

export interface RankAgreement {
  /** The level that is compared with the deciding one. */
  readonly level: string;
  readonly objective: string;
  /** Run on both sides. */
  readonly combinations: number;
  /** Spearman's ρ; null where too few combinations tell. */
  readonly estimate: Interval | null;
}

export function contextAgreements(knowledge: Knowledge, ensemble: Ensemble): ContextAgreement[] {
  return knowledge.contexts.map(({ kind, levels }, c) => {
    const runsAt = (level: number) => knowledge.elsewhere.filter((run) => run.context[c] === level);
    return {
      kind,
      levels: levels.map((name, level) => ({
        name,
        runs: level === 0 ? knowledge.observations.length : runsAt(level).length,
      })),
      correlations: knowledge.objectives.map(({ name }, m) => ({
        objective: name,
        estimate: correlationOf(knowledge, ensemble, m, c),
      })),
      ranks: levels.slice(1).flatMap((level, i) => {
        // In all else as the deciding runs are.
        const there = runsAt(i + 1).filter(({ context }) => context.every((other, k) => k === c || other === 0));
        return knowledge.objectives.map(({ name }) => ({ level, ...ranksBetween(knowledge, there, name) }));
      }),
    };
  });
}

function correlationOf({ space, confidence }: Knowledge, ensemble: Ensemble, m: number, c: number): Interval {
  const draws = ensemble.flatMap(({ objectives }) => {
    const theta = objectives[m]?.posterior.hyper.theta[space.factors.length + c];
    return theta === undefined ? [] : [Math.exp(-theta)];
  });
  const tail = (1 - confidence) / 2;
  return { mean: mean(draws), low: quantile(draws, tail), high: quantile(draws, 1 - tail) };
}

function ranksBetween(
  { observations, confidence }: Knowledge,
  there: readonly Observation[],
  objective: string,
): Omit<RankAgreement, "level"> {
  const [here, other] = [meansOf(observations, objective), meansOf(there, objective)];
  const pairs = [...here].flatMap(([x, value]): [number, number][] => {
    const paired = other.get(x);
    return paired === undefined ? [] : [[value, paired]];
  });
  return { objective, combinations: pairs.length, estimate: rankAgreement(pairs, confidence) };
}

/** Mean finite result of each combination. */
function meansOf(runs: readonly Observation[], objective: string): ReadonlyMap<string, number> {
  const values = new Map<string, number[]>();
  for (const { combination, outcomes } of runs) {
    const outcome = outcomes.get(objective);
    if (outcome?.kind !== "measured" || !Number.isFinite(outcome.value)) continue;
    const key = combinationKey(combination);
    values.set(key, [...(values.get(key) ?? []), outcome.value]);
  }
  return new Map([...values].map(([key, of]) => [key, mean(of)]));
}
