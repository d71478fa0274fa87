import type { Combination, Space } from "../contribution/contribution.ts";
import type { Observation, Purpose, ResolvedObjective } from "../evidence/evidence.ts";

/** Everything the planner and the decision know; both are pure functions of it. */
export interface Knowledge {
  readonly space: Space;
  /** The point of `space` that is the baseline now: what has landed. */
  readonly baseline: Combination;
  readonly objectives: readonly ResolvedObjective[];
  /** Of the context that decisions are about: the scale decided at, the lab as it is now. */
  readonly observations: readonly Observation[];
  /** Of the other contexts: they inform the model and nothing else. No search, confirmation or count of runs sees them. */
  readonly elsewhere: readonly Observation[];
  /** The contexts in which runs were made; level 0 of each is the one that decisions are about. Empty: all in that one. */
  readonly contexts: readonly Context[];
  /** The stages that draw random numbers, and the factors whose levels reach each: runs that agree there share its draw. */
  readonly seededStages: readonly { readonly stage: string; readonly reach: readonly number[] }[];
  /** Fraction, such as 0.9. */
  readonly confidence: number;
  readonly alpha: number;
  /** Combinations whose run crashed for good (no evidence about quality): never suggested again; reported as `cannot-run`. */
  readonly failed: readonly { readonly combination: Combination }[];
  /** Mean core-seconds of an uncached run, for what knowing would cost; null before the first run. */
  readonly meanRunCost: number | null;
  /**
   * Confirmations of this baseline use seeds from here on; confirmation runs with smaller seeds belong to earlier
   * landings and are ordinary evidence. 1001 before any landing, afterwards above every confirmation seed used so far.
   */
  readonly confirmSeed: number;
  /** Search runs made before this baseline landed: evidence like any other, but not what this search has spent. */
  readonly earlierSearches: number;
  /** Sets put to confirmation for other baselines, at other scales or for earlier states of the lab: they used the error budget. */
  readonly earlierTrials: { readonly tested: number; readonly landed: number };
}

/** What differs between runs beside combination and seed. */
export interface Context {
  readonly kind: "scale" | "epoch";
  /** Names; the deciding one first. */
  readonly levels: readonly string[];
}

/** Worth of a part at which keeping and dropping it err evenly between an effect of 0 and one of 1, in units of `matters`. */
export const keep = 0.5;

/** Where a lab that has landed nothing begins to confirm. */
export const firstConfirmSeed = 1001;

export interface PlanRequest {
  readonly knowledge: Knowledge;
  /** Runs asked for and not finished; the planner believes its own prediction of them. */
  readonly pending: readonly { readonly combination: Combination; readonly seed: number; readonly purpose: Purpose }[];
  /** How many suggestions are wanted. */
  readonly count: number;
  /** Core-seconds that a run would cost now, given what is cached and what is already on its way. */
  readonly cost: (combination: Combination, seed: number) => number;
  /** Whether the combination can be built at all (patches apply together); the space's own constraints are checked first. */
  readonly feasible: (combination: Combination) => boolean;
  /** Runs that the budget still allows; null: unbounded. Confirmation is kept in reserve. */
  readonly runsLeft: number | null;
  readonly explore: number;
  readonly seed: string;
}

export interface Suggestion {
  readonly combination: Combination;
  readonly seed: number;
  readonly purpose: Purpose;
  /** Core-seconds. */
  readonly cost: number;
  readonly why: Why;
}

/** Why a run is worth its cost: one sentence each in the CLI. */
export type Why =
  /** A person named the combination. */
  | { readonly kind: "asked" }
  | { readonly kind: "baseline" }
  | { readonly kind: "design" }
  /** Expected to beat the best so far by so much utility (units of `matters`). */
  | { readonly kind: "improve"; readonly expected: number; readonly differsBy: readonly string[] }
  /** A second seed of a combination, to quiet noise that matters for the choice. */
  | { readonly kind: "replicate"; readonly runs: number }
  | { readonly kind: "bold"; readonly level: string }
  | { readonly kind: "confirm"; readonly pair: number; readonly side: "baseline" | "recommended" }
  /** A set that a guardrail's margin is near, beside the baseline: can it be shown to hold? */
  | { readonly kind: "margin"; readonly side: "baseline" | "set" }
  /** A subset of a landing's parts: who carried its gain? */
  | { readonly kind: "audit"; readonly parts: number; readonly of: number }
  /** The recommended set without one part: is the part worth its keep? */
  | { readonly kind: "leave-out"; readonly level: string }
  /** After the decision: the recommended set with a level that never ran. */
  | { readonly kind: "first-look"; readonly level: string }
  /** The baseline without a part that landed before (or the baseline itself, to compare it with): does the part still hold? */
  | { readonly kind: "scrape"; readonly level: string };
