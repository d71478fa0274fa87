import { combinationIds } from "../contribution/combination.ts";
import { steer } from "../decision/steer.ts";
import { readHistory } from "./history.ts";
import { knowledgeOf } from "./knowledge.ts";
import { steerRequest } from "./queue.ts";
import type { Session } from "./session.ts";
import { whySentence } from "./words.ts";

/** What would be run next, why and at what cost. Nothing runs, nothing is recorded. */
export interface PlanPreview {
  readonly lab: string;
  readonly scale: string;
  readonly state: "measuring" | "confirming" | "decided";
  readonly observations: number;
  readonly baseline: readonly string[];
  readonly recommended: readonly string[];
  readonly runs: readonly {
    readonly levels: readonly string[];
    readonly seed: number;
    readonly purpose: string;
    readonly why: string;
    /** Core-seconds, and what it would be without the cache; null before anything was measured. */
    readonly coreSeconds: number;
    readonly uncachedCoreSeconds: number | null;
  }[];
  /** Why no run is suggested; null when some are. */
  readonly stop: "decided" | "runs-spent" | null;
}

export async function previewPlan(session: Session, count: number): Promise<PlanPreview> {
  const history = await readHistory(session);
  const knowledge = knowledgeOf(session, history);
  const steering = steer(steerRequest(session, history, knowledge, count, session.loaded.lab.policy.budget.runs));
  return {
    lab: session.loaded.lab.name,
    scale: session.scale,
    state: steering.decision.state,
    observations: history.observations.length,
    baseline: combinationIds(session.loaded.space, session.loaded.baseline),
    recommended: combinationIds(session.loaded.space, steering.decision.recommended),
    runs: steering.suggestions.map((suggestion) => {
      const resolved = session.resolve(suggestion.combination);
      return {
        levels: combinationIds(session.loaded.space, suggestion.combination),
        seed: suggestion.seed,
        purpose: suggestion.purpose,
        why: whySentence(suggestion.why),
        coreSeconds: suggestion.cost,
        uncachedCoreSeconds: resolved.ok ? history.costs.uncached(resolved.value) : null,
      };
    }),
    stop: steering.stop?.kind ?? null,
  };
}
