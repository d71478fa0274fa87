/** Learning-rate schedules, as multiples of the peak rate. */

/**
 * `constant`: warm up, then stay. `wsd`: warm up, stay, and fall linearly to 0 over the last `decay` of the steps
 * (warmup-stable-decay; Hu et al. 2024, MiniCPM, 2404.06395; Hägele et al. 2024, 2405.18392).
 */
export type Schedule = { schedule: "constant" | "wsd"; warmup: number; decay: number; steps: number };

/** The multiple at step `step`, counted from 0. */
export function rateAt(step: number, { schedule, warmup, decay, steps }: Schedule): number {
  const rise = Math.min(1, (step + 1) / (warmup + 1));
  if (schedule === "constant") return rise;
  return Math.min(rise, (steps - step) / Math.max(1, decay * steps));
}
