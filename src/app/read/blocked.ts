import type { ContributionRow, ContributionState } from "../../api/contributions.ts";
import type { Clash, Obstacle } from "../../api/reasons.ts";
import { findLevel } from "../../contribution/combination.ts";
import type { FactorLevel } from "../../contribution/contribution.ts";
import type { Live } from "../live/live.ts";
import { contributionsFolder } from "../load.ts";
import { clashOf, failureOfRun } from "../reasons.ts";
import type { Session } from "../session.ts";
import type { Spent } from "./spent.ts";

interface Standing {
  readonly id: string;
  readonly state: ContributionState;
  readonly levels: readonly FactorLevel[];
  readonly verdicts: readonly ContributionRow["levels"][number]["verdict"][];
  readonly spent: Spent;
}

/** Why a contribution that is not decided does not move on by itself; null when nothing is in its way. */
export function obstacleOf({ live }: { readonly live: Live }, standing: Standing): Obstacle | null {
  const { id, state, levels, verdicts, spent } = standing;
  if (state !== "proposed" && state !== "measuring" && state !== "undecided") return null;
  const errors = live.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.some(({ path }) => isFileOf(path, id))) return { kind: "own-file" };
  const cannotRun = verdicts.find((verdict) => verdict.kind === "shelve" && verdict.reason.kind === "cannot-run");
  if (cannotRun?.kind === "shelve" && cannotRun.reason.kind === "cannot-run")
    return obstacleOfVerdict(cannotRun.reason);
  const clashes = levels.map((level) => unbuildable(live.session, level)).filter((clash) => clash !== null);
  const [clash] = clashes;
  if (clash !== undefined && clashes.length === levels.length) return { kind: "clash", clash };
  if (spent.runs === 0 && spent.lastFailed !== null)
    return { kind: "failed", failure: failureOfRun(spent.lastFailed.row) };
  if (errors.length > 0) return { kind: "lab-files" };
  return queueObstacle(live);
}

type CannotRun = Extract<Extract<Standing["verdicts"][number], { kind: "shelve" }>["reason"], { kind: "cannot-run" }>;

function obstacleOfVerdict({ because, failure = { kind: "told", sentence: because } }: CannotRun): Obstacle {
  return failure === null ? { kind: "clash", clash: { kind: "contradiction" } } : { kind: "failed", failure };
}

function isFileOf(path: string, id: string): boolean {
  return [`${contributionsFolder}/${id}.yaml`, `${contributionsFolder}/${id}.yml`].includes(path);
}

/** Why the baseline with this level cannot be built, unless it only needs what it requires. */
function unbuildable(session: Session, level: FactorLevel): Clash | null {
  const { space, baseline } = session.loaded;
  const at = findLevel(space, level.id);
  if (at === null || level.contribution.requires.length > 0) return null;
  const resolved = session.resolve(baseline.map((own, factor) => (factor === at.factor ? at.level : own)));
  return resolved.ok ? null : clashOf(resolved.error);
}

function queueObstacle(live: Live): Obstacle | null {
  const { state, rest } = live.queue();
  if (state === "paused" || state === "watching") return { kind: state };
  return rest === null ? null : { kind: "resting", rest };
}
