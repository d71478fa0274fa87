import type { Combination, LevelId, LevelRef, Space } from "../contribution/contribution.ts";

/** The combination as a key of maps. */
export function combinationKey(x: Combination): string {
  return x.join(",");
}

/** Every level of the space, in its order, level 0 apart. */
export function levelsOf(space: Space): LevelRef[] {
  return space.factors.flatMap((factor, j) => factor.levels.map((_, i) => ({ factor: j, level: i + 1 })));
}

export function levelId(space: Space, ref: LevelRef): LevelId {
  return space.factors[ref.factor]?.levels[ref.level - 1]?.id ?? `${ref.factor}=${ref.level}`;
}

export function hasLevel(x: Combination, ref: LevelRef): boolean {
  return x[ref.factor] === ref.level;
}

/** Whether the space's own constraints allow `x`. */
export function isLegal(space: Space, x: Combination): boolean {
  return (
    !space.excludes.some(([a, b]) => hasLevel(x, a) && hasLevel(x, b)) &&
    space.requires.every(({ level, anyOf }) => !hasLevel(x, level) || anyOf.some((other) => hasLevel(x, other)))
  );
}

export function withFactor(x: Combination, factor: number, level: number): Combination {
  return x.map((old, j) => (j === factor ? level : old));
}

/**
 * `x` with the level in it, mended to be legal: what the level excludes goes (and what needed that), what it requires
 * comes in (the first choice that works). null when no such mend is legal.
 */
export function withLevel(space: Space, x: Combination, ref: LevelRef): Combination | null {
  return mend(space, withFactor(x, ref.factor, ref.level), [ref]);
}

/** `x` with the factor at `fallback`, and without what needed it; null when that is not legal. */
export function withoutLevel(space: Space, x: Combination, factor: number, fallback = 0): Combination | null {
  const kept = { factor, level: fallback };
  return mend(space, withFactor(x, factor, fallback), [kept]);
}

/**
 * The step that a level makes from `x`: adding it where it is not in, or what leaving it out would lose where it is (its
 * factor then falls back to the baseline's level). What the level requires comes with it. null when the constraints do
 * not allow the step.
 */
export function stepOf(
  { space, baseline }: { readonly space: Space; readonly baseline: Combination },
  x: Combination,
  ref: LevelRef,
): { readonly within: Combination; readonly without: Combination } | null {
  if (hasLevel(x, ref)) {
    const own = baseline[ref.factor] ?? 0;
    const without = withoutLevel(space, x, ref.factor, own === ref.level ? 0 : own);
    return without === null ? null : { within: x, without };
  }
  const within = withLevel(space, x, ref);
  return within === null ? null : { within, without: x };
}

/** Levels in `wanted` stay; others are removed or added until nothing is broken. */
function mend(space: Space, start: Combination, wanted: readonly LevelRef[]): Combination | null {
  let x = start;
  const kept = [...wanted];
  const isKept = (ref: LevelRef) => kept.some((k) => k.factor === ref.factor);
  for (let step = 0; step <= 2 * space.factors.length; step++) {
    const clash = space.excludes.find(([a, b]) => hasLevel(x, a) && hasLevel(x, b));
    if (clash !== undefined) {
      const victim = clash.find((ref) => !isKept(ref));
      if (victim === undefined) return null;
      x = withFactor(x, victim.factor, 0);
      continue;
    }
    const need = space.requires.find(({ level, anyOf }) => hasLevel(x, level) && !anyOf.some((o) => hasLevel(x, o)));
    if (need === undefined) return x;
    if (isKept(need.level) && need.level.level > 0) {
      const choice = need.anyOf.find((ref) => !isKept(ref));
      if (choice === undefined) return null;
      x = withFactor(x, choice.factor, choice.level);
      kept.push(choice);
    } else {
      x = withFactor(x, need.level.factor, 0);
    }
  }
  return isLegal(space, x) ? x : null;
}

/** Number of factors on which two combinations differ. */
export function hamming(x: Combination, y: Combination): number {
  let differing = 0;
  for (let j = 0; j < x.length; j++) if (x[j] !== y[j]) differing++;
  return differing;
}

/** Ids of the levels of `x` that `y` has not, then `−id` of those of `y` that `x` has not. */
export function differences(space: Space, x: Combination, y: Combination): string[] {
  const out: string[] = [];
  for (let j = 0; j < x.length; j++) {
    const [mine, other] = [x[j] ?? 0, y[j] ?? 0];
    if (mine === other) continue;
    out.push(mine > 0 ? levelId(space, { factor: j, level: mine }) : `−${levelId(space, { factor: j, level: other })}`);
  }
  return out;
}

/** `x` with a factor at another level (0: none of its contributions), mended where the constraints ask for more; null where they cannot be met. */
export function moveTo(space: Space, x: Combination, { factor, level }: LevelRef): Combination | null {
  return level === 0 ? withoutLevel(space, x, factor) : withLevel(space, x, { factor, level });
}

/** Legal combinations one step from `x`: another level of one factor, mended where the constraints ask for more. */
export function neighbours(space: Space, x: Combination): Combination[] {
  const out = new Map<string, Combination>();
  for (const [j, factor] of space.factors.entries()) {
    for (let level = 0; level <= factor.levels.length; level++) {
      if (level === x[j]) continue;
      const other = moveTo(space, x, { factor: j, level });
      if (other !== null) out.set(combinationKey(other), other);
    }
  }
  return [...out.values()];
}

/** Number of combinations, legal or not; may be Infinity. */
export function sizeOf(space: Space): number {
  return space.factors.reduce((size, factor) => size * (factor.levels.length + 1), 1);
}

/** All legal combinations; only for spaces whose `sizeOf` is small. */
export function allCombinations(space: Space): Combination[] {
  let out: Combination[] = [[]];
  for (const factor of space.factors) {
    const levels = Array.from({ length: factor.levels.length + 1 }, (_, level) => level);
    out = out.flatMap((x) => levels.map((level) => [...x, level]));
  }
  return out.filter((x) => isLegal(space, x));
}
