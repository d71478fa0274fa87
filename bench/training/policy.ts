import type { Combination, LevelRef, Space } from "../../src/contribution/contribution.ts";
import type { Observation, Purpose, ResolvedObjective } from "../../src/evidence/evidence.ts";
import { resolveObjectives } from "../../src/evidence/resolve.ts";
import type { Objective } from "../../src/lab/lab.ts";
import { levelsOf, stepOf } from "../../src/plan/space.ts";

/**
 * A way to spend a budget of core-seconds on finding a set that is worth landing. It asks for one run at a time, and with
 * each says what it would land if there were no more; it is answered by what the run said, null when it crashed.
 */
export type Policy = Generator<Step, Named, Observation | null>;

export interface Step {
  readonly combination: Combination;
  /** From 1, or from the planner's first confirmation seed. Runs of one seed are paired. */
  readonly seed: number;
  readonly purpose: Purpose;
  readonly named: Named;
}

/** The set that a policy would land. */
export interface Named {
  readonly combination: Combination;
  /** Whether its own test on fresh seeds says that it is better; null: the policy has no such test. */
  readonly confirmed: boolean | null;
}

/** What every policy may know before it runs anything. */
export interface Ground {
  readonly space: Space;
  readonly baseline: Combination;
  readonly objectives: readonly Objective[];
  /** Whether patches apply together. */
  readonly buildable: (x: Combination) => boolean;
  /** Shuffles the levels that the baseline has not: every repeat has an order of its own. */
  readonly shuffle: (levels: readonly LevelRef[]) => readonly LevelRef[];
}

/** A single run beside the baseline's run on the same seed. */
export interface Score {
  /** Units of `matters`, larger is better; −∞ where a weighted objective diverged. */
  readonly utility: number;
  /** Whether no guarded objective is worse by more than its margin. */
  readonly holds: boolean;
}

export const baselineScore: Score = { utility: 0, holds: true };
const crashed: Score = { utility: Number.NEGATIVE_INFINITY, holds: false };

export function scoreOf(objectives: readonly Objective[], run: Observation, baseline: Observation): Score {
  const resolved = resolveObjectives(objectives, [baseline], baseline.combination);
  let utility = 0;
  let holds = true;
  for (const objective of resolved) {
    const gain = gainOf(objective, run, baseline);
    if (objective.weight !== 0) utility += (objective.weight * gain) / objective.matters;
    if (objective.guardrail !== null && gain < -objective.guardrail) holds = false;
  }
  return { utility, holds };
}

/** Turned so that larger is better; −∞ where the run has no finite value. @throws Error where the baseline has none. */
function gainOf({ name, sign }: ResolvedObjective, run: Observation, baseline: Observation): number {
  const [mine, other] = [run.outcomes.get(name), baseline.outcomes.get(name)];
  if (other?.kind !== "measured")
    throw new Error(`the baseline's ${name} is not finite: nothing can be compared with it`);
  return mine?.kind === "measured" ? sign * (mine.value - other.value) : Number.NEGATIVE_INFINITY;
}

/** A set that holds every guardrail is better than one that does not. */
export function isBetter(a: Score, b: Score): boolean {
  return a.holds === b.holds ? a.utility > b.utility : a.holds;
}

type Asking<T> = Generator<Step, T, Observation | null>;

/** @throws Error when the baseline crashes. */
export function* baselineOn({ baseline }: Ground, seed: number, named: Named): Asking<Observation> {
  const run = yield { combination: baseline, seed, purpose: "search", named };
  if (run === null) throw new Error(`the baseline does not run on seed ${seed}`);
  return run;
}

/** One run of `x`, scored against `reference`, the baseline's run on the same seed. */
export function* scoreOn(ground: Ground, x: Combination, reference: Observation, named: Named): Asking<Score> {
  const run = yield { combination: x, seed: reference.seed, purpose: "search", named };
  return run === null ? crashed : scoreOf(ground.objectives, run, reference);
}

/** Of a policy that does not test what it lands. */
export function untested(combination: Combination): Named {
  return { combination, confirmed: null };
}

/** Every level that the baseline has not. */
export function openLevels({ space, baseline }: Ground): LevelRef[] {
  return levelsOf(space).filter((ref) => baseline[ref.factor] !== ref.level);
}

/** `x` with the level if it is not in, without it if it is; null when no such set is allowed and can be built. */
export function toggled(ground: Ground, x: Combination, ref: LevelRef): Combination | null {
  const step = stepOf(ground, x, ref);
  if (step === null) return null;
  const other = x[ref.factor] === ref.level ? step.without : step.within;
  return ground.buildable(other) ? other : null;
}
