import type { JsonObject } from "../base/json.ts";

export const areas = [
  "data",
  "annotation",
  "tokenizer",
  "architecture",
  "optimization",
  "sft",
  "rl",
  "environment",
  "evaluation",
  "inference",
  "infrastructure",
] as const;
export type Area = (typeof areas)[number];

/** One file of `contributions/`, as a value. */
export interface Contribution {
  /** The file's name without `.yaml`. */
  readonly id: string;
  readonly title: string;
  readonly by: readonly string[];
  readonly area: Area;
  readonly why: string;
  /** At least one; a plain contribution has a single level named null. */
  readonly levels: readonly ContributionLevel[];
  /** Ids of contributions that must be in any combination this one is in. */
  readonly requires: readonly string[];
  /** Explored from the policy's `explore` share. */
  readonly bold: boolean;
}

export interface ContributionLevel {
  readonly name: string | null;
  readonly change: Change;
}

/** What a level does to the recipe: an overlay of parameters and edits of the lab's files. */
export interface Change {
  /** `stage.param` → value. */
  readonly set: JsonObject;
  /** Unified diffs, in the order they apply; a branch arrives here as its diff against the merge base. */
  readonly patches: readonly Patch[];
}

export interface Patch {
  /** As the user named it: a file, or `branch NAME`. */
  readonly origin: string;
  readonly text: string;
}

/** `id` or, where a contribution has named levels, `id=name`: how levels are written everywhere people read them. */
export type LevelId = string;

/** A contribution as the statistician sees it. Contributions that conflict are levels of one factor. */
export interface Factor {
  /** The contribution's id; several joined by `|` when they share the factor. */
  readonly name: string;
  /** Levels 1…k−1; level 0 is "without" and has no entry. `levels[i]` is level `i + 1`. */
  readonly levels: readonly FactorLevel[];
}

export interface FactorLevel {
  readonly id: LevelId;
  readonly contribution: Contribution;
  readonly change: Change;
}

/** One level a factor, 0 = without. */
export type Combination = readonly number[];

export interface Space {
  readonly factors: readonly Factor[];
  /** Pairs of (factor, level) that cannot go together and are not levels of one factor. */
  readonly excludes: readonly (readonly [LevelRef, LevelRef])[];
  /** If `level` is in, one of the levels of `anyOf` must be in. */
  readonly requires: readonly { readonly level: LevelRef; readonly anyOf: readonly LevelRef[] }[];
}

export interface LevelRef {
  readonly factor: number;
  /** ≥ 1 */
  readonly level: number;
}
