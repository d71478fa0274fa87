/**
 * Limited-memory BFGS within bounds, by projection.
 *
 * Notation: minimise `f(x)`, `l ≤ x ≤ u`; `g = ∇f`; `s = x' − x`, `y = g' − g`; `H` the inverse Hessian from the last m pairs
 * (Nocedal & Wright 2006, algorithm 7.4). Coordinates at a bound whose gradient points outwards are held; a step is cut
 * back by Armijo's rule along the projected path.
 */
import { at, dot } from "./vector.ts";

export interface Problem {
  /** Returns f(x) and writes ∇f(x) into `gradient`. May return NaN or +∞ where f is not defined: the step is then cut. */
  readonly evaluate: (x: Float64Array, gradient: Float64Array) => number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly evaluations: number;
}

export interface LbfgsOptions {
  readonly maxEvaluations: number;
  /** Stops when no free coordinate's gradient exceeds this. */
  readonly tolerance: number;
}

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly sy: number;
}

const memory = 8;

export function minimise(problem: Problem, start: Float64Array, options: LbfgsOptions): Minimum {
  const n = start.length;
  let x = project(problem, start.slice());
  let gradient = new Float64Array(n);
  let value = problem.evaluate(x, gradient);
  let evaluations = 1;
  let pairs: Pair[] = [];

  while (evaluations < options.maxEvaluations && Number.isFinite(value)) {
    const free = freeCoordinates(problem, x, gradient);
    let steepest = 0;
    for (let i = 0; i < n; i++) if (free[i] === 1) steepest = Math.max(steepest, Math.abs(at(gradient, i)));
    if (steepest <= options.tolerance) break;

    let direction = descent(pairs, gradient, free);
    if (!(dot(direction, gradient) < 0)) {
      pairs = [];
      direction = descent(pairs, gradient, free);
    }
    const firstStep = pairs.length === 0 ? Math.min(1, 1 / steepest) : 1;
    const found = search(problem, x, value, gradient, direction, firstStep, options.maxEvaluations - evaluations);
    evaluations += found.evaluations;
    if (found.step === null) {
      if (pairs.length === 0) break;
      pairs = [];
      continue;
    }
    const next = found.step;
    const s = new Float64Array(n);
    const y = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      s[i] = at(next.x, i) - at(x, i);
      y[i] = at(next.gradient, i) - at(gradient, i);
    }
    const sy = dot(s, y);
    if (sy > 1e-10 * dot(y, y)) pairs = [...pairs.slice(-(memory - 1)), { s, y, sy }];
    const gained = value - next.value;
    ({ x, value, gradient } = next);
    if (gained <= 1e-12 * Math.max(1, Math.abs(value))) break;
  }
  return { x, value, evaluations };
}

interface Step {
  readonly x: Float64Array<ArrayBuffer>;
  readonly value: number;
  readonly gradient: Float64Array<ArrayBuffer>;
}

function search(
  problem: Problem,
  x: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
  firstStep: number,
  budget: number,
): { readonly step: Step | null; readonly evaluations: number } {
  const n = x.length;
  let size = firstStep;
  for (let tried = 1; tried <= Math.min(20, budget); tried++, size *= 0.4) {
    const candidate = new Float64Array(n);
    for (let i = 0; i < n; i++) candidate[i] = at(x, i) + size * at(direction, i);
    project(problem, candidate);
    let slope = 0;
    for (let i = 0; i < n; i++) slope += at(gradient, i) * (at(candidate, i) - at(x, i));
    const g = new Float64Array(n);
    const v = problem.evaluate(candidate, g);
    if (v <= value + 1e-4 * slope) return { step: { x: candidate, value: v, gradient: g }, evaluations: tried };
  }
  return { step: null, evaluations: Math.min(20, budget) };
}

/** −H g over the free coordinates (the two-loop recursion). */
function descent(pairs: readonly Pair[], gradient: Float64Array, free: Uint8Array): Float64Array {
  const q = gradient.map((g, i) => (free[i] === 1 ? -g : 0));
  const weights: number[] = [];
  for (const pair of pairs.toReversed()) {
    const weight = dot(pair.s, q) / pair.sy;
    weights.push(weight);
    for (let i = 0; i < q.length; i++) q[i] = at(q, i) - weight * at(pair.y, i);
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = last.sy / dot(last.y, last.y);
    for (let i = 0; i < q.length; i++) q[i] = at(q, i) * scale;
  }
  for (const pair of pairs) {
    const weight = (weights.pop() ?? 0) - dot(pair.y, q) / pair.sy;
    for (let i = 0; i < q.length; i++) q[i] = at(q, i) + weight * at(pair.s, i);
  }
  return q.map((v, i) => (free[i] === 1 ? v : 0));
}

function freeCoordinates(problem: Problem, x: Float64Array, gradient: Float64Array): Uint8Array {
  const free = new Uint8Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const held =
      (at(x, i) <= at(problem.lower, i) && at(gradient, i) > 0) ||
      (at(x, i) >= at(problem.upper, i) && at(gradient, i) < 0);
    free[i] = held ? 0 : 1;
  }
  return free;
}

function project(problem: Problem, x: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  for (let i = 0; i < x.length; i++) x[i] = Math.min(at(problem.upper, i), Math.max(at(problem.lower, i), at(x, i)));
  return x;
}
