import type { Range } from "./line.ts";

/** Steps that people count in, of every power of ten. */
const steps = [1, 2, 5, 10];

/** About `count` round values within `range`. */
export function linearTicks([low, high]: Range, count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (steps.find((one) => one * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  // By division where the step is below 1: a product of 0.1 would not be round.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    step < 1 ? (first + i) / Math.round(1 / step) : (first + i) * step,
  );
}

/** Values for a logarithmic axis: powers of ten, with 2 and 5 between them where there is room; over less than a decade, as a linear axis has them. */
export function logTicks([low, high]: Range, count: number): number[] {
  const decades = Math.log10(high / low);
  if (decades < 1) return linearTicks([low, high], count);
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const between = decades * 3 <= count ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  const found: number[] = [];
  for (let power = first; power <= last; power += every) {
    for (const one of between) found.push(one * 10 ** power);
  }
  return found.filter((value) => value >= low && value <= high);
}
