/**
 * A world: a problem with its truth, which only the referee sees.
 *
 * Notation: `b` the baseline, `G(x) = U(x) − U(b)` the true gain in utility. The fraction of the oracle's gain is
 * `G(x) / G(best feasible)`, clipped to at least −1; a combination that breaks a guardrail scores 0, one that diverges −1,
 * and where there is nothing to gain every one scores 0.
 */
import type { Combination } from "../../src/contribution/contribution.ts";
import type { ResolvedObjective } from "../../src/evidence/evidence.ts";
import type { Pipeline } from "./pipeline.ts";

export interface World {
  /** Names its random numbers too. */
  readonly label: string;
  readonly levels: readonly number[];
  readonly objectives: readonly ResolvedObjective[];
  readonly feasible: (x: Combination) => boolean;
  /** The result of a run, one value an objective in its own sign and unit; NaN: diverged. A function of x and the seed. */
  readonly measure: (x: Combination, seed: number) => readonly number[];
  readonly judge: (x: Combination) => Judgement;
  /** null: every run costs 1. */
  readonly pipeline: Pipeline | null;
}

/** What landing a combination would be. */
export interface Judgement {
  /** Of the oracle's gain. */
  readonly fraction: number;
  /** Whether a guardrail is broken, in truth. */
  readonly violates: boolean;
  /** Whether it is another combination than the baseline. */
  readonly lands: boolean;
  /** Whether it lands without any true gain. */
  readonly falsely: boolean;
}

export interface WorldOptions {
  /** Names every random number. */
  readonly seed: string;
  readonly repeat: number;
  /** A random pair of levels gives NaN. */
  readonly diverge: boolean;
}

/** A single run's sd over the rms main effect, or the table's own noise. */
export type Kappa = number | "native";

/** `gain` and `most` (the oracle's) in utility; NaN: diverges. */
export function judge(x: Combination, gain: number, most: number, violates: boolean): Judgement {
  const lands = x.some((level) => level !== 0);
  const fraction = Number.isNaN(gain) ? -1 : violates || !(most > 0) ? 0 : Math.max(-1, gain / most);
  return { fraction, violates, lands, falsely: lands && !(gain > 0) };
}
