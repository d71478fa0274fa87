import type { Contribution } from "../../../../src/api/contributions.ts";

/**
 * What another level does to this one. With f the objective and everything else as in the sense: the effect without the
 * other is f(10) − f(00), the interaction f(11) − f(10) − f(01) + f(00), and so the effect with the other is their sum.
 */

export type Interaction = Contribution["interactions"][number];
export type Effect = Contribution["effects"][number];
export type Estimate = Effect["estimate"];
export type Sense = Effect["sense"];

export interface Pair {
  readonly level: string;
  readonly other: string;
  /** Expected effect of the level without and with the other, in the objective's unit. */
  readonly without: number;
  readonly with: number;
  /** How much the other changes it. */
  readonly shift: Estimate;
  /** The interval of the shift leaves zero out. */
  readonly sure: boolean;
}

export interface PairQuestion {
  readonly level: string;
  readonly objective: string | null;
  readonly sense: Sense;
  /** Levels of the recommended set: in the sense of the set, the effect is measured with them in. */
  readonly recommended: ReadonlySet<string>;
}

/** Pairs of a level, those first of which most is known: by the size of the shift in units of its interval. */
export function pairsOf(effects: readonly Effect[], interactions: readonly Interaction[], asked: PairQuestion): Pair[] {
  const { level, objective, sense, recommended } = asked;
  const effect = effects.find((row) => row.level === level && row.objective === objective && row.sense === sense);
  if (effect === undefined) return [];
  const own = interactions.filter(
    (row) => row.objective === objective && row.sense === sense && (row.a === level || row.b === level),
  );
  const pairs = own.map(({ a, b, estimate }): Pair => {
    const other = a === level ? b : a;
    const measuredWith = sense === "in-set" && recommended.has(other);
    const { mean } = effect.estimate;
    return {
      level,
      other,
      without: measuredWith ? mean - estimate.mean : mean,
      with: measuredWith ? mean : mean + estimate.mean,
      shift: estimate,
      sure: isSure(estimate),
    };
  });
  return pairs.sort((p, q) => clearness(q.shift) - clearness(p.shift));
}

/** Zero is outside. */
export function isSure({ low, high }: Estimate): boolean {
  return low > 0 || high < 0;
}

function clearness({ mean, low, high }: Estimate): number {
  return Math.abs(mean) / Math.max(high - low, Number.MIN_VALUE);
}
