import type { Report } from "../api/report.ts";
import { contextAgreements } from "../decision/elsewhere.ts";
import { persistenceOf } from "../decision/persistence.ts";
import type { Ensemble } from "../plan/belief.ts";
import type { Knowledge } from "../plan/plan.ts";
import type { Landing } from "../release/landing.ts";

/** What the report says of time: how far evidence from elsewhere agrees, and whether what landed still holds. */
export type Lasting = Pick<Report, "contexts" | "lasting">;

export const noLasting: Lasting = { contexts: [], lasting: [] };

/** @param reports of the landings, by number, where they are recorded: what each part was worth then */
export function lastingOf(
  knowledge: Knowledge,
  ensemble: Ensemble,
  landings: readonly Landing[],
  reports: ReadonlyMap<number, Report>,
): Lasting {
  return {
    contexts: contextAgreements(knowledge, ensemble).map(({ kind, levels, correlations, ranks }) => ({
      kind,
      levels: [...levels],
      correlations: [...correlations],
      ranks: [...ranks],
    })),
    lasting: persistenceOf(knowledge, ensemble).map(({ level, worth, state }) => {
      const landing = landings.findLast(({ added }) => added.includes(level))?.landing ?? null;
      const report = landing === null ? undefined : reports.get(landing);
      const verdict = report?.contributions.find((it) => it.level === level)?.verdict;
      const atLanding = verdict?.kind === "land" ? verdict.reason.inSet : null;
      return { level, landing, atLanding, now: worth, state };
    }),
  };
}
