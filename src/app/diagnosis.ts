import type { Report } from "../api/report.ts";
import type { Combination } from "../contribution/contribution.ts";
import type { Ensemble } from "../plan/belief.ts";
import { fitOf } from "../plan/fit.ts";
import { narrowingOf } from "../plan/narrowing.ts";
import { noiseParts } from "../plan/noise.ts";
import type { Knowledge } from "../plan/plan.ts";
import { levelId } from "../plan/space.ts";

/** What the report says of the model itself: whether it fits, and how it narrowed. */
export interface Diagnosis extends Pick<Report, "fit" | "narrowing"> {
  /** By objective. */
  readonly noiseParts: readonly Report["noise"][number]["parts"][];
}

export const noDiagnosis: Diagnosis = { fit: [], narrowing: [], noiseParts: [] };

/** Told how far a long look back over the runs has come. */
export type OnStep = (done: number, total: number) => void;

export function diagnose(knowledge: Knowledge, ensemble: Ensemble, set: Combination, onStep: OnStep): Diagnosis {
  const narrowing = narrowingOf(knowledge, ensemble, set, onStep);
  return {
    fit: fitOf(knowledge, ensemble),
    noiseParts: noiseParts(ensemble, knowledge.confidence).map((parts) =>
      parts.map(({ source, sd, draws }) => ({
        source: source.kind === "stages" ? { kind: "stages", stages: [...source.stages] } : source,
        sd,
        draws,
      })),
    ),
    narrowing: narrowing.map(({ runs, gain, doubt, doubts }) => ({
      runs,
      gain,
      doubt,
      doubts: doubts.map(({ level, sd }) => ({ level: levelId(knowledge.space, level), sd })),
    })),
  };
}
