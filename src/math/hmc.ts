/**
 * Hamiltonian Monte Carlo (Neal 2011, "MCMC using Hamiltonian dynamics").
 *
 * Notation: target density ∝ exp(−V(q)); momentum `p ~ N(0, I)`; `H = V(q) + ½ pᵀp`; leapfrog steps of size ε, `steps` of
 * them a proposal, accepted with probability min(1, exp(H − H')). During the warm-up log ε follows the acceptance
 * towards `aim` by Robbins–Monro; afterwards ε is only jittered, so that the chain keeps its target.
 * The coordinates should be of about unit scale.
 */
import type { Rng } from "../base/rng.ts";
import { axpy, dot } from "./vector.ts";

export interface HmcOptions {
  readonly draws: number;
  /** Proposals a draw: with more, draws lean less on each other. */
  readonly thin: number;
  readonly warmup: number;
  readonly steps: number;
  readonly firstStep: number;
}

const aim = 0.8;

/** `potential` returns V(q) and writes ∇V; +∞ or NaN rejects the proposal. One array a draw. */
export function sampleHmc(
  potential: (q: Float64Array, gradient: Float64Array) => number,
  start: Float64Array,
  options: HmcOptions,
  rng: Rng,
): Float64Array[] {
  const n = start.length;
  let q = start.slice();
  let gradient = new Float64Array(n);
  let energy = potential(q, gradient);
  let logStep = Math.log(options.firstStep);
  const draws: Float64Array[] = [];

  for (let t = 0; t < options.warmup + options.draws * options.thin; t++) {
    const step = Math.exp(logStep) * (0.8 + 0.4 * rng.uniform());
    const momentum = new Float64Array(n).map(() => rng.normal());
    const before = energy + 0.5 * dot(momentum, momentum);
    const moved = q.slice();
    const g = gradient.slice();
    let moveEnergy = energy;
    for (let s = 0; s < options.steps; s++) {
      axpy(-0.5 * step, g, momentum);
      axpy(step, momentum, moved);
      moveEnergy = potential(moved, g);
      if (!Number.isFinite(moveEnergy)) break;
      axpy(-0.5 * step, g, momentum);
    }
    const after = moveEnergy + 0.5 * dot(momentum, momentum);
    const acceptance = Number.isFinite(after) ? Math.min(1, Math.exp(before - after)) : 0;
    if (rng.uniform() < acceptance) {
      q = moved;
      gradient = g;
      energy = moveEnergy;
    }
    if (t < options.warmup) logStep += (acceptance - aim) / Math.sqrt(t + 1);
    else if ((t - options.warmup + 1) % options.thin === 0) draws.push(q.slice());
  }
  return draws;
}
