import type { Report } from "../../api/report.ts";
import { foldName } from "../../store/accounts.ts";
import type { Session } from "../session.ts";

/** Whether a name is one of a contribution's `by`: in whatever case it was typed. */
export function isAuthor(by: readonly string[], name: string): boolean {
  return by.some((author) => foldName(author) === foldName(name));
}

/** Whether all of a contribution is decided about by the report; null: there is none yet. */
export function isDecided(report: Report | null, contribution: string): boolean {
  const levels = report?.contributions.filter((level) => level.contribution === contribution) ?? [];
  const settled = levels.filter(
    ({ verdict }) => verdict.kind === "landed" || (report?.state === "decided" && verdict.kind !== "undecided"),
  );
  return levels.length > 0 && settled.length === levels.length;
}

/** Whether nobody but its authors may be told whose a contribution is. What has landed is told, and with it whose it is. */
export function isBlind({ loaded }: Pick<Session, "loaded">, report: Report | null, contribution: string): boolean {
  const hasLanded = loaded.landings.some(({ added }) => added.some((level) => level.split("=", 1)[0] === contribution));
  return loaded.lab.policy.blind && !hasLanded && !isDecided(report, contribution);
}
