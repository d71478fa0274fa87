import type { Space } from "../contribution/contribution.ts";
import { resolveObjectives } from "../evidence/resolve.ts";
import { firstConfirmSeed, type Knowledge } from "../plan/plan.ts";
import type { History, PastRun } from "./history.ts";
import { seededStagesOf } from "./reach.ts";
import type { Session } from "./session.ts";
import { earlierTrials } from "./trials.ts";

/** What the planner and the decision may know: the lab as it stands and the evidence that counts. */
export function knowledgeOf(session: Session, history: History): Knowledge {
  const { lab, space, baseline } = session.loaded;
  const resolved = session.resolve(baseline);
  return {
    space,
    baseline,
    objectives: resolveObjectives(lab.objectives, history.observations, baseline),
    observations: history.observations,
    elsewhere: history.elsewhere,
    contexts: history.contexts,
    seededStages: seededStages(session),
    confidence: lab.policy.confidence,
    alpha: lab.policy.alpha,
    failed: history.failed,
    meanRunCost: resolved.ok ? history.costs.uncached(resolved.value) : null,
    confirmSeed: confirmSeedOf(session, history),
    earlierSearches: runsBeforeLanding(session, history).filter(
      ({ row, current }) => row.purpose === "search" && row.state === "done" && current,
    ).length,
    earlierTrials: earlierTrials(session.loaded.landings, history),
  };
}

const remembered = new WeakMap<Session, Knowledge["seededStages"]>();

/** Walking the recipe with every level takes a while, and a session's lab never changes. */
function seededStages(session: Session): Knowledge["seededStages"] {
  const known = remembered.get(session);
  if (known !== undefined) return known;
  const { space, baseline } = session.loaded;
  const found = seededStagesOf(space, baseline, (combination) => {
    const resolved = session.resolve(combination);
    return resolved.ok ? resolved.value : null;
  });
  remembered.set(session, found);
  return found;
}

/** Made for the landings so far; none before the first. */
function runsBeforeLanding(session: Session, history: History): readonly PastRun[] {
  const last = session.loaded.landings.at(-1);
  if (last === undefined) return [];
  const landedAt = Date.parse(last.at);
  return history.runs.filter((run) => run.row.createdAt <= landedAt);
}

/** Above every confirmation seed that was used before the last landing: a confirmation is always on fresh seeds. */
function confirmSeedOf(session: Session, history: History): number {
  const used = runsBeforeLanding(session, history)
    .filter((run) => run.row.purpose === "confirm")
    .map((run) => run.row.seed + 1);
  return Math.max(firstConfirmSeed, ...used);
}

export function levelCount(space: Space): number {
  return space.factors.reduce((sum, factor) => sum + factor.levels.length, 0);
}
