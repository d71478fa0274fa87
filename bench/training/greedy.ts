import { isSameCombination } from "../../src/contribution/combination.ts";
import {
  baselineOn,
  baselineScore,
  type Ground,
  isBetter,
  openLevels,
  type Policy,
  scoreOn,
  toggled,
  untested,
} from "./policy.ts";

/**
 * Keep or discard: one change at a time on top of what was kept, by a single run against the set's run on the same seed.
 * A pass goes over all levels in random order, trying to put each in or, where it is in, to take it out. Every pass has
 * a seed of its own, so that luck on one is not for ever; after a pass that keeps nothing it is content.
 */
export function* greedy(ground: Ground): Policy {
  let set = ground.baseline;
  for (let seed = 1; ; seed++) {
    const reference = yield* baselineOn(ground, seed, untested(set));
    let score = isSameCombination(set, ground.baseline)
      ? baselineScore
      : yield* scoreOn(ground, set, reference, untested(set));
    let kept = 0;
    for (const ref of ground.shuffle(openLevels(ground))) {
      const other = toggled(ground, set, ref);
      if (other === null) continue;
      const found = yield* scoreOn(ground, other, reference, untested(set));
      if (!isBetter(found, score)) continue;
      set = other;
      score = found;
      kept++;
    }
    if (kept === 0) return untested(set);
  }
}
