import type { Digest } from "../../src/base/digest.ts";

/** A stage of a run with what its execution took, whoever made it. */
export interface Price {
  readonly key: Digest;
  readonly coreSeconds: number;
}

/**
 * What a policy has spent. It pays for a stage once, at the stage's recorded price, whether this policy or another made
 * the machine execute it: so all pay the same for the same work, and the work is done once.
 */
export class Account {
  readonly #budget: number;
  readonly #made = new Set<Digest>();
  #spent = 0;

  /** `budget` in core-seconds. */
  constructor(budget: number) {
    this.#budget = budget;
  }

  get spent(): number {
    return this.#spent;
  }

  get left(): number {
    return this.#budget - this.#spent;
  }

  /** The stages that were not paid for yet; null, and nothing is paid, when the budget does not hold their price. */
  pay(stages: readonly Price[]): readonly Price[] | null {
    const fresh = new Map(stages.filter(({ key }) => !this.#made.has(key)).map((stage) => [stage.key, stage]));
    const price = sumOf([...fresh.values()]);
    if (price > this.left) return null;
    for (const key of fresh.keys()) this.#made.add(key);
    this.#spent += price;
    return [...fresh.values()];
  }
}

export function sumOf(stages: readonly Price[]): number {
  return stages.reduce((sum, { coreSeconds }) => sum + coreSeconds, 0);
}
