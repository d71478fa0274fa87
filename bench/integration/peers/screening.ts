/**
 * Screening: a D-optimal design for the main effects, a ridge regression of them, and from then on runs at the best
 * predictions between rows that fold the design over and replicates of the best. The best mean is landed.
 *
 * Notation: `y = β₀ + Σ_{a ∈ x} β_a + e`, `β_a ~ N(0, ρσ²)`, `β₀ ~ N(0, 100σ²)`; ρ maximises the marginal likelihood
 * `−½ n log(yᵀM⁻¹y) − ½ log|M|` on a grid, M as in regression.ts.
 */
import { createRng, type Rng } from "../../../src/base/rng.ts";
import type { Combination } from "../../../src/contribution/contribution.ts";
import { logDet, solveLower } from "../../../src/math/linear.ts";
import { argmax, dot } from "../../../src/math/vector.ts";
import { combinationKey } from "../../../src/plan/space.ts";
import type { Method, Problem } from "../method.ts";
import { neighbours } from "./moves.ts";
import { optimalDesign } from "./optimal-design.ts";
import { type Policy, playPolicy } from "./play.ts";
import { columnsOf, factorise, rowsOf, solveTerms } from "./regression.ts";
import { baselineOf, type Runs } from "./runs.ts";
import { createTerms, maximiseTerms, type Terms, valueUnder } from "./terms.ts";

export const screening: Method = {
  name: "screening",
  start: (problem, seed) =>
    playPolicy(problem, (runs) => ({
      policy: screen(problem, runs, createRng(seed)),
      recommend: () => runs.best().x,
    })),
};

/** Rows of the design, as a share of the coefficients: the ridge makes up for those that are fewer. */
const designShare = 0.75;

function* screen(problem: Problem, runs: Runs, rng: Rng): Policy {
  const terms = createTerms(problem.levels, 1);
  const rows = Math.max(1, Math.ceil(designShare * terms.count) - 1);
  const design = optimalDesign(problem, [baselineOf(problem)], rows, rng);
  yield design;
  const folded = design.map((x) => opposite(problem, x, rng)).filter(problem.feasible);
  const prediction = (batch: readonly Combination[]) => bestFresh(problem, terms, runs, batch, rng);
  const turns = [
    prediction,
    (batch: readonly Combination[]) => folded.pop() ?? prediction(batch),
    prediction,
    () => runs.best().x,
  ];
  for (let turn = 0; ; ) {
    const batch: Combination[] = [];
    for (; batch.length < problem.batch; turn++) batch.push((turns[turn % turns.length] ?? prediction)(batch));
    yield batch;
  }
}

/** A combination that differs from `x` in every factor that has another level. */
function opposite(problem: Problem, x: Combination, rng: Rng): Combination {
  return x.map((level, factor) => {
    const count = problem.levels[factor] ?? 1;
    return count === 1 ? level : (level + 1 + rng.int(count - 1)) % count;
  });
}

/** The best prediction and what is within two changes of it: the best that was not run yet and is not in the batch. */
function bestFresh(problem: Problem, terms: Terms, runs: Runs, batch: readonly Combination[], rng: Rng): Combination {
  const beta = mainEffects(terms, runs);
  const best = maximiseTerms(problem, terms, beta, [runs.best().x, baselineOf(problem)], rng);
  const once = neighbours(problem, best);
  const taken = new Set(batch.map(combinationKey));
  const near = [best, ...once, ...once.flatMap((x) => neighbours(problem, x))];
  const fresh = near.filter((x) => runs.isNew(x) && !taken.has(combinationKey(x)));
  return argmax(fresh, (x) => valueUnder(terms, beta, x)) ?? best;
}

const ratios = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300];
const interceptRatio = 100;

/** Posterior means of the coefficients at the best ρ. */
function mainEffects(terms: Terms, runs: Runs): Float64Array {
  const rows = rowsOf(terms, runs);
  const columns = columnsOf(rows.terms, terms.count);
  const n = rows.y.length;
  const fits = ratios.map((ratio) => {
    const d = new Float64Array(terms.count).fill(ratio);
    d[0] = interceptRatio;
    const l = factorise(rows, columns, d);
    const whitened = rows.y.slice();
    solveLower(l, whitened, n);
    // The small term stands for rounding, where all results are the same.
    return { d, l, evidence: -0.5 * (n * Math.log(dot(whitened, whitened) + 1e-12) + logDet(l, n)) };
  });
  const fit = argmax(fits, ({ evidence }) => evidence);
  if (fit === null) throw new Error("no ratio could be fitted");
  return solveTerms(rows, fit.l, fit.d, rows.y.slice());
}
