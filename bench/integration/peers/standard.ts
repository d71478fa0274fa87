import { standardDeviation } from "../../../src/math/robust.ts";
import { mean } from "../../../src/math/vector.ts";

export interface Standardised {
  readonly values: Float64Array;
  /** What they were divided by: their sd, 1 where they do not differ. */
  readonly unit: number;
}

/** Values less their mean, over their sd. */
export function standardise(values: readonly number[]): Standardised {
  const centre = mean(values);
  const unit = standardDeviation(values) || 1;
  return { values: Float64Array.from(values, (value) => (value - centre) / unit), unit };
}
