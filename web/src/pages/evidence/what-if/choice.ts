import type { ContributionRow } from "../../../../../src/api/contributions.ts";
import type { Report } from "../../../../../src/api/report.ts";
import { contributionOf } from "../report.ts";

/** The levels that a set is put together from. Pure. */

export interface Choice {
  readonly level: string;
  readonly title: string;
  readonly contribution: string;
  /** Contributions that must be in the set with it. */
  readonly requires: readonly string[];
  /** Levels that cannot be in a set with it: of its own contribution, and of what it conflicts with. */
  readonly conflicts: readonly string[];
}

export interface Group {
  readonly area: string;
  /** Of each, at most one can be in a set: a contribution's levels, and contributions that conflict. */
  readonly factors: readonly (readonly Choice[])[];
}

/** By area, then by factor; what cannot be together stands together. */
export function groupsOf(report: Report, rows: readonly ContributionRow[]): readonly Group[] {
  const choices = report.contributions.map(({ level }) => choiceOf(report, rows, level));
  const factors = joined(choices);
  const areaOf = (factor: readonly Choice[]) => contributionOf(report, factor[0]?.level ?? "")?.area ?? "";
  const areas = [...new Set(factors.map(areaOf))].sort();
  return areas.map((area) => ({ area, factors: factors.filter((factor) => areaOf(factor) === area) }));
}

function choiceOf(report: Report, rows: readonly ContributionRow[], level: string): Choice {
  const known = contributionOf(report, level);
  const contribution = known?.contribution ?? level;
  const row = rows.find(({ id }) => id === contribution);
  const siblings = report.contributions.filter((it) => it.contribution === contribution && it.level !== level);
  const named = new Set(row?.conflicts);
  const others = report.contributions.filter((it) => named.has(it.level) || named.has(it.contribution));
  return {
    level,
    title: known?.title ?? level,
    contribution,
    requires: row?.requires ?? [],
    conflicts: [...new Set([...siblings, ...others].map((it) => it.level))].filter((other) => other !== level),
  };
}

/** Choices joined by conflicts, in the order of their first. */
function joined(choices: readonly Choice[]): readonly (readonly Choice[])[] {
  const byLevel = new Map(choices.map((choice) => [choice.level, choice]));
  const seen = new Set<string>();
  const gather = (choice: Choice): readonly Choice[] => {
    if (seen.has(choice.level)) return [];
    seen.add(choice.level);
    const around = choices.filter(
      (other) => choice.conflicts.includes(other.level) || other.conflicts.includes(choice.level),
    );
    return [choice, ...around.flatMap((other) => gather(byLevel.get(other.level) ?? other))];
  };
  return choices.map(gather).filter((factor) => factor.length > 0);
}

/** Why a choice does not go with a set; empty: it does. */
export interface Obstacles {
  /** In the set, and cannot be with it. */
  readonly conflicts: readonly string[];
  /** Contributions that it needs and that are not in the set. */
  readonly missing: readonly string[];
}

export function obstaclesOf(choice: Choice, set: readonly string[], report: Report): Obstacles {
  const present = new Set(set.map((level) => contributionOf(report, level)?.contribution ?? level));
  return {
    conflicts: choice.conflicts.filter((level) => set.includes(level)),
    missing: choice.requires.filter((contribution) => !present.has(contribution)),
  };
}

/** In the URL: absent is the recommended set, `-` the empty one. */
const emptySet = "-";

export function setOf(report: Report, named: readonly string[]): readonly string[] {
  if (named.length === 0) return report.recommended;
  return named.filter((level) => level !== emptySet);
}

export function namedSet(report: Report, set: readonly string[]): readonly string[] {
  const same = set.length === report.recommended.length && set.every((level) => report.recommended.includes(level));
  return same ? [] : set.length === 0 ? [emptySet] : set;
}

/** Where a set is looked at. */
export function whatIfPath(levels: readonly string[]): string {
  const set = levels.length === 0 ? [emptySet] : levels;
  return `/evidence?${new URLSearchParams({ show: "what-if", set: set.join(",") })}`;
}
