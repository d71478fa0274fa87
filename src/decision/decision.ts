import type { Combination, LevelId } from "../contribution/contribution.ts";
import type { Interval } from "../evidence/evidence.ts";
import type { Ensemble } from "../plan/belief.ts";
import type { Suggestion } from "../plan/plan.ts";

/** What `decide` needs to know beside the evidence. */
export interface DecideOptions {
  /** sketch: point estimates, no effects or points, enough to steer by (some 100 ms). full: what people are shown. */
  readonly detail: "sketch" | "full";
  /** Runs that the budget still allows; null: unbounded. Decides, as in the planner, when the search must end. */
  readonly runsLeft: number | null;
}

/** What `steer` says: the decision as it stands, what to run next, and whether to go on. */
export interface Steering {
  /** A sketch: no effects, interactions or points. */
  readonly decision: Decision;
  /** What it was steered by. */
  readonly ensemble: Ensemble;
  /** Empty while it waits for pending runs, and when it stops. */
  readonly suggestions: readonly Suggestion[];
  /** Runs, suggestions among them, that a decision takes at most as things stand, whatever the budget. */
  readonly toGo: number;
  /**
   * decided: more runs are not expected to change it. runs-spent: what is left cannot buy what is missing. exhausted:
   * nothing that could be run would tell more.
   */
  readonly stop: { readonly kind: "decided" | "runs-spent" | "exhausted" } | null;
}

/** What the evidence says now. Pure function of the same `Knowledge` the planner has. */
export interface Decision {
  readonly state: DecisionState;
  readonly baseline: Combination;
  /** The set that would land; equal to the baseline when nothing is better. */
  readonly recommended: Combination;
  readonly set: SetVerdict;
  /** One a level of the space that is not in the baseline, in the space's order. */
  readonly verdicts: readonly Verdict[];
  readonly effects: readonly Effect[];
  readonly interactions: readonly Interaction[];
  readonly noise: readonly Noise[];
  /** Every distinct combination that was run, with the model's belief about it; for the Pareto front. */
  readonly points: readonly Point[];
  /** Only once a set is confirmed. */
  readonly credit: readonly Credit[];
  readonly errorBudget: ErrorBudget;
}

/** Over the lab's life. */
export interface ErrorBudget {
  /** Sets put to confirmation, those of this search among them. */
  readonly tested: number;
  readonly landed: number;
  /** E that the next one must reach, this one's landing counted if it is confirmed. */
  readonly asked: number;
}

/**
 * measuring   the search still learns: more runs may change the recommendation
 * confirming  a set is recommended; fresh paired seeds are being run to confirm it
 * decided     every level has a verdict that more runs are not expected to change
 */
export type DecisionState = "measuring" | "confirming" | "decided";

export interface SetVerdict {
  /** Gain in utility (units of `matters`, larger is better) of the recommended set over the baseline, by the search's model. */
  readonly utility: Interval;
  readonly objectives: readonly ObjectiveGain[];
  readonly confirmation: Confirmation | null;
}

export interface ObjectiveGain {
  readonly objective: string;
  /** In the objective's own unit and sign: recommended minus baseline. */
  readonly difference: Interval;
  /** P(not worse than the baseline by more than the guardrail); null: not guarded. */
  readonly guardrail: { readonly margin: number; readonly probability: number } | null;
}

/** The anytime-valid test on fresh paired seeds (t e-process). */
export interface Confirmation {
  readonly pairs: number;
  /** Lands when every one reaches `threshold` = 1/α_t, what the lab's error budget leaves this set (budget.ts). */
  readonly threshold: number;
  /** For the utility (objective null) and for each guarded objective, shifted by its margin. */
  readonly tests: readonly {
    readonly objective: string | null;
    readonly e: number;
    /** Mean paired difference with its interval at the policy's confidence; the utility's in units of `matters`. */
    readonly difference: Interval;
  }[];
  /** futile: the set is given up, the next best is recommended or none. */
  readonly outcome: "pending" | "confirmed" | "futile";
}

export type Verdict =
  | { readonly kind: "land"; readonly level: LevelId; readonly reason: LandReason }
  | { readonly kind: "shelve"; readonly level: LevelId; readonly reason: ShelveReason }
  | {
      readonly kind: "undecided";
      readonly level: LevelId;
      readonly reason: UndecidedReason;
      readonly costToKnow: { readonly runs: number; readonly coreSeconds: number };
    };

/** Utility throughout, in units of `matters`; positive is better. */
export interface LandReason {
  readonly inSet: Interval;
  readonly alone: Interval;
  /** Levels of the set it works with (interaction surely > 0) and those it overlaps with (surely < 0). */
  readonly worksWith: readonly LevelId[];
  readonly overlapsWith: readonly LevelId[];
}

export type ShelveReason =
  | { readonly kind: "superseded"; readonly by: LevelId; readonly inSet: Interval }
  | { readonly kind: "harms"; readonly objective: string; readonly difference: Interval; readonly guardrail: boolean }
  /** The whole interval lies within ±1 matters, or below. */
  | { readonly kind: "no-effect"; readonly inSet: Interval; readonly alone: Interval }
  | { readonly kind: "hurts"; readonly inSet: Interval; readonly alone: Interval }
  | { readonly kind: "only-with"; readonly other: LevelId; readonly inSet: Interval }
  | { readonly kind: "diverges"; readonly runs: number; readonly of: number }
  /** crash: the first that it was in, by its place in `failed` of what is known; null: no combination can have it. */
  | { readonly kind: "cannot-run"; readonly crash: number | null };

export type UndecidedReason =
  | { readonly kind: "unmeasured" }
  | { readonly kind: "noisy"; readonly inSet: Interval; readonly alone: Interval }
  | { readonly kind: "unconfirmed" }
  | { readonly kind: "guardrail-unsure"; readonly objective: string; readonly probability: number };

/** from the baseline · left out of, or added to, the recommended set · averaged over the space */
export type Sense = "alone" | "in-set" | "on-average";

export interface Effect {
  readonly level: LevelId;
  /** null: the utility. */
  readonly objective: string | null;
  readonly sense: Sense;
  /** In the objective's own unit and sign (the utility: larger is better). */
  readonly estimate: Interval;
}

/** f(11) − f(10) − f(01) + f(00). */
export interface Interaction {
  readonly a: LevelId;
  readonly b: LevelId;
  readonly objective: string | null;
  readonly sense: Sense;
  readonly estimate: Interval;
}

export interface Noise {
  readonly objective: string;
  /** sd of a single run, from the model. */
  readonly sd: number;
  /** Mean standard error from items, where there are items. */
  readonly sampling: number | null;
}

export interface Point {
  readonly combination: Combination;
  readonly runs: number;
  readonly values: readonly { readonly objective: string; readonly estimate: Interval }[];
  readonly utility: Interval;
  readonly onFront: boolean;
}

/** Shapley share of the landed set's gain in utility; the shares' means add up to the gain. */
export interface Credit {
  /** `−id` where taking the level out is what gained. */
  readonly level: LevelId;
  readonly share: Interval;
}
