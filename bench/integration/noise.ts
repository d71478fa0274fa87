/**
 * What runs add to the truth.
 *
 * Notation: run of x with seed s, `y_m = f_m(x) + σ_m(x) (√¾ t_{x,s,m} + √¼ t_{s,m})`, every t a Student t with 6 degrees of
 * freedom scaled to variance 1: a single run has sd σ_m, a quarter of whose square all runs of one seed share. Each t is a
 * function of the world's label and what it is for, so that every method meets the same results in any order.
 * Native noise is what a table itself has: one of the configuration's own replicates, drawn evenly, or else σ_m(x) from its
 * sd columns.
 */
import { createRng, type Rng } from "../../src/base/rng.ts";
import type { Combination } from "../../src/contribution/contribution.ts";

/** Scaled to variance 1; `nu` > 2, an integer. */
export function studentNoise(rng: Rng, nu: number): number {
  let chi = 0;
  for (let i = 0; i < nu; i++) chi += rng.normal() ** 2;
  return rng.normal() * Math.sqrt((nu - 2) / chi);
}

/** One standardised draw for objective m of the run of x with this seed. */
export function runNoise(label: string, x: Combination, seed: number, m: number): number {
  const own = studentNoise(createRng(`${label}/run/${x.join()}/${seed}/${m}`), 6);
  const shared = studentNoise(createRng(`${label}/seed/${seed}/${m}`), 6);
  return Math.sqrt(3 / 4) * own + Math.sqrt(1 / 4) * shared;
}
