/**
 * What a peer knows: the runs it was told of, as one scalar a combination, and the runs it waits for.
 *
 * Notation: `x` a combination told `f` finite and `d` diverged runs of; `s(x)` the score of the mean of the finite ones;
 * `w` the worst s seen, `B` the best. A diverged run counts as `w − (B − w)/10`, so below everything that finished, and
 * `value(x) = (f s(x) + d (w − (B − w)/10)) / (f + d)`. `u` a finite run's score with guardrails set aside.
 */
import type { Combination } from "../../../src/contribution/contribution.ts";
import { argmax } from "../../../src/math/vector.ts";
import { combinationKey } from "../../../src/plan/space.ts";
import type { Ask, Problem } from "../method.ts";
import { scoreOf } from "../score.ts";

/** All runs of one combination. */
export interface Sample {
  readonly x: Combination;
  /** Mean score; finite. */
  readonly value: number;
  /** Runs that `value` is the mean of, ≥ 1. */
  readonly count: number;
  /** Finite runs, and the sum of squares of their u about its mean. */
  readonly finite: number;
  readonly scatter: number;
}

export interface Runs {
  /** Every combination told of, in the order in which they were first told. */
  readonly samples: () => readonly Sample[];
  readonly sampleOf: (x: Combination) => Sample | undefined;
  /** The told combination with the best value. */
  readonly best: () => Sample;
  /** Combinations asked for and not told of yet; a combination as often as it is awaited. */
  readonly pending: () => readonly Combination[];
  /** Whether no run of x was asked for or told of. */
  readonly isNew: (x: Combination) => boolean;
  /** A run of x with the first seed that x has not had; pending from now on. */
  readonly plan: (x: Combination) => Ask;
  readonly tell: (ask: Ask, y: readonly number[]) => void;
  /** The score of a single run; −∞ where it diverged. */
  readonly single: (y: readonly number[]) => number;
}

interface Told {
  readonly x: Combination;
  readonly finite: (readonly number[])[];
  diverged: number;
}

export const baselineOf = ({ levels }: Problem): Combination => levels.map(() => 0);

export function createRuns(problem: Problem): Runs {
  const told = new Map<string, Told>();
  const waiting = new Map<string, Ask>();
  const seeds = new Map<string, number>();
  const baseline = baselineOf(problem);
  let summary: ReadonlyMap<string, Sample> = new Map();
  const unguarded = { objectives: problem.objectives.map((objective) => ({ ...objective, guardrail: null })) };

  /** The baseline's told means, against which scores are made; 0 where it has none. */
  const reference = (): readonly number[] => {
    const runs = told.get(combinationKey(baseline))?.finite ?? [];
    return problem.objectives.map((_, m) => (runs.length === 0 ? 0 : meanOf(runs, m)));
  };

  const scores = (x: Combination): Sample => {
    const sample = summary.get(combinationKey(x));
    if (sample === undefined) throw new Error("a peer was asked before it was told of the baseline");
    return sample;
  };

  return {
    samples: () => [...summary.values()],
    sampleOf: (x) => summary.get(combinationKey(x)),
    best: () => argmax(summary.values(), ({ value }) => value) ?? scores(baseline),
    pending: () => [...waiting.values()].map(({ x }) => x),
    isNew: (x) => !seeds.has(combinationKey(x)),
    plan: (x) => {
      const key = combinationKey(x);
      const ask = { x, seed: (seeds.get(key) ?? 0) + 1 };
      seeds.set(key, ask.seed);
      waiting.set(runKey(ask), ask);
      return ask;
    },
    tell: (ask, y) => {
      const key = combinationKey(ask.x);
      waiting.delete(runKey(ask));
      seeds.set(key, Math.max(seeds.get(key) ?? 0, ask.seed));
      const entry = told.get(key) ?? { x: ask.x, finite: [], diverged: 0 };
      told.set(key, entry);
      if (y.every(Number.isFinite)) entry.finite.push(y);
      else entry.diverged++;
      summary = summarise(problem, unguarded, told, reference());
    },
    single: (y) => {
      const score = scoreOf(problem, y, reference());
      return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
    },
  };
}

export const runKey = ({ x, seed }: Ask): string => `${combinationKey(x)}#${seed}`;

function meanOf(runs: readonly (readonly number[])[], m: number): number {
  return runs.reduce((total, y) => total + (y[m] ?? Number.NaN), 0) / runs.length;
}

function scatterOf(values: readonly number[]): number {
  const centre = values.reduce((total, value) => total + value / values.length, 0);
  return values.reduce((total, value) => total + (value - centre) ** 2, 0);
}

/** The pooled sd of a single run about its combination's mean; null when nothing was repeated. */
export function replicateSd(samples: readonly Sample[]): number | null {
  const freedom = samples.reduce((total, { finite }) => total + Math.max(0, finite - 1), 0);
  return freedom === 0 ? null : Math.sqrt(samples.reduce((total, { scatter }) => total + scatter, 0) / freedom);
}

type Scored = Pick<Problem, "objectives">;

function summarise(
  problem: Scored,
  unguarded: Scored,
  told: ReadonlyMap<string, Told>,
  reference: readonly number[],
): ReadonlyMap<string, Sample> {
  const scores = new Map<string, number>();
  for (const [key, { finite }] of told) {
    if (finite.length === 0) continue;
    const means = problem.objectives.map((_, m) => meanOf(finite, m));
    scores.set(key, scoreOf(problem, means, reference));
  }
  const all = scores.size === 0 ? [0] : [...scores.values()];
  const worst = all.reduce((low, s) => Math.min(low, s));
  const diverged = worst - 0.1 * (all.reduce((high, s) => Math.max(high, s)) - worst);
  const out = new Map<string, Sample>();
  for (const [key, entry] of told) {
    const count = entry.finite.length + entry.diverged;
    const finite = entry.finite.length;
    const value = (finite * (scores.get(key) ?? 0) + entry.diverged * diverged) / count;
    const scatter = scatterOf(entry.finite.map((y) => scoreOf(unguarded, y, reference)));
    out.set(key, { x: entry.x, value, count, finite, scatter });
  }
  return out;
}
