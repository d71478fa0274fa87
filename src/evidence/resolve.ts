import type { Combination } from "../contribution/contribution.ts";
import type { Amount, Objective } from "../lab/lab.ts";
import type { Observation, ResolvedObjective } from "./evidence.ts";

/**
 * The lab's objectives with relative amounts made absolute, by the mean of what the baseline measured; before it has
 * been measured, by the mean over all runs, and before any run by 1.
 */
export function resolveObjectives(
  objectives: readonly Objective[],
  observations: readonly Observation[],
  baseline: Combination,
): readonly ResolvedObjective[] {
  const ofBaseline = observations.filter((o) => o.combination.every((level, j) => level === baseline[j]));
  return objectives.map((objective) => {
    const scale = Math.abs(meanOf(ofBaseline, objective.name) ?? meanOf(observations, objective.name) ?? 1);
    const absolute = (amount: Amount) => (amount.kind === "absolute" ? amount.value : amount.fraction * (scale || 1));
    return {
      name: objective.name,
      sign: objective.goal === "maximize" ? 1 : -1,
      matters: absolute(objective.matters),
      guardrail: objective.guardrail === null ? null : absolute(objective.guardrail),
      weight: objective.weight,
    };
  });
}

function meanOf(observations: readonly Observation[], objective: string): number | null {
  const values = observations.flatMap(({ outcomes }) => {
    const outcome = outcomes.get(objective);
    return outcome?.kind === "measured" ? [outcome.value] : [];
  });
  return values.length === 0 ? null : values.reduce((sum, x) => sum + x, 0) / values.length;
}
