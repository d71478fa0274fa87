/**
 * What a set is worth putting to confirmation.
 *
 * Notation: gain `G(x) = U(x) − U(b)` under the model, `parts(x)` the factors on which x differs from b; worth
 * `w(x) = G(x) − parts(x)/10`: of sets that are as good as each other, the simpler. For each guarded objective the slack
 * `S(x) = Δ(x) + g`, and σ_d = √2 σ the noise of a pair's difference. Sets are ranked by their merit
 *   `E w(x) · P(n pairs confirm G > 0) · Π P(n pairs confirm S > 0)`,  `P(D) = Φ((E D − t_c σ_d/√n) / √(var D + σ_d²/n))`,
 * t_c the t at which n pairs reach the threshold: a set that sits on a guardrail's margin may be the best in the mean and
 * yet have no prospect of being shown safe. Without guardrails the merit is the worth alone.
 */
import type { Combination, LevelRef } from "../contribution/contribution.ts";
import { normalCdf } from "../math/normal.ts";
import {
  divergenceProbability,
  type Ensemble,
  estimateDifference,
  heldRuns,
  type Mixture,
  mixtureMean,
  mixtureSd,
  noiseSds,
  probabilityAbove,
} from "../plan/belief.ts";
import type { Knowledge } from "../plan/plan.ts";
import { combinationKey, hamming, hasLevel, isLegal } from "../plan/space.ts";
import type { Forecast, Outlook } from "./confirm.ts";
import { criticalT } from "./eprocess.ts";

/** What a part costs in the ranking, in units of `matters`: no more than breaks ties. */
const partPrice = 0.1;
/** n: pairs that a guardrail's prospect is judged by. */
const judgedPairs = 14;

export interface Appraisal {
  readonly x: Combination;
  readonly price: number;
  readonly gain: Forecast;
  readonly slacks: readonly Forecast[];
  /** The least probability with which a guardrail holds. */
  readonly holds: number;
}

export interface Judge {
  readonly appraise: (x: Combination) => Appraisal;
  readonly merit: (appraisal: Appraisal) => number;
}

export function createJudge(knowledge: Knowledge, ensemble: Ensemble, threshold: number): Judge {
  const { baseline, objectives } = knowledge;
  const noise = noiseSds(ensemble);
  const utilityNoise = utilityNoiseOf(knowledge, ensemble);
  const perPair = criticalT(judgedPairs, threshold) / Math.sqrt(judgedPairs);
  const known = new Map<string, Appraisal>();
  const appraise = (x: Combination): Appraisal => {
    const found = estimateDifference(ensemble, x, baseline);
    const price = partPrice * hamming(x, baseline);
    let holds = divergenceProbability(ensemble[0], x) > 0.5 ? 0 : 1;
    const slacks = objectives.flatMap(({ guardrail: margin }, m): Forecast[] => {
      const change = found.objectives[m];
      if (margin === null || change === undefined) return [];
      holds = Math.min(holds, probabilityAbove(change, -margin));
      const pairSd = Math.SQRT2 * (noise[m] ?? 0);
      return [{ mean: mixtureMean(change) + margin, sd: mixtureSd(change), pairSd }];
    });
    const { utility } = found;
    const gain = { mean: mixtureMean(utility), sd: mixtureSd(utility), pairSd: Math.SQRT2 * utilityNoise };
    return { x, price, gain, slacks, holds };
  };
  return {
    appraise: (x) => {
      const key = combinationKey(x);
      const made = known.get(key) ?? appraise(x);
      known.set(key, made);
      return made;
    },
    merit: ({ gain, price, slacks }) => {
      const worth = gain.mean - price;
      if (worth <= 0 || slacks.length === 0) return worth;
      return [gain, ...slacks].reduce((product, test) => product * prospectOf(test, perPair), worth);
    },
  };
}

/** P(n pairs confirm it), `perPair` = t_c/√n. */
function prospectOf({ mean, sd, pairSd }: Forecast, perPair: number): number {
  const spread = Math.hypot(sd, pairSd / Math.sqrt(judgedPairs));
  const short = mean - perPair * pairSd;
  return spread > 0 ? normalCdf(short / spread) : short > 0 ? 1 : 0;
}

/** sd of one run's utility: objectives' noise, independent. */
export function utilityNoiseOf(knowledge: Knowledge, ensemble: Ensemble): number {
  const sds = noiseSds(ensemble);
  return Math.hypot(...knowledge.objectives.map(({ weight, matters }, m) => (weight * (sds[m] ?? 0)) / matters));
}

/** Every distinct combination of the finished runs that the model holds. */
export function evaluatedCombinations(knowledge: Knowledge): Combination[] {
  const seen = new Map<string, Combination>();
  for (const { combination } of heldRuns(knowledge)) seen.set(combinationKey(combination), combination);
  return [...seen.values()];
}

/** Gains over the baseline, oriented, with the noise of a pair. */
export function outlookOf(knowledge: Knowledge, ensemble: Ensemble, x: Combination): Outlook {
  const noise = noiseSds(ensemble);
  const found = estimateDifference(ensemble, x, knowledge.baseline);
  const forecast = (mixture: Mixture, sd: number): Forecast => ({
    mean: mixtureMean(mixture),
    sd: mixtureSd(mixture),
    pairSd: Math.SQRT2 * sd,
  });
  return {
    utility: forecast(found.utility, utilityNoiseOf(knowledge, ensemble)),
    objectives: new Map(
      knowledge.objectives.flatMap(({ name }, m): [string, Forecast][] => {
        const change = found.objectives[m];
        return change === undefined ? [] : [[name, forecast(change, noise[m] ?? 0)]];
      }),
    ),
  };
}

/** A confirmation to come: what it asks, and the sets that were given up before. */
export interface Contest {
  readonly threshold: number;
  readonly givenUp: ReadonlySet<string>;
  /** Levels of which one must be in the set; null: any set will do. */
  readonly fresh: readonly LevelRef[] | null;
}

export function isEligible({ givenUp, fresh }: Contest, x: Combination): boolean {
  return !givenUp.has(combinationKey(x)) && (fresh === null || fresh.some((ref) => hasLevel(x, ref)));
}

/** Evaluated sets that might be put to confirmation. */
export function candidatesOf(knowledge: Knowledge, contest: Contest): Combination[] {
  return evaluatedCombinations(knowledge).filter(
    (x) => hamming(x, knowledge.baseline) > 0 && isEligible(contest, x) && isLegal(knowledge.space, x),
  );
}
