/**
 * What runs add to the truth.
 *
 * Notation: run of x with seed s, `y_m = f_m(x) + σ_m(x) (√¾ t_{x,s,m} + √¼ t_{s,m})`, every t standardised: mean 0, variance 1.
 * A single run has sd σ_m, a quarter of whose square all runs of one seed share. Each t is a function of the world's label
 * and what it is for, so that every method meets the same results in any order. Kinds of t: Student t with 6 degrees of
 * freedom (of modded-nanogpt's replicates the kurtosis is 6.7), with 3, normal, and normal with an sd of the combination's
 * own: lognormal, `log σ ~ N(−s², s²)` with `s = log(8)/4`, so that σ spans a factor of 8 from −2 to 2 sd and has mean square 1.
 * Native noise is what a table itself has: a row's own replicate drawn evenly, or else the sd in its sd column times t.
 */
import { createRng, type Rng } from "../../src/base/rng.ts";
import type { Combination } from "../../src/contribution/contribution.ts";
import type { Table } from "./tables.ts";

export const noiseKinds = ["student-6", "normal", "student-3", "heteroscedastic"] as const;
export type NoiseKind = (typeof noiseKinds)[number];

/** One standardised draw for objective m of the run of x with this seed. */
export function runNoise(
  label: string,
  x: Combination,
  seed: number,
  m: number,
  kind: NoiseKind = "student-6",
): number {
  const own = standardDraw(createRng(`${label}/run/${x.join()}/${seed}/${m}`), kind);
  const shared = standardDraw(createRng(`${label}/seed/${seed}/${m}`), kind);
  const scale = kind === "heteroscedastic" ? ownSd(createRng(`${label}/sd/${x.join()}`)) : 1;
  return scale * (Math.sqrt(3 / 4) * own + Math.sqrt(1 / 4) * shared);
}

function standardDraw(rng: Rng, kind: NoiseKind): number {
  switch (kind) {
    case "student-6":
      return student(rng, 6);
    case "student-3":
      return student(rng, 3);
    case "normal":
    case "heteroscedastic":
      return rng.normal();
  }
}

/** Scaled to variance 1; `nu` > 2, an integer. */
function student(rng: Rng, nu: number): number {
  let chi = 0;
  for (let i = 0; i < nu; i++) chi += rng.normal() ** 2;
  return rng.normal() * Math.sqrt((nu - 2) / chi);
}

function ownSd(rng: Rng): number {
  const s = Math.log(8) / 4;
  return Math.exp(s * rng.normal() - s * s);
}

/** Whether the table has noise of its own. */
export function hasNativeNoise({ rows }: Table): boolean {
  return rows.some(
    ({ replicates, sds }) => replicates.some((of) => of.length > 1) || sds.some((sd) => sd !== null && sd > 0),
  );
}

/** What a run adds to objective m of a row, in its own unit; 0 where the row says nothing about noise. */
export function nativeNoise(table: Table, row: number, m: number, label: string, x: Combination, seed: number): number {
  const { replicates, means, sds } = table.rows[row] ?? { replicates: [], means: [], sds: [] };
  const own = replicates[m] ?? [];
  if (own.length > 1) {
    const drawn = createRng(`${label}/replicate/${x.join()}/${seed}/${m}`).int(own.length);
    return (own[drawn] ?? Number.NaN) - (means[m] ?? Number.NaN);
  }
  return (sds[m] ?? 0) * runNoise(label, x, seed, m);
}
