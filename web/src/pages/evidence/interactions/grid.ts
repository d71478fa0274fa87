import type { Report } from "../../../../../src/api/report.ts";
import {
  goodDirection,
  interactionsOn,
  isSure,
  type Measure,
  type ReportInteraction,
  type ReportSense,
} from "../../../../../src/report/view.ts";
import type { Interval } from "../report.ts";

/** Interactions as a square of levels × levels. Pure. */

export interface Cell {
  readonly pair: ReportInteraction;
  /** −1 … 1 of the largest that is shown, larger is better. */
  readonly share: number;
  /** 0 … 1: how much of the cell is filled. A sure interaction fills it. */
  readonly certainty: number;
}

export interface Grid {
  readonly levels: readonly string[];
  /** Levels that have interactions, shown or not. */
  readonly total: number;
  /** The largest interaction shown, in the measure's unit. */
  readonly largest: number;
  cell(a: string, b: string): Cell | null;
}

/** @param most levels are shown: those with the largest interactions */
export function gridOf(report: Report, measure: Measure, sense: ReportSense, most: number): Grid {
  const pairs = interactionsOn(report, measure, sense);
  const weights = weightsOf(pairs);
  const levels = shownLevels(report, weights, most);
  const shown = new Set(levels);
  const kept = pairs.filter(({ a, b }) => shown.has(a) && shown.has(b));
  const largest = Math.max(0, ...kept.map(({ estimate }) => Math.abs(estimate.mean)));
  const direction = goodDirection(report, measure);
  const cells = new Map<string, Cell>();
  for (const pair of kept) {
    const share = largest === 0 ? 0 : (direction * pair.estimate.mean) / largest;
    const cell = { pair, share, certainty: certaintyOf(pair.estimate) };
    cells.set(`${pair.a}\n${pair.b}`, cell).set(`${pair.b}\n${pair.a}`, cell);
  }
  return { levels, total: weights.size, largest, cell: (a, b) => cells.get(`${a}\n${b}`) ?? null };
}

/** Half the interval against the centre: 1 where zero is outside the interval. */
function certaintyOf(estimate: Interval): number {
  if (isSure(estimate)) return 1;
  const half = (estimate.high - estimate.low) / 2;
  return half > 0 ? Math.min(1, Math.abs(estimate.mean) / half) : 0;
}

function weightsOf(pairs: readonly ReportInteraction[]): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const { a, b, estimate } of pairs) {
    for (const level of [a, b]) weights.set(level, Math.max(weights.get(level) ?? 0, Math.abs(estimate.mean)));
  }
  return weights;
}

/** What is in the set first, then in the report's order. */
function shownLevels(report: Report, weights: ReadonlyMap<string, number>, most: number): readonly string[] {
  const weightOf = (level: string) => weights.get(level) ?? 0;
  const kept = new Set([...weights.keys()].toSorted((a, b) => weightOf(b) - weightOf(a)).slice(0, most));
  const known = report.contributions.map(({ level }) => level);
  const isIn = (level: string) => report.recommended.includes(level);
  const others = [...kept].filter((level) => !known.includes(level));
  const ordered = [...known.filter(isIn), ...known.filter((level) => !isIn(level)), ...others];
  return ordered.filter((level) => kept.has(level));
}

/** One of a pair, and what it does without and with the other; by the model's means. */
export interface Turn {
  readonly level: string;
  readonly other: string;
  readonly without: number;
  readonly with: number;
}

/**
 * `rotary` alone and with `muon`, and the other way round. In the set, an effect is measured with the other where that
 * is in the set, and without it where it is not. On average neither is fixed: an interaction is the difference between
 * the two, and the effect lies in their middle.
 */
export function turnsOf(report: Report, { a, b, objective, sense, estimate }: ReportInteraction): readonly Turn[] {
  const effectOf = (level: string) =>
    report.effects.find((it) => it.level === level && it.objective === objective && it.sense === sense);
  const turn = (level: string, other: string): readonly Turn[] => {
    const effect = effectOf(level)?.estimate.mean;
    if (effect === undefined) return [];
    const held = sense === "on-average" ? 0.5 : sense === "in-set" && report.recommended.includes(other) ? 1 : 0;
    const without = effect - held * estimate.mean;
    return [{ level, other, without, with: without + estimate.mean }];
  };
  return [...turn(a, b), ...turn(b, a)];
}

/** The interactions that are surely not zero, the largest first. */
export function surePairs(report: Report, measure: Measure, sense: ReportSense): readonly ReportInteraction[] {
  return interactionsOn(report, measure, sense).filter(({ estimate }) => isSure(estimate));
}
