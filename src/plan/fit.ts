/**
 * Whether the model fits: each run beside what all the other runs say of it.
 *
 * Notation (model.ts): α = K⁻¹ y. Without run i, its result is normal with
 *   μ_i = y_i − α_i / [K⁻¹]_ii,  σ_i² = 1 / [K⁻¹]_ii     (Rasmussen & Williams 2006, eq. 5.12)
 * so its residual in its own standard deviations is z_i = (y_i − μ_i)/σ_i = α_i / √[K⁻¹]_ii, the hyper-parameters kept.
 * Over an ensemble the run is an even mixture of such normals: p_i = mean over draws of Φ(z_i), and z_i = Φ⁻¹(p_i).
 * Where the model fits, a central interval of confidence c leaves out a run with probability 1 − c: of n runs,
 * Binomial(n, 1 − c). Residuals hang together a little, which the limits below are too strict to notice.
 */
import type { Observation, Outcome } from "../evidence/evidence.ts";
import { invertSpdLower, solveLowerTransposed } from "../math/linear.ts";
import { normalCdf, normalQuantile } from "../math/normal.ts";
import { incompleteBeta } from "../math/student.ts";
import { argmax, at, mean } from "../math/vector.ts";
import { type Ensemble, modelRuns } from "./belief.ts";
import type { Posterior } from "./model.ts";
import type { Knowledge } from "./plan.ts";

/** Of each run: what the others say of it, and how far off it is. */
export interface LeaveOneOut {
  /** μ_i and σ_i, in units of y. */
  readonly means: Float64Array;
  readonly sds: Float64Array;
  /** z_i */
  readonly residuals: Float64Array;
}

/**
 * fits      nothing here is rarer than chance makes it
 * narrow    more runs lie outside their intervals than chance explains: the model is surer than it may be
 * outlier   as many outside as expected, but one run is farther out than noise goes
 */
export type FitState = "fits" | "narrow" | "outlier";

/** The model of one objective beside its runs. Diverged runs are in the model and not judged: their value is a stand-in. */
export interface ObjectiveFit {
  readonly objective: string;
  readonly state: FitState;
  readonly runs: number;
  /** Runs outside their interval, how many there would be if the model fits, and P(so many or more) then. */
  readonly outside: number;
  readonly expected: number;
  readonly chance: number;
  /** The run farthest out, with the z of its residual; null where there is none. */
  readonly worst: { readonly run: string; readonly z: number } | null;
  /** Fourth moment of the residuals, 3 for a normal; null below eight runs or where all are alike. */
  readonly kurtosis: number | null;
}

/** Rarer than this by chance, and the model is said not to fit. */
const rare = 0.01;
const fewestForKurtosis = 8;
/** Inverting takes n³/3: beyond this much work, fewer draws stand for all. */
const affordable = 3e8;

export function leaveOneOut({ data, l, z }: Posterior): LeaveOneOut {
  const { n, y } = data;
  const alpha = z.slice();
  solveLowerTransposed(l, alpha, n);
  const inverse = invertSpdLower(l, n);
  const precision = (i: number) => at(inverse, i * n + i);
  return {
    means: y.map((value, i) => value - at(alpha, i) / precision(i)),
    sds: y.map((_, i) => 1 / Math.sqrt(precision(i))),
    residuals: alpha.map((value, i) => value / Math.sqrt(precision(i))),
  };
}

export function fitOf(knowledge: Knowledge, ensemble: Ensemble): ObjectiveFit[] {
  return knowledge.objectives.map(({ name }, m) => {
    const posteriors = new Set(ensemble.flatMap(({ objectives }) => objectives[m]?.posterior ?? []));
    const here = new Set(knowledge.observations);
    // The model's rows: every run that has a result on the objective, in order.
    const rows = modelRuns(knowledge).flatMap((run) => {
      const outcome = run.outcomes.get(name);
      return outcome === undefined ? [] : [{ run, judged: here.has(run) && isMeasured(outcome) }];
    });
    const residuals = residualsOf([...posteriors]);
    const judged = rows.flatMap(({ run, judged }, i) => (judged ? [{ run, z: at(residuals, i) }] : []));
    return judge(name, judged, knowledge.confidence);
  });
}

function isMeasured(outcome: Outcome): boolean {
  return outcome.kind === "measured" && Number.isFinite(outcome.value);
}

/** z_i over the draws. */
function residualsOf(posteriors: readonly Posterior[]): Float64Array {
  const n = posteriors[0]?.data.n ?? 0;
  const drawn = posteriors.slice(0, Math.max(1, Math.floor(affordable / (1 + n ** 3)))).map(leaveOneOut);
  return Float64Array.from({ length: n }, (_, i) => pooled(drawn.map(({ residuals }) => at(residuals, i))));
}

/** Φ⁻¹(mean Φ(z)), from the tail that the mean is in, so that it stays finite far out. */
function pooled(zs: readonly number[]): number {
  const side = mean(zs) > 0 ? -1 : 1;
  const tail = mean(zs.map((z) => normalCdf(side * z)));
  return tail > 0 ? side * normalQuantile(tail) : mean(zs);
}

function judge(
  objective: string,
  rows: readonly { readonly run: Observation; readonly z: number }[],
  confidence: number,
): ObjectiveFit {
  const runs = rows.length;
  const limit = normalQuantile((1 + confidence) / 2);
  const outside = rows.filter(({ z }) => Math.abs(z) > limit).length;
  const chance = binomialTail(outside, runs, 1 - confidence);
  const farthest = argmax(rows, ({ z }) => Math.abs(z));
  const worst = farthest === null ? null : { run: farthest.run.run, z: farthest.z };
  // Bonferroni: P(any of n normal residuals is so far out) is at most n times one's.
  const lone = worst !== null && 2 * runs * normalCdf(-Math.abs(worst.z)) < rare;
  return {
    objective,
    state: chance < rare ? "narrow" : lone ? "outlier" : "fits",
    runs,
    outside,
    expected: runs * (1 - confidence),
    chance,
    worst,
    kurtosis: kurtosisOf(rows.map(({ z }) => z)),
  };
}

/** P(X ≥ k), X ~ Binomial(n, p), as an incomplete beta function. */
function binomialTail(k: number, n: number, p: number): number {
  return k === 0 ? 1 : incompleteBeta(k, n - k + 1, p);
}

function kurtosisOf(zs: readonly number[]): number | null {
  if (zs.length < fewestForKurtosis) return null;
  const centre = mean(zs);
  const variance = mean(zs.map((z) => (z - centre) ** 2));
  return variance > 0 ? mean(zs.map((z) => (z - centre) ** 4)) / variance ** 2 : null;
}
