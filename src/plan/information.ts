/**
 * What a run tells, in words that a person can weigh against its cost.
 *
 * Notation: R the recommended set, b the baseline; `e_j` what level j does to the utility in R (left out where it is in,
 * added where it is not), `e_j − e_k` the order of two levels, `U(R) − U(b)` the gain of the set: each a functional φ.
 * y_m is what the run would give on objective m, a_m the objective's weight in utility. Given the hyper-parameters all are
 * jointly normal and objectives independent, so that the run takes the variance of φ from
 *   V = Σ_m a_m² var φ_m  to  V − Σ_m a_m² cov(φ_m, y_m)² / var y_m,
 * and tells `½ log(before / after)` nats of φ: the mutual information between the two. Over an ensemble the mean is taken.
 * Of the questions that are open (P(φ > 0) neither near 0 nor near 1) the one is named of which the run tells most; orders are
 * asked among the levels of which it tells most alone.
 */
import type { Combination, LevelRef } from "../contribution/contribution.ts";
import type { Purpose } from "../evidence/evidence.ts";
import { normalCdf } from "../math/normal.ts";
import { argmax, at, dot, mean } from "../math/vector.ts";
import { type Belief, believeCombination, type Ensemble } from "./belief.ts";
import { difference, type Functional, point } from "./functional.ts";
import { priorCovariance, project, projectShared, runVariance } from "./model.ts";
import type { Knowledge } from "./plan.ts";
import { hamming, hasLevel, levelsOf, stepOf } from "./space.ts";

export type Subject =
  /** What the level does in the recommended set. */
  | { readonly kind: "level"; readonly level: LevelRef }
  /** Which of two levels does more. */
  | { readonly kind: "order"; readonly levels: readonly [LevelRef, LevelRef] }
  /** What the recommended set gains over the baseline. */
  | { readonly kind: "set" };

export interface Telling {
  readonly subject: Subject;
  readonly nats: number;
  /** sd of the subject before and after the run, in units of utility. */
  readonly before: number;
  readonly after: number;
}

export interface PlannedRun {
  readonly combination: Combination;
  readonly seed: number;
  readonly purpose: Purpose;
}

/** A question is open while the chance of being wrong about its sign is at least this. */
const leastDoubt = 0.05;
/** Less than this is written 0.00: nothing to speak of. */
const leastNats = 0.005;
/** Of the levels that a run tells most of, so many are asked about in pairs. */
const mostOrdered = 16;
/** A projection takes n² and there is one for every level and draw: beyond this much work, fewer draws stand for all. */
const affordable = 1e8;

/**
 * For each run what it tells most of, believing that those before it (and the pending ones) came out as expected; null
 * where it tells next to nothing of any one question.
 */
export function tellingsOf(
  knowledge: Knowledge,
  ensemble: Ensemble,
  recommended: Combination,
  pending: readonly Pick<PlannedRun, "combination" | "seed">[],
  runs: readonly PlannedRun[],
): (Telling | null)[] {
  const questions = questionsOf(knowledge, ensemble, recommended);
  const n = ensemble[0]?.objectives[0]?.posterior.data.n ?? 0;
  const draws = Math.max(1, Math.floor(affordable / (1 + questions.length * n ** 2)));
  let believed: Ensemble = ensemble.slice(0, draws);
  const believeRun = ({ combination, seed }: Pick<PlannedRun, "combination" | "seed">) => {
    believed = believed.map((belief) => believeCombination(belief, combination, seed));
  };
  pending.forEach(believeRun);
  return runs.map((run) => {
    const told = tellingOf(believed, questions, run);
    believeRun(run);
    return told;
  });
}

interface Question {
  readonly subject: Subject;
  readonly functional: Functional;
  /** Whether the run is about it: it differs from the set by the level, or is one side of the set's comparison. */
  readonly concerns: (run: PlannedRun) => boolean;
}

/**
 * One for each level, and one for the set where there is one. A level that takes another's place in the set is asked about
 * beside that one.
 */
function questionsOf(knowledge: Knowledge, ensemble: Ensemble, set: Combination): Question[] {
  const shape = ensemble[0]?.shape;
  if (shape === undefined) return [];
  const { space, baseline } = knowledge;
  const levels = levelsOf(space).flatMap((level): Question[] => {
    const step = stepOf(knowledge, set, level);
    if (step === null) return [];
    const [rival, more] = displacedBy(step);
    const subject: Subject =
      rival === undefined || more !== undefined ? { kind: "level", level } : { kind: "order", levels: [level, rival] };
    const concerns = (run: PlannedRun) =>
      run.purpose !== "confirm" && hasLevel(run.combination, level) !== hasLevel(set, level);
    return [{ subject, functional: difference(shape, step.within, step.without), concerns }];
  });
  if (hamming(set, baseline) === 0) return levels;
  const concerns = ({ combination }: PlannedRun) =>
    hamming(combination, set) === 0 || hamming(combination, baseline) === 0;
  return [...levels, { subject: { kind: "set" }, functional: difference(shape, set, baseline), concerns }];
}

/** Levels that adding one puts out. */
function displacedBy({ within, without }: { readonly within: Combination; readonly without: Combination }): LevelRef[] {
  return without.flatMap((level, factor) => (level > 0 && within[factor] !== level ? [{ factor, level }] : []));
}

function tellingOf(ensemble: Ensemble, questions: readonly Question[], run: PlannedRun): Telling | null {
  const results = ensemble.map((belief) => resultOf(belief, run));
  const answer = (reading: Reading) => ({ reading, ...answerOf(ensemble, results, reading) });
  const touched = questions.filter(({ concerns }) => concerns(run));
  const asked = touched.length > 0 ? touched : questions;
  const single = asked.map((question) => answer(readingOf(ensemble, results, question)));
  const open = single.filter(isOpen);
  const telling = new Set(open.toSorted((a, b) => b.nats - a.nats).slice(0, mostOrdered));
  const orders = ordersOf(open.filter((asked) => telling.has(asked)).map(({ reading }) => reading)).map(answer);
  const best = argmax(open.length > 0 ? [...open, ...orders.filter(isOpen)] : single, ({ nats }) => nats);
  if (best === null || !(best.nats >= leastNats)) return null;
  const { nats, before, after } = best;
  return { subject: best.reading.subject, nats, before, after };
}

function isOpen({ doubt }: { readonly doubt: number }): boolean {
  return doubt >= leastDoubt;
}

/** y_m of every objective under one belief: `v = L⁻¹ cov(data, y_m)` and its variance. */
interface Result {
  readonly functional: Functional;
  readonly objectives: readonly { readonly v: Float64Array; readonly variance: number }[];
}

function resultOf(belief: Belief, { combination, seed }: PlannedRun): Result {
  const functional = point(belief.shape, combination);
  const groups = belief.grouping.groupsOf(combination, seed);
  const objectives = belief.objectives.map(({ posterior }) => {
    const { v } = project(posterior, functional);
    const shared = projectShared(posterior, groups);
    const both = v.map((value, i) => value + at(shared, i));
    const own = priorCovariance(belief.shape, posterior.hyper, functional, functional);
    return { v: both, variance: own + runVariance(posterior.hyper) - dot(both, both) };
  });
  return { functional, objectives };
}

/** A question under every belief and objective: its mean, `v = L⁻¹ cov(data, φ)` and cov(φ, y). */
interface Reading extends Pick<Question, "subject" | "functional"> {
  readonly moments: readonly (readonly Moment[])[];
}

interface Moment {
  readonly mean: number;
  readonly v: Float64Array;
  readonly towards: number;
}

function readingOf(ensemble: Ensemble, results: readonly Result[], { subject, functional }: Question): Reading {
  const moments = ensemble.map(({ shape, objectives }, h) =>
    objectives.map(({ posterior }, m): Moment => {
      const { mean, v } = project(posterior, functional);
      const [result, y] = [results[h], results[h]?.objectives[m]];
      if (result === undefined || y === undefined) return { mean, v, towards: 0 };
      const prior = priorCovariance(shape, posterior.hyper, functional, result.functional);
      return { mean, v, towards: prior - dot(v, y.v) };
    }),
  );
  return { subject, functional, moments };
}

/** Which of two levels does more. */
function ordersOf(readings: readonly Reading[]): Reading[] {
  return readings.flatMap((a, i) =>
    readings.slice(i + 1).flatMap((b): Reading[] => {
      if (a.subject.kind !== "level" || b.subject.kind !== "level") return [];
      return [between(a, b, [a.subject.level, b.subject.level])];
    }),
  );
}

function between(a: Reading, b: Reading, levels: readonly [LevelRef, LevelRef]): Reading {
  const minus = b.functional.map((term) => ({ ...term, coefficient: -term.coefficient }));
  const moments = a.moments.map((objectives, h) =>
    objectives.map((left, m): Moment => {
      const right = b.moments[h]?.[m];
      if (right === undefined) return left;
      const v = left.v.map((value, i) => value - at(right.v, i));
      return { mean: left.mean - right.mean, v, towards: left.towards - right.towards };
    }),
  );
  return { subject: { kind: "order", levels }, functional: [...a.functional, ...minus], moments };
}

/** What the run tells of one question, and the chance that the model has its sign wrong. */
function answerOf(
  ensemble: Ensemble,
  results: readonly Result[],
  reading: Reading,
): Omit<Telling, "subject"> & { readonly doubt: number } {
  const drawn = ensemble.map(({ shape, objectives }, h) => {
    let [centre, before, told] = [0, 0, 0];
    for (const [m, { posterior, toUtility }] of objectives.entries()) {
      const [moment, y] = [reading.moments[h]?.[m], results[h]?.objectives[m]];
      if (moment === undefined || y === undefined || toUtility === 0) continue;
      const prior = priorCovariance(shape, posterior.hyper, reading.functional, reading.functional);
      centre += toUtility * moment.mean;
      before += toUtility ** 2 * Math.max(0, prior - dot(moment.v, moment.v));
      told += (toUtility * moment.towards) ** 2 / Math.max(y.variance, 1e-12);
    }
    const after = Math.max(before - told, 1e-12 * before);
    const above = before > 0 ? normalCdf(centre / Math.sqrt(before)) : 0.5;
    return { before, after, above, nats: before > 0 ? 0.5 * Math.log(before / after) : 0 };
  });
  const above = mean(drawn.map((draw) => draw.above));
  return {
    nats: mean(drawn.map((draw) => draw.nats)),
    before: Math.sqrt(mean(drawn.map((draw) => draw.before))),
    after: Math.sqrt(mean(drawn.map((draw) => draw.after))),
    doubt: Math.min(above, 1 - above),
  };
}
