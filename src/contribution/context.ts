import type { Result } from "../base/result.ts";
import type { Diagnostics } from "../lab/diagnostic.ts";
import type { Lab } from "../lab/lab.ts";
import type { Span } from "../lab/source.ts";

/** What a contribution refers to outside its own file. */
export interface PatchReference {
  readonly kind: "file" | "branch";
  readonly name: string;
}

/** The text of a diff, or a clause that says why there is none: "there is no such file". A file's path was checked to stay in the lab. */
export type LoadPatch = (reference: PatchReference) => Result<string, string>;

/** Where in the file the things stand that can only be checked beside the other contributions. */
export interface ContributionPlaces {
  readonly file: Span;
  /** One a level, in their order: its name, or the change of a plain contribution. */
  readonly levels: readonly Span[];
  readonly requires: ReadonlyMap<string, Span>;
  /** By the patch's origin. */
  readonly patches: ReadonlyMap<string, Span>;
}

/** What the reading of one file carries along. */
export interface ContributionContext {
  readonly lab: Lab;
  readonly loadPatch: LoadPatch;
  readonly out: Diagnostics;
  readonly places: {
    readonly file: Span;
    readonly levels: Span[];
    readonly requires: Map<string, Span>;
    readonly patches: Map<string, Span>;
  };
}
