import type { Report } from "../../api/report.ts";
import type { Actor } from "../actor.ts";
import { isAuthor } from "../people/blind.ts";
import { changeLines } from "../report.ts";
import type { Session } from "../session.ts";

/** A report as the actor sees it: with their own name beside what they have proposed, which is hidden from all others. */
export function seenReport({ loaded }: Session, actor: Pick<Actor, "name">, report: Report): Report {
  const levels = new Map(loaded.space.factors.flatMap((factor) => factor.levels).map((level) => [level.id, level]));
  const contributions = report.contributions.map((row) => {
    const level = levels.get(row.level);
    if (level === undefined || row.by.length > 0 || !isAuthor(level.contribution.by, actor.name)) return row;
    return { ...row, by: [...level.contribution.by], change: changeLines(loaded.lab, level) };
  });
  return { ...report, contributions };
}
