import type { Digest } from "../base/digest.ts";
import type { StageSpec } from "../lab/lab.ts";

/** The lab's files that stages may be made of: path (relative to the lab, `/` between) → digest of the content. */
export type Tree = ReadonlyMap<string, Digest>;

/** An immutable graph of stages with their parameters, each stage after everything it needs. */
export interface Recipe {
  readonly stages: readonly StageSpec[];
}

/** A recipe with the code it runs on: what a combination at a scale *is*, before any seed. */
export interface ResolvedRecipe {
  readonly recipe: Recipe;
  /** After the combination's edits. */
  readonly tree: Tree;
  /** The files that differ from the lab's own: new text, or null where the file is removed. Empty: run in the lab itself. */
  readonly edits: ReadonlyMap<string, string | null>;
  /** Of all of it: evidence made under another digest is about something else. */
  readonly digest: Digest;
}
