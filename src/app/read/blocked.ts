import type { ContributionRow, ContributionState } from "../../api/contributions.ts";
import { findLevel } from "../../contribution/combination.ts";
import type { FactorLevel } from "../../contribution/contribution.ts";
import { failureOf } from "../history.ts";
import type { Live } from "../live/live.ts";
import { contributionsFolder } from "../load.ts";
import type { Session } from "../session.ts";
import type { Spent } from "./spent.ts";

interface Standing {
  readonly id: string;
  readonly state: ContributionState;
  readonly levels: readonly FactorLevel[];
  readonly verdicts: readonly ContributionRow["levels"][number]["verdict"][];
  readonly spent: Spent;
}

/** Why a contribution that is not decided does not move on by itself, in a sentence; null when nothing is in its way. */
export function blockedBy({ live }: { readonly live: Live }, standing: Standing): string | null {
  const { id, state, levels, verdicts, spent } = standing;
  if (state !== "proposed" && state !== "measuring" && state !== "undecided") return null;
  const errors = live.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.some(({ path }) => isFileOf(path, id)))
    return "its file has errors, and what is shown is from before them";
  const cannotRun = verdicts.find((verdict) => verdict.kind === "shelve" && verdict.reason.kind === "cannot-run");
  if (cannotRun?.kind === "shelve" && cannotRun.reason.kind === "cannot-run") return cannotRun.reason.because;
  const impossible = levels.map((level) => unbuildable(live.session, level)).filter((message) => message !== null);
  if (levels.length > 0 && impossible.length === levels.length) return impossible[0] ?? null;
  if (spent.runs === 0 && spent.lastFailed !== null)
    return `every run that had it failed: ${failureOf(spent.lastFailed.row)}`;
  if (errors.length > 0) return "the lab's files have errors, and nothing is run until they are right";
  return queueBlock(live);
}

function isFileOf(path: string, id: string): boolean {
  return [`${contributionsFolder}/${id}.yaml`, `${contributionsFolder}/${id}.yml`].includes(path);
}

/** Why the baseline with this level cannot be built, unless it only needs what it requires. */
function unbuildable(session: Session, level: FactorLevel): string | null {
  const { space, baseline } = session.loaded;
  const at = findLevel(space, level.id);
  if (at === null || level.contribution.requires.length > 0) return null;
  const resolved = session.resolve(baseline.map((own, factor) => (factor === at.factor ? at.level : own)));
  return resolved.ok ? null : resolved.error.message;
}

function queueBlock(live: Live): string | null {
  const { state, because } = live.queue();
  switch (state) {
    case "working":
      return null;
    case "paused":
      return "the queue is paused";
    case "watching":
      return "this server was told not to run anything";
    case "resting":
      return because;
  }
}
