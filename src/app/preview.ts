import type { RunReason } from "../api/reasons.ts";
import { english } from "../api/words.ts";
import { combinationIds } from "../contribution/combination.ts";
import type { Steering } from "../decision/decision.ts";
import { steer } from "../decision/steer.ts";
import { type Telling, tellingsOf } from "../plan/information.ts";
import type { Knowledge, PlanRequest, Suggestion } from "../plan/plan.ts";
import { levelId } from "../plan/space.ts";
import { type History, readHistory } from "./history.ts";
import { knowledgeOf } from "./knowledge.ts";
import { steerRequest } from "./queue.ts";
import { reasonOf } from "./reasons.ts";
import type { Session } from "./session.ts";
import { questionWords } from "./words.ts";

/** What would be run next, why and at what cost. Nothing runs, nothing is recorded. */
export interface PlanPreview {
  readonly lab: string;
  readonly scale: string;
  readonly state: "measuring" | "confirming" | "decided";
  readonly observations: number;
  readonly baseline: readonly string[];
  readonly recommended: readonly string[];
  readonly runs: readonly PreviewedRun[];
  /** What a decision takes from here, at most and whatever the budget. */
  readonly toGo: {
    readonly runs: number;
    /** By what runs have cost so far; null before the first. */
    readonly coreSeconds: number | null;
    /** Runs that the policy's budget still allows; null: any number. */
    readonly allowed: number | null;
  };
  /** Why no run is suggested; null when some are. */
  readonly stop: "decided" | "runs-spent" | "exhausted" | null;
}

export interface PreviewedRun {
  readonly levels: readonly string[];
  readonly seed: number;
  readonly purpose: string;
  readonly why: string;
  readonly reason: RunReason;
  /** The question of which the run tells most; null where there is none to speak of. */
  readonly tells: {
    /** What one level does in the recommended set, which of two does more, or what the set gains. */
    readonly about: "level" | "order" | "set";
    readonly levels: readonly string[];
    /** `to tell rotary and bpe apart` */
    readonly question: string;
    readonly nats: number;
    /** sd of the answer before and after, in units of utility. */
    readonly before: number;
    readonly after: number;
  } | null;
  /** Core-seconds of the stages that are not cached, and of all of them; null before anything was measured. */
  readonly coreSeconds: number;
  readonly uncachedCoreSeconds: number | null;
}

export async function previewPlan(session: Session, count: number): Promise<PlanPreview> {
  const history = await readHistory(session);
  const knowledge = knowledgeOf(session, history);
  const allowed = runsAllowed(session, history);
  const request = steerRequest(session, history, knowledge, count, allowed);
  const steering = steer(request);
  const { baseline, space, lab } = session.loaded;
  const tellings = tellingsOfSteering(request, steering);
  return {
    lab: lab.name,
    scale: session.scale,
    state: steering.decision.state,
    observations: history.observations.length,
    baseline: combinationIds(space, baseline),
    recommended: combinationIds(space, steering.decision.recommended),
    runs: steering.suggestions.map((suggestion, i) =>
      previewRun(session, history, knowledge, suggestion, tellings[i] ?? null),
    ),
    toGo: { runs: steering.toGo, coreSeconds: costToGo(history, knowledge, steering), allowed },
    stop: steering.stop?.kind ?? null,
  };
}

/** Of the policy's budget, after what this baseline's search has spent. */
function runsAllowed({ loaded }: Session, history: History): number | null {
  const { runs } = loaded.lab.policy.budget;
  if (runs === null) return null;
  const since = Date.parse(loaded.landings.at(-1)?.at ?? new Date(0).toISOString());
  return Math.max(0, runs - history.runs.filter(({ row }) => row.state === "done" && row.createdAt >= since).length);
}

function tellingsOfSteering({ knowledge, pending }: PlanRequest, steering: Steering): (Telling | null)[] {
  if (steering.suggestions.length === 0) return [];
  const { ensemble, decision, suggestions } = steering;
  return tellingsOf(knowledge, ensemble, decision.recommended, pending, suggestions);
}

function previewRun(
  session: Session,
  history: History,
  { space }: Knowledge,
  { combination, seed, purpose, cost, why }: Suggestion,
  telling: Telling | null,
): PreviewedRun {
  const resolved = session.resolve(combination);
  return {
    levels: combinationIds(space, combination),
    seed,
    purpose,
    why: english.run(why),
    reason: reasonOf({ ...why }),
    // Of the baseline's first run everything hangs alike.
    tells: telling === null || why.kind === "baseline" ? null : tellsOf(space, telling),
    coreSeconds: cost,
    uncachedCoreSeconds: resolved.ok ? history.costs.uncached(resolved.value) : null,
  };
}

function tellsOf(space: Knowledge["space"], { subject, nats, before, after }: Telling): PreviewedRun["tells"] {
  const refs = subject.kind === "set" ? [] : subject.kind === "level" ? [subject.level] : subject.levels;
  const levels = refs.map((ref) => levelId(space, ref));
  return { about: subject.kind, levels, question: questionWords(subject.kind, levels), nats, before, after };
}

/** Searches cost what runs have cost so far, what the cache spares included; confirmations, on fresh seeds, whole runs. */
function costToGo(history: History, knowledge: Knowledge, { decision, toGo }: Steering): number | null {
  const done = history.runs.filter(({ row }) => row.state === "done");
  if (done.length === 0) return null;
  const mean = done.reduce((total, { row }) => total + row.coreSeconds, 0) / done.length;
  return toGo * (decision.state === "confirming" ? (knowledge.meanRunCost ?? mean) : mean);
}
