/**
 * Where the differences between runs of one combination come from.
 *
 * Notation (model.ts): a run's own part with variance σ² (and what its evaluation's items are known to add), the part u^e
 * with variance τ_e² that it shares with the runs of its group: the seed's, and a draw of each seeded stage. In the
 * objective's unit each is h τ, h the scale of y; what is known of it is its spread over draws of the hyper-parameters.
 */
import type { Interval } from "../evidence/evidence.ts";
import { quantile } from "../math/robust.ts";
import { mean } from "../math/vector.ts";
import { type Ensemble, noiseSds } from "./belief.ts";
import type { Source } from "./grouping.ts";

/** One source of an objective's noise, as a standard deviation in the objective's unit. */
export interface NoisePart {
  readonly source: { readonly kind: "own" } | Extract<Source, { kind: "seed" | "stages" }>;
  readonly sd: Interval;
  /** Distinct draws of it among the runs: of one, nothing is known but what was assumed. */
  readonly draws: number;
}

/** For each objective: the run's own part first, then what runs share. */
export function noiseParts(ensemble: Ensemble, confidence: number): NoisePart[][] {
  const [first] = ensemble;
  if (first === undefined) return [];
  const own = ensemble.map((belief) => noiseSds([belief]));
  return first.objectives.map(({ posterior: { data } }, m) => {
    const ofTheRun: NoisePart = {
      source: { kind: "own" },
      sd: spreadOf(
        own.map((sds) => sds[m] ?? 0),
        confidence,
      ),
      draws: data.n,
    };
    const shared = first.grouping.sources.flatMap((source, e): NoisePart[] => {
      if (source.kind !== "seed" && source.kind !== "stages") return [];
      const sds = ensemble.flatMap(({ objectives }) => {
        const model = objectives[m];
        return model === undefined ? [] : model.unit * Math.sqrt(model.posterior.hyper.shared[e] ?? 0);
      });
      return [{ source, sd: spreadOf(sds, confidence), draws: new Set(data.effects[e]?.groups).size }];
    });
    return [ofTheRun, ...shared];
  });
}

function spreadOf(values: readonly number[], confidence: number): Interval {
  const tail = (1 - confidence) / 2;
  return { mean: mean(values), low: quantile(values, tail), high: quantile(values, 1 - tail) };
}
