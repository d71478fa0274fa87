import { canonicalJson } from "../base/json.ts";
import { createDiagnostics, type Diagnostics } from "../lab/diagnostic.ts";
import type { Diagnostic } from "../lab/source.ts";
import { canHave, levelId } from "./combination.ts";
import { describeConflict, findConflict } from "./conflict.ts";
import type { ContributionPlaces } from "./context.ts";
import type { Contribution, Factor, FactorLevel, LevelRef, Space } from "./contribution.ts";
import { applyPatches } from "./patch.ts";
import { checkRequires } from "./requires.ts";

type Files = (path: string) => string | null;

/**
 * All contributions as factors of one space, in the order of their ids. A contribution whose every level conflicts with
 * every level of the others in a factor joins it (greedy, by id); conflicts that are left become `excludes`.
 *
 * Reported: patches that do not apply to the lab's files, requirements that cannot be met (errors, and the contribution
 * is left out together with those that require it), and contributions that change the same (a warning).
 * @param files the lab's text by path, null where there is no such file
 */
export function buildSpace(
  contributions: readonly Contribution[],
  places: (id: string) => ContributionPlaces,
  files: Files,
): { readonly space: Space; readonly diagnostics: readonly Diagnostic[] } {
  const out = createDiagnostics();
  const sorted = contributions.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const broken = new Set([...checkPatches(sorted, places, files, out), ...checkRequires(sorted, places, out)]);
  const sound = withoutBroken(sorted, broken);
  const conflicts = new Conflicts(files);
  const space = assemble(sound, conflicts);
  const impossible = checkPossible(space, conflicts, places, out);
  warnOfTwins(sorted, places, out);
  if (impossible.size === 0) return { space, diagnostics: out.items };
  return { space: assemble(withoutBroken(sound, impossible), conflicts), diagnostics: out.items };
}

/** A patch that does not apply to the lab as it is applies nowhere. */
function checkPatches(
  contributions: readonly Contribution[],
  places: (id: string) => ContributionPlaces,
  files: Files,
  out: Diagnostics,
): string[] {
  const broken: string[] = [];
  for (const contribution of contributions) {
    for (const { change } of contribution.levels) {
      const applied = applyPatches(change.patches, files);
      if (applied.ok) continue;
      const { origin, message, span: hunk } = applied.error;
      const { patches, file } = places(contribution.id);
      out.error({
        code: "patch-does-not-apply",
        message: `\`${origin}\` does not apply to the lab: ${message}.`,
        span: patches.get(origin) ?? file,
        help: "Make it anew against the lab's files as they are: `git diff --relative` in the lab's directory.",
        related: [{ message: "this is the part of it", span: hunk }],
      });
      broken.push(contribution.id);
    }
  }
  return broken;
}

/** What is left when the broken ones are taken out, and those that require them, directly or not. */
export function withoutBroken(
  contributions: readonly Contribution[],
  broken: ReadonlySet<string>,
): readonly Contribution[] {
  const kept = contributions.filter(
    ({ id, requires }) => !broken.has(id) && !requires.some((required) => broken.has(required)),
  );
  if (kept.length === contributions.length) return kept;
  const removed = contributions.filter((contribution) => !kept.includes(contribution));
  return withoutBroken(kept, new Set(removed.map(({ id }) => id)));
}

/** Conflicts between levels, each found once. */
class Conflicts {
  readonly #files: Files;
  readonly #known = new Map<string, string | null>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** Why two levels cannot go together, or null. */
  between(a: FactorLevel, b: FactorLevel): string | null {
    const [first, second] = a.id < b.id ? [a, b] : [b, a];
    const key = `${first.id}\0${second.id}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      const conflict = findConflict(first.change, second.change, this.#files);
      known = conflict === null ? null : describeConflict(conflict, first.id, second.id);
      this.#known.set(key, known);
    }
    return known;
  }

  /** Whether every level of `levels` conflicts with every one of `others`. */
  all(levels: readonly FactorLevel[], others: readonly FactorLevel[]): boolean {
    return levels.every((a) => others.every((b) => this.between(a, b) !== null));
  }
}

function assemble(contributions: readonly Contribution[], conflicts: Conflicts): Space {
  const groups: FactorLevel[][] = [];
  for (const contribution of contributions) {
    const levels = contribution.levels.map(
      (level): FactorLevel => ({ id: levelId(contribution, level), contribution, change: level.change }),
    );
    const joined = groups.find((group) => conflicts.all(levels, group));
    if (joined === undefined) groups.push(levels);
    else joined.push(...levels);
  }
  const factors = groups.map(
    (levels): Factor => ({ name: [...new Set(levels.map((level) => level.contribution.id))].join("|"), levels }),
  );
  return { factors, excludes: findExcludes(factors, conflicts), requires: findRequires(factors) };
}

function findExcludes(factors: readonly Factor[], conflicts: Conflicts): Space["excludes"] {
  const refs = allLevels(factors);
  return refs.flatMap(({ ref: a, level }, i) =>
    refs
      .slice(i + 1)
      .filter(({ ref: b, level: other }) => b.factor !== a.factor && conflicts.between(level, other) !== null)
      .map(({ ref: b }): [LevelRef, LevelRef] => [a, b]),
  );
}

function findRequires(factors: readonly Factor[]): Space["requires"] {
  const refs = allLevels(factors);
  return refs.flatMap(({ ref, level }) =>
    level.contribution.requires.map((required) => ({
      level: ref,
      anyOf: refs.filter((other) => other.level.contribution.id === required).map((other) => other.ref),
    })),
  );
}

function allLevels(factors: readonly Factor[]): { readonly ref: LevelRef; readonly level: FactorLevel }[] {
  return factors.flatMap(({ levels }, factor) => levels.map((level, i) => ({ ref: { factor, level: i + 1 }, level })));
}

/** Levels that can be in no combination, since they conflict with what they require. @returns their contributions */
function checkPossible(
  space: Space,
  conflicts: Conflicts,
  places: (id: string) => ContributionPlaces,
  out: Diagnostics,
): Set<string> {
  const impossible = new Set<string>();
  const refs = allLevels(space.factors);
  for (const { ref, level } of refs) {
    const { id, requires } = level.contribution;
    if (requires.length === 0 || canHave(space, [ref])) continue;
    impossible.add(id);
    const { requires: spans, file } = places(id);
    const { message, at } = whyImpossible(
      level,
      refs.map((other) => other.level),
      conflicts,
    );
    out.error({ code: "impossible-requirement", message, span: spans.get(at) ?? file });
  }
  return impossible;
}

/** What makes a level impossible, and the requirement it is about. */
function whyImpossible(
  level: FactorLevel,
  all: readonly FactorLevel[],
  conflicts: Conflicts,
): { readonly message: string; readonly at: string } {
  const { requires } = level.contribution;
  const levelsOf = (id: string) => all.filter((other) => other.contribution.id === id);
  /** Why no level of one goes with any of the other. */
  const clash = (some: readonly FactorLevel[], others: readonly FactorLevel[]): string | null => {
    const [a, b] = [some[0], others[0]];
    return a !== undefined && b !== undefined && conflicts.all(some, others) ? conflicts.between(a, b) : null;
  };
  for (const [i, required] of requires.entries()) {
    const own = clash([level], levelsOf(required));
    if (own !== null)
      return { message: `\`${level.id}\` requires \`${required}\` and conflicts with it: ${own}.`, at: required };
    for (const other of requires.slice(0, i)) {
      const theirs = clash(levelsOf(other), levelsOf(required));
      if (theirs === null) continue;
      return {
        message: `\`${level.id}\` requires \`${other}\` and \`${required}\`, which conflict: ${theirs}.`,
        at: required,
      };
    }
  }
  const message = `\`${level.id}\` can be in no combination: what it requires conflicts with it, or with itself.`;
  return { message, at: requires[0] ?? "" };
}

/** Two contributions, or two levels of one, that change the very same. */
function warnOfTwins(
  contributions: readonly Contribution[],
  places: (id: string) => ContributionPlaces,
  out: Diagnostics,
): void {
  const seen = new Map<string, { readonly id: string; readonly span: Diagnostic["span"] }>();
  for (const contribution of contributions) {
    const { levels, file } = places(contribution.id);
    for (const [i, level] of contribution.levels.entries()) {
      const id = levelId(contribution, level);
      const span = levels[i] ?? file;
      const what = canonicalJson({ set: level.change.set, patches: level.change.patches.map((patch) => patch.text) });
      const twin = seen.get(what);
      if (twin === undefined) seen.set(what, { id, span });
      else {
        const related = [{ message: `\`${twin.id}\` stands here`, span: twin.span }];
        const help = "Remove one of them: measured apart, each would take runs from the other.";
        const message = `\`${id}\` changes exactly what \`${twin.id}\` changes.`;
        out.warn({ code: "twins", message, span, help, related });
      }
    }
  }
}
