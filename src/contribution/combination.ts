import type { Combination, Contribution, Factor, FactorLevel, LevelId, LevelRef, Space } from "./contribution.ts";

/** Combinations as people write them: sets of level ids. */

export function levelId(contribution: Contribution, level: { readonly name: string | null }): LevelId {
  return level.name === null ? contribution.id : `${contribution.id}=${level.name}`;
}

/** The level a combination takes of a factor; null for "without". */
export function chosenLevel(factor: Factor, level: number): FactorLevel | null {
  return level === 0 ? null : (factor.levels[level - 1] ?? null);
}

/** The levels that are in, sorted by code unit. */
export function combinationIds(space: Space, combination: Combination): LevelId[] {
  const chosen = space.factors.map((factor, j) => chosenLevel(factor, combination[j] ?? 0)?.id ?? null);
  return chosen.filter((id) => id !== null).sort();
}

/** The combination of these levels; null when one of them is not in the space (any more), or two share a factor. */
export function combinationFromIds(space: Space, ids: readonly LevelId[]): Combination | null {
  const combination = space.factors.map(() => 0);
  for (const id of new Set(ids)) {
    const found = findLevel(space, id);
    if (found === null || combination[found.factor] !== 0) return null;
    combination[found.factor] = found.level;
  }
  return combination;
}

const indexes = new WeakMap<Space, ReadonlyMap<LevelId, LevelRef>>();

export function findLevel(space: Space, id: LevelId): LevelRef | null {
  const known = indexes.get(space);
  if (known !== undefined) return known.get(id) ?? null;
  const levels = space.factors.flatMap(({ levels }, factor) =>
    levels.map((level, i): [LevelId, LevelRef] => [level.id, { factor, level: i + 1 }]),
  );
  // The first of a name counts.
  const index = new Map(levels.toReversed());
  indexes.set(space, index);
  return index.get(id) ?? null;
}

/** Whether everything required is in and nothing excluded is. (Three patches may still not apply together.) */
export function feasible(space: Space, combination: Combination): boolean {
  const has = (ref: LevelRef) => combination[ref.factor] === ref.level;
  return (
    space.requires.every(({ level, anyOf }) => !has(level) || anyOf.some(has)) &&
    !space.excludes.some(([a, b]) => has(a) && has(b))
  );
}

/**
 * Whether some feasible combination has all of `wanted`: what they require is added, with every choice tried, and
 * nothing else. Depth-first; the number of choices is that of required contributions with several levels.
 */
export function canHave(space: Space, wanted: readonly LevelRef[]): boolean {
  const combination = space.factors.map(() => 0);
  const add = (refs: readonly LevelRef[]): boolean => {
    for (const ref of refs) {
      const there = combination[ref.factor];
      if (there !== 0 && there !== ref.level) return false;
      combination[ref.factor] = ref.level;
    }
    return true;
  };
  const has = (ref: LevelRef) => combination[ref.factor] === ref.level;
  const search = (): boolean => {
    if (space.excludes.some(([a, b]) => has(a) && has(b))) return false;
    const unmet = space.requires.find(({ level, anyOf }) => has(level) && !anyOf.some(has));
    if (unmet === undefined) return true;
    for (const ref of unmet.anyOf) {
      if (combination[ref.factor] !== 0) continue;
      combination[ref.factor] = ref.level;
      if (search()) return true;
      combination[ref.factor] = 0;
    }
    return false;
  };
  return add(wanted) && search();
}

export function isSameCombination(a: Combination, b: Combination): boolean {
  return a.length === b.length && a.every((level, j) => level === b[j]);
}
