import type { Report } from "../../../../../src/api/report.ts";
import { goodDirection, mattersOf, type ReportPoint, sameLevels } from "../../../../../src/report/view.ts";
import type { Interval } from "../report.ts";

/** Measured combinations on two objectives, and the best trade-offs between the two. Pure. */

export interface Dot {
  /** By its levels. */
  readonly key: string;
  readonly point: ReportPoint;
  readonly x: Interval;
  readonly y: Interval;
  readonly role: "baseline" | "recommended" | "front" | "other";
}

export function dotsOf(report: Report, xName: string, yName: string): readonly Dot[] {
  const dots = report.points.flatMap((point) => {
    const on = (name: string) => point.values.find(({ objective }) => objective === name)?.estimate;
    const [x, y] = [on(xName), on(yName)];
    return x === undefined || y === undefined ? [] : [{ key: keyOf(point.levels), point, x, y }];
  });
  const best = new Set(tradeOffs(dots, goodnessOn(report, xName), goodnessOn(report, yName)));
  return dots.map((dot) => ({ ...dot, role: roleOf(report, dot.point) ?? (best.has(dot) ? "front" : "other") }));
}

/** The staircase along the best trade-offs, from the best x on. */
export function frontOf(report: Report, dots: readonly Dot[], xName: string, yName: string): readonly Dot[] {
  return tradeOffs(dots, goodnessOn(report, xName), goodnessOn(report, yName));
}

export function keyOf(levels: readonly string[]): string {
  return levels.toSorted().join("+");
}

function roleOf(report: Report, { levels }: ReportPoint): "baseline" | "recommended" | null {
  if (sameLevels(levels, report.baseline)) return "baseline";
  return sameLevels(levels, report.recommended) ? "recommended" : null;
}

type Goodness = (value: Interval) => number;

/** Larger is better, in tenths of what matters: a smaller difference is no trade-off. */
function goodnessOn(report: Report, name: string): Goodness {
  const step = mattersOf(report, name) / 10;
  const direction = goodDirection(report, name);
  return ({ mean }) => direction * (step > 0 ? Math.round(mean / step) : mean);
}

function tradeOffs<D extends { readonly x: Interval; readonly y: Interval }>(
  dots: readonly D[],
  xGood: Goodness,
  yGood: Goodness,
): readonly D[] {
  let best = Number.NEGATIVE_INFINITY;
  return dots
    .toSorted((a, b) => xGood(b.x) - xGood(a.x) || yGood(b.y) - yGood(a.y))
    .filter(({ y }) => {
      const better = yGood(y) > best;
      if (better) best = yGood(y);
      return better;
    });
}

/** @param region bounds on x, then on y */
export function isInside(
  { x, y }: Pick<Dot, "x" | "y">,
  [xLow, xHigh, yLow, yHigh]: readonly [number, number, number, number],
): boolean {
  return x.mean >= xLow && x.mean <= xHigh && y.mean >= yLow && y.mean <= yHigh;
}
