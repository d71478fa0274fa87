import type { Space } from "../contribution/contribution.ts";
import { resolveObjectives } from "../evidence/resolve.ts";
import { firstConfirmSeed, type Knowledge } from "../plan/plan.ts";
import type { History } from "./history.ts";
import type { Session } from "./session.ts";

/** What the planner and the decision may know: the lab as it stands and the evidence that counts. */
export function knowledgeOf(session: Session, history: History): Knowledge {
  const { lab, space, baseline } = session.loaded;
  const resolved = session.resolve(baseline);
  return {
    space,
    baseline,
    objectives: resolveObjectives(lab.objectives, history.observations, baseline),
    observations: history.observations,
    confidence: lab.policy.confidence,
    alpha: lab.policy.alpha,
    failed: history.failed,
    meanRunCost: resolved.ok ? history.costs.uncached(resolved.value) : null,
    confirmSeed: confirmSeedOf(session, history),
  };
}

/** Above every confirmation seed that was used before the last landing: a confirmation is always on fresh seeds. */
function confirmSeedOf(session: Session, history: History): number {
  const last = session.loaded.landings.at(-1);
  if (last === undefined) return firstConfirmSeed;
  const landedAt = Date.parse(last.at);
  const used = history.runs
    .filter((run) => run.row.purpose === "confirm" && run.row.createdAt <= landedAt)
    .map((run) => run.row.seed + 1);
  return Math.max(firstConfirmSeed, ...used);
}

export function levelCount(space: Space): number {
  return space.factors.reduce((sum, factor) => sum + factor.levels.length, 0);
}
