/**
 * The error budget over a lab's life: e-LOND (Xu & Ramdas 2024, "Online multiple testing with e-values", AISTATS).
 *
 * Notation: t = 1, 2, … the sets that the lab has ever put to confirmation, in that order, whatever the baseline; E_t the
 * e-process of "set t is no gain, or breaks a guardrail" (the smallest of its tests'), stopped whenever one likes;
 * R_t the landings among the first t; `γ_t = 6/(π² t²)`, which sums to 1. Set t lands when
 *   `E_t ≥ 1/α_t`,  `α_t = α γ_t (R_{t−1} + 1)`,
 * so the first needs 33 at α = 5%, and the t-th 33 t where all before it have landed, 33 t² where none has.
 * False landings V among all landings R are then at most a share α in expectation, however the tests depend on each other:
 * where t lands falsely, R ≥ R_{t−1} + 1, so its part of V/R is at most `1[E_t α_t ≥ 1]/(R_{t−1} + 1) ≤ α γ_t E_t`, and
 * `E[E_t] ≤ 1`. Where no set is a gain, V/R is 1 or 0: something lands with probability at most α.
 * An index that is too large, or a count of landings that is too small, only makes a test stricter.
 */

/** What has been tested before, of which `landed` became baselines. */
export interface Trials {
  readonly tested: number;
  readonly landed: number;
}

/** α_t of the set tested next. */
export function levelAfter({ tested, landed }: Trials, alpha: number): number {
  const share = 6 / (Math.PI * (tested + 1)) ** 2;
  return alpha * share * (landed + 1);
}
