import { isSameCombination } from "../../src/contribution/combination.ts";
import type { Combination, LevelRef } from "../../src/contribution/contribution.ts";
import {
  baselineOn,
  baselineScore,
  type Ground,
  isBetter,
  openLevels,
  type Policy,
  type Score,
  scoreOn,
  toggled,
  untested,
} from "./policy.ts";

interface Scored {
  readonly x: Combination;
  readonly score: Score;
}

/**
 * One at a time, then stack: each level alone on one seed; all that helped without breaking a guardrail together, the best
 * first and none that conflicts with what is in; then parts are dropped one by one, the weakest first, while a single run
 * says that it is better without. Dropping goes on in rounds, each on a seed of its own, until one drops nothing.
 */
export function* oneAtATime(ground: Ground): Policy {
  const { baseline } = ground;
  let best: Scored = { x: baseline, score: baselineScore };
  let reference = yield* baselineOn(ground, 1, untested(baseline));
  const helped: { readonly ref: LevelRef; readonly utility: number }[] = [];
  for (const ref of ground.shuffle(openLevels(ground))) {
    const x = toggled(ground, baseline, ref);
    if (x === null) continue;
    const score = yield* scoreOn(ground, x, reference, untested(best.x));
    if (score.holds && score.utility > 0) helped.push({ ref, utility: score.utility });
    if (isBetter(score, best.score)) best = { x, score };
  }
  helped.sort((a, b) => b.utility - a.utility);

  const parts = helped.map(({ ref }) => ref);
  const stacked = stack(ground, parts);
  if (isSameCombination(stacked, best.x)) return untested(best.x);
  let set: Scored = { x: stacked, score: yield* scoreOn(ground, stacked, reference, untested(best.x)) };
  for (let seed = 1; ; seed++) {
    if (seed > 1) {
      reference = yield* baselineOn(ground, seed, untested(set.x));
      set = { x: set.x, score: yield* scoreOn(ground, set.x, reference, untested(set.x)) };
    }
    // On the first seed there is a best single level to fall back to.
    const landing = () => untested(seed > 1 || isBetter(set.score, best.score) ? set.x : best.x);
    let dropped = 0;
    for (const ref of parts.toReversed()) {
      if (set.x[ref.factor] !== ref.level) continue;
      const without = toggled(ground, set.x, ref);
      if (without === null || isSameCombination(without, baseline)) continue;
      const score = yield* scoreOn(ground, without, reference, landing());
      if (!isBetter(score, set.score)) continue;
      set = { x: without, score };
      dropped++;
    }
    if (dropped === 0 || landing().combination !== set.x) return landing();
  }
}

/** The levels put together, in their order, each only if all before it can stay. */
export function stack(ground: Ground, levels: readonly LevelRef[]): Combination {
  let x = ground.baseline;
  for (const ref of levels) {
    if (x[ref.factor] !== ground.baseline[ref.factor]) continue;
    const more = toggled(ground, x, ref);
    const before = x;
    if (more?.every((level, j) => before[j] === ground.baseline[j] || level === before[j])) x = more;
  }
  return x;
}
