/**
 * What a search method is to the referee: it is told of a problem, asks for runs, is told their results, and can be asked
 * at any time what it would land. The baseline's run with seed 1 is made first and told to every method; it counts.
 */
import type { Combination } from "../../src/contribution/contribution.ts";
import type { ResolvedObjective } from "../../src/evidence/evidence.ts";

/** What every method is told of a problem, and no more. */
export interface Problem {
  /** Levels of each factor; a combination is one level a factor; level 0 is the baseline's, so the baseline is all zeros. */
  readonly levels: readonly number[];
  /** Cheap; true for the baseline. */
  readonly feasible: (x: Combination) => boolean;
  readonly objectives: readonly ResolvedObjective[];
  /** Cost of a run of x with this seed now, given what earlier asked runs have cached. 1 where the pipeline is not staged. */
  readonly cost: (x: Combination, seed: number) => number;
  /** How many runs may be asked for before results are told: 1 (sequential) to 16. */
  readonly batch: number;
}

export interface Ask {
  readonly x: Combination;
  readonly seed: number;
}

/** A method in play. Told one finished run at a time; asked for the next batch; may be asked what it would land after any tell. */
export interface Player {
  /** 1..count runs; must always give at least one (a repeat with a new seed if nothing else). */
  readonly ask: (count: number) => readonly Ask[];
  /** y: one value an objective, in the objective's own sign and unit; NaN: diverged. */
  readonly tell: (ask: Ask, y: readonly number[]) => void;
  readonly recommend: () => Combination;
}

export interface Method {
  readonly name: string;
  readonly start: (problem: Problem, seed: string) => Player;
}
