import { type Digest, digestJson, sha256 } from "../base/digest.ts";
import { canonicalJson, type Json, type JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { StageSpec } from "../lab/lab.ts";
import type { Tree } from "./recipe.ts";
import { matchCode } from "./tree.ts";

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

/** One fact about a stage: what `name` of `kind` is. The walk over a stage's parts gives each (kind, name) once. */
interface Fact {
  readonly kind: keyof KeyParts;
  /** Null for a part that is a single fact. */
  readonly name: string | null;
  readonly value: Json;
}

/** Every part's facts; a part that is missing here is a type error, so the key can forget nothing. */
const factsOf = {
  schema: (parts) => [{ kind: "schema", name: null, value: parts.schema }],
  stage: (parts) => [{ kind: "stage", name: null, value: parts.stage }],
  command: (parts) => [{ kind: "command", name: null, value: parts.command }],
  params: (parts) => named("params", parts.params),
  code: (parts) => named("code", parts.code),
  inputs: (parts) => named("inputs", parts.inputs),
  seed: (parts) => [{ kind: "seed", name: null, value: parts.seed }],
  env: (parts) => named("env", parts.env),
  // A set of files: the order they are listed in says nothing about the stage.
  outputs: (parts) => [{ kind: "outputs", name: null, value: [...new Set(parts.outputs)].sort() }],
} as const satisfies Record<keyof KeyParts, (parts: KeyParts) => Fact[]>;

function named(kind: keyof KeyParts, record: JsonObject): Fact[] {
  return Object.entries(record).map(([name, value]) => ({ kind, name, value }));
}

/** The one walk: `stageKey` hashes what it gives, `explainKey` compares it, so that they cannot disagree. */
function walk(parts: KeyParts): Map<string, Fact> {
  const facts = Object.values(factsOf).flatMap((of) => of(parts));
  return new Map(facts.map((fact) => [canonicalJson([fact.kind, fact.name]), fact]));
}

/** The key: a digest of the facts, in no order. @throws TypeError on a parameter without canonical JSON (NaN). */
export function stageKey(parts: KeyParts): Digest {
  return digestJson(Object.fromEntries([...walk(parts)].map(([name, fact]) => [name, fact.value])));
}

/**
 * The seed of a stage: the first 31 bits of SHA-256 of `runSeed/stage`. Two combinations under one run seed give a
 * stage the same seed, so their runs are paired.
 */
export function stageSeed(runSeed: number, stage: string): number {
  return Number.parseInt(sha256(`${runSeed}/${stage}`).slice(0, 8), 16) >>> 1;
}

/** Why a stage has no key. */
export interface KeyError {
  readonly kind: "no-code";
  readonly stage: string;
  /** The glob that matches no file. */
  readonly glob: string;
  readonly message: string;
}

export interface KeyContext {
  readonly tree: Tree;
  /** Output digests of at least the stages it needs. */
  readonly inputs: Readonly<Record<string, Digest>>;
  readonly runSeed: number;
}

/**
 * The parts of a stage's key. Dotfiles count only where a glob writes the dot (`lab/glob.ts`).
 * @returns an error when a glob matches no file: what cannot be hashed is refused
 * @throws RangeError when the context lacks the output of a stage it needs
 */
export function keyParts(stage: StageSpec, context: KeyContext): Result<KeyParts, KeyError> {
  const code = matchCode(stage.code, context.tree);
  if (!code.ok) {
    const message = `stage \`${stage.name}\`: no file matches \`${code.error}\` of its \`code\``;
    return err({ kind: "no-code", stage: stage.name, glob: code.error, message });
  }
  const inputs = stage.needs.map((need): [string, Digest] => {
    const output = context.inputs[need];
    if (output === undefined) throw new RangeError(`no output of ${need}, which ${stage.name} needs`);
    return [need, output];
  });
  return ok({
    schema: 1,
    stage: stage.name,
    command: stage.command,
    params: stage.params,
    code: code.value,
    inputs: Object.fromEntries(inputs),
    seed: stage.seeded ? stageSeed(context.runSeed, stage.name) : null,
    env: stage.env,
    outputs: stage.outputs,
  });
}

/** One way in which a stage is not what it was. `null` on a side: the thing is not there. */
export type Difference =
  /** There is nothing to compare with. */
  | { readonly kind: "first" }
  | { readonly kind: "schema"; readonly before: Json; readonly after: Json }
  | { readonly kind: "stage"; readonly before: Json; readonly after: Json }
  | { readonly kind: "command"; readonly before: Json; readonly after: Json }
  | { readonly kind: "param"; readonly name: string; readonly change: Change }
  | { readonly kind: "code"; readonly path: string; readonly change: Change }
  | { readonly kind: "input"; readonly stage: string; readonly change: Change }
  | { readonly kind: "env"; readonly name: string; readonly change: Change }
  | { readonly kind: "seed"; readonly before: Json; readonly after: Json }
  | { readonly kind: "outputs"; readonly before: Json; readonly after: Json };

export type Change =
  | { readonly kind: "added"; readonly after: Json }
  | { readonly kind: "removed"; readonly before: Json }
  | { readonly kind: "changed"; readonly before: Json; readonly after: Json };

/** How `current` differs from `previous`; empty exactly when their keys are equal. */
export function explainKey(current: KeyParts, previous: KeyParts | null): Difference[] {
  if (previous === null) return [{ kind: "first" }];
  const [now, then] = [walk(current), walk(previous)];
  const differences: Difference[] = [];
  for (const [id, fact] of now) {
    const earlier = then.get(id);
    if (earlier === undefined) differences.push(difference(fact, { kind: "added", after: fact.value }));
    else if (canonicalJson(earlier.value) !== canonicalJson(fact.value)) {
      differences.push(difference(fact, { kind: "changed", before: earlier.value, after: fact.value }));
    }
  }
  for (const [id, fact] of then) {
    if (!now.has(id)) differences.push(difference(fact, { kind: "removed", before: fact.value }));
  }
  return differences;
}

function difference(fact: Fact, change: Change): Difference {
  const name = fact.name ?? "";
  const before = change.kind === "added" ? null : change.before;
  const after = change.kind === "removed" ? null : change.after;
  switch (fact.kind) {
    case "params":
      return { kind: "param", name, change };
    case "code":
      return { kind: "code", path: name, change };
    case "inputs":
      return { kind: "input", stage: name, change };
    case "env":
      return { kind: "env", name, change };
    default:
      return { kind: fact.kind, before, after };
  }
}
