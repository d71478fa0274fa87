import type { Report } from "../../../../../src/api/report.ts";

/** What noise means. Pure. */

export type NoisePart = Report["noise"][number]["parts"][number];

/** Of one draw alone the runs say nothing: what stands there is only what was assumed. */
export function isTold({ source, draws }: NoisePart): boolean {
  return source.kind === "own" || draws > 1;
}

/**
 * Pairs of runs until the difference between two combinations that just matters is twice its standard error:
 * n = 2 (2 sd / matters)².
 *
 * @param ratio of one run's standard deviation to what matters
 */
export function pairsToTell(ratio: number): number {
  return Math.max(1, Math.ceil(8 * ratio * ratio));
}
