import { type Digest, digestJson } from "../base/digest.ts";
import type { JsonObject } from "../base/json.ts";

/** What a stage *is*, field by field; its key is the digest of exactly this. Where and how it runs is not in it. */
export interface KeyParts {
  /** Of this record: a change of meaning is a new number, never a silent reuse. */
  readonly schema: 1;
  readonly stage: string;
  /** The argv template, before parameters are put in. */
  readonly command: readonly string[];
  /** The stage's own parameters, after scale and contributions. */
  readonly params: JsonObject;
  /** Files its `code:` globs match, after patches: path → digest. */
  readonly code: Readonly<Record<string, Digest>>;
  /** Output digests of the stages it needs: an identical intermediate result stops the ripple. */
  readonly inputs: Readonly<Record<string, Digest>>;
  /** Derived from the run's seed and the stage's name; null when it is not `seeded`. */
  readonly seed: number | null;
  /** Declared environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Files it must write. */
  readonly outputs: readonly string[];
}

export function stageKey(parts: KeyParts): Digest {
  return digestJson({ ...parts });
}
