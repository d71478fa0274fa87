import { z } from "zod";
import type { Trials } from "../decision/budget.ts";
import type { Landing } from "../release/landing.ts";
import type { RunRow } from "../store/store.ts";
import type { History } from "./history.ts";

const candidateSide = z.object({ kind: z.literal("confirm"), side: z.literal("recommended") });

/**
 * The sets that used the lab's error budget beside those of this search: each counts once for every baseline, scale and
 * state of the lab that it was put to confirmation at. From the record; where there is none (a fresh clone), from what
 * the newest landing says of it.
 */
export function earlierTrials(landings: readonly Landing[], history: Pick<History, "runs" | "rows">): Trials {
  const landedAt = landings.map(({ at }) => Date.parse(at));
  const current = new Set(history.runs.flatMap((run) => (run.current ? [run.row.id] : [])));
  const [before, since] = [new Set<string>(), new Set<string>()];
  for (const row of history.rows) {
    if (!isOfCandidate(row)) continue;
    const baseline = landedAt.filter((at) => at < row.createdAt).length;
    const trial = `${baseline}/${row.scale}/${row.recipeDigest}`;
    if (baseline < landings.length) before.add(trial);
    else if (!current.has(row.id)) since.add(trial);
  }
  const recorded = landings.at(-1)?.confirmation.candidate ?? landings.length;
  return { tested: Math.max(before.size, recorded) + since.size, landed: landings.length };
}

/** A finished run of a set under confirmation; its partner is the baseline's. */
function isOfCandidate({ purpose, state, why }: RunRow): boolean {
  return purpose === "confirm" && state === "done" && candidateSide.safeParse(why).success;
}
