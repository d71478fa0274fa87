import type { Combination } from "../contribution/contribution.ts";

/** What one run said about one objective. A diverged run is evidence (worse than the worst finite value), not a gap. */
export type Outcome =
  | {
      readonly kind: "measured";
      /** In the objective's own unit and sign. */
      readonly value: number;
      /** Standard error of `value` from its items, of the part that other runs on the same items do not share; null where there are none. */
      readonly samplingError: number | null;
    }
  | { readonly kind: "diverged" };

/** Why a run was made. Only confirmation runs are used to confirm, only they and audits to quote sizes. */
export type Purpose = "search" | "confirm" | "audit";

/** One finished run as the statistics see it. */
export interface Observation {
  readonly run: string;
  readonly combination: Combination;
  /** Runs with the same seed are paired: every stage they share has the same random numbers. */
  readonly seed: number;
  readonly purpose: Purpose;
  /** Level of each of the knowledge's contexts; empty where there are none. */
  readonly context: readonly number[];
  /** By objective name; an objective that is absent was not measured. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

/** An objective with its amounts in absolute terms: what the model and the decision work with. */
export interface ResolvedObjective {
  readonly name: string;
  /** +1 when larger is better, −1 when smaller is. */
  readonly sign: 1 | -1;
  /** δ, in the objective's unit, > 0. */
  readonly matters: number;
  /** g, in the objective's unit, > 0; null: not guarded. */
  readonly guardrail: number | null;
  readonly weight: number;
}

/** Centre and bounds of a credible interval at the policy's confidence. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}
