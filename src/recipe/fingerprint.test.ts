import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { english } from "../api/words.ts";
import { type Digest, sha256 } from "../base/digest.ts";
import { isJsonArray, type Json } from "../base/json.ts";
import type { StageSpec } from "../lab/lab.ts";
import { explainKey, type KeyParts, keyParts, stageKey, stageSeed } from "./fingerprint.ts";
import type { Tree } from "./recipe.ts";

const name = fc.string({ minLength: 1, maxLength: 6 });
const json: fc.Arbitrary<Json> = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.string(),
  fc.array(fc.integer(), { maxLength: 3 }),
  fc.dictionary(name, fc.integer(), { maxKeys: 3 }),
);
const digest: fc.Arbitrary<Digest> = fc.string().map(sha256);
const parts: fc.Arbitrary<KeyParts> = fc.record({
  schema: fc.constant(1 as const),
  stage: name,
  command: fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
  params: fc.dictionary(name, json, { maxKeys: 5 }),
  code: fc.dictionary(name, digest, { maxKeys: 5 }),
  inputs: fc.dictionary(name, digest, { maxKeys: 3 }),
  seed: fc.option(fc.nat()),
  env: fc.dictionary(name, fc.string(), { maxKeys: 3 }),
  outputs: fc.uniqueArray(fc.string(), { maxLength: 4 }),
});

/** The same record with its keys in the opposite order. */
function turned<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).reverse());
}

function turnedJson(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  return isJsonArray(value) ? value.map(turnedJson) : turned(value);
}

function turnedParts(stage: KeyParts): KeyParts {
  return {
    outputs: stage.outputs.toReversed(),
    env: turned(stage.env),
    seed: stage.seed,
    inputs: turned(stage.inputs),
    code: turned(stage.code),
    params: turned(Object.fromEntries(Object.entries(stage.params).map(([key, value]) => [key, turnedJson(value)]))),
    command: stage.command,
    stage: stage.stage,
    schema: stage.schema,
  };
}

describe("a stage's key", () => {
  test("does not know the order of keys, files and outputs", () => {
    fc.assert(
      fc.property(parts, (stage) => {
        expect(stageKey(turnedParts(stage))).toBe(stageKey(stage));
        expect(explainKey(turnedParts(stage), stage)).toEqual([]);
      }),
    );
  });

  test("differs exactly when there is a difference to explain", () => {
    fc.assert(
      fc.property(
        parts,
        parts,
        fc.subarray(["stage", "command", "params", "code", "inputs", "seed", "env", "outputs"] as const),
        (a, b, fields) => {
          const mixed: KeyParts = { ...a, ...Object.fromEntries(fields.map((field) => [field, b[field]])) };
          const differences = explainKey(mixed, a);
          expect(stageKey(mixed) === stageKey(a)).toBe(differences.length === 0);
          for (const difference of differences) expect(english.stage(difference)).not.toBe("");
        },
      ),
      { numRuns: 300 },
    );
  });

  const base: KeyParts = {
    schema: 1,
    stage: "pretrain",
    command: ["node", "train.ts"],
    params: { position: "learned", steps: 300 },
    code: { "train.ts": sha256("a"), "lib.ts": sha256("b") },
    inputs: { corpus: sha256("c") },
    seed: 7,
    env: { THREADS: "2" },
    outputs: ["model.bin"],
  };

  test.each<[string, Partial<KeyParts>, string[]]>([
    ["the stage", { stage: "train" }, ['it is another stage: "train", not "pretrain"']],
    ["the command", { command: ["node", "x.ts"] }, ['the command changed from ["node","train.ts"] to ["node","x.ts"]']],
    [
      "a word's boundary",
      { command: ["node train.ts"] },
      ['the command changed from ["node","train.ts"] to ["node train.ts"]'],
    ],
    [
      "parameter",
      { params: { position: "rotary", steps: 300 } },
      ['parameter position changed from "learned" to "rotary"'],
    ],
    [
      "a parameter's type",
      { params: { position: "learned", steps: "300" } },
      ['parameter steps changed from 300 to "300"'],
    ],
    ["a new parameter", { params: { ...base.params, lr: 0.1 } }, ["parameter lr was added: 0.1"]],
    ["a lost parameter", { params: { steps: 300 } }, ['parameter position was removed: it was "learned"']],
    ["a file's content", { code: { ...base.code, "lib.ts": sha256("d") } }, ["lib.ts changed"]],
    [
      "renamed file",
      { code: { "train.ts": sha256("a"), "lib2.ts": sha256("b") } },
      ["lib2.ts was added", "lib.ts was removed"],
    ],
    ["an input", { inputs: { corpus: sha256("d") } }, ["the output of corpus is different"]],
    ["what it needs", { inputs: { data: sha256("c") } }, ["it now needs data", "it no longer needs corpus"]],
    ["the seed", { seed: 8 }, ["the run's seed is another"]],
    ["being seeded", { seed: null }, ["it is no longer seeded"]],
    ["the environment", { env: { THREADS: "4" } }, ['environment variable THREADS changed from "2" to "4"']],
    ["its outputs", { outputs: [] }, ['its outputs changed from ["model.bin"] to []']],
  ])("changes with %s, and says so", (_, change, expected) => {
    const changed = { ...base, ...change };
    expect(stageKey(changed)).not.toBe(stageKey(base));
    expect(explainKey(changed, base).map(english.stage)).toEqual(expected);
  });

  test("keeps a fact where it stands: the same name and value elsewhere is another key", () => {
    const asEnv: KeyParts = { ...base, params: {}, env: { a: "1" } };
    const asParam: KeyParts = { ...base, params: { a: "1" }, env: {} };
    expect(stageKey(asEnv)).not.toBe(stageKey(asParam));
  });

  test("is not made of what has no canonical text", () => {
    expect(() => stageKey({ ...base, params: { lr: Number.NaN } })).toThrow(TypeError);
  });

  test("has nothing to be compared with the first time", () => {
    expect(explainKey(base, null).map(english.stage)).toEqual(["nothing like it has run before"]);
  });

  // A key that changes silently makes every cache of every lab worthless: this one is written down.
  test("is the same in every version that calls its schema 1", () => {
    expect(stageKey(base)).toBe("863ad5a519b93bbac19fdb78d8c00fb5f8ac33f66e3f16c62e17e46bc3e41be4");
  });
});

describe("keyParts", () => {
  const stage: StageSpec = {
    name: "pretrain",
    command: ["node", "src/train.ts"],
    needs: ["corpus"],
    seeded: true,
    params: {},
    code: ["src/**/*.ts"],
    outputs: [],
    env: {},
    resources: { cpus: 1, gpus: 0, memory: null },
    timeout: null,
  };
  const tree: Tree = new Map([
    ["src/train.ts", sha256("1")],
    ["src/lib/math.ts", sha256("2")],
    ["src/.hidden.ts", sha256("3")],
    ["src/.cache/x.ts", sha256("4")],
    ["README.md", sha256("5")],
  ]);
  const context = { tree, inputs: { corpus: sha256("c"), other: sha256("o") }, runSeed: 3 };
  const partsOf = (changes: Partial<StageSpec>, on: Partial<typeof context> = {}) => {
    const made = keyParts({ ...stage, ...changes }, { ...context, ...on });
    if (!made.ok) throw new Error(made.error.message);
    return made.value;
  };

  test("takes the files its globs match, dotfiles only by their dot, and the inputs it needs", () => {
    const made = partsOf({});
    expect(Object.keys(made.code)).toEqual(["src/lib/math.ts", "src/train.ts"]);
    expect(made.inputs).toEqual({ corpus: sha256("c") });
    expect(Object.keys(partsOf({ code: ["src/.*.ts", "src/.cache/*"] }).code)).toEqual([
      "src/.cache/x.ts",
      "src/.hidden.ts",
    ]);
  });

  test("does not know the order of the tree, of the globs and of the needs", () => {
    const entries = [...tree];
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), fc.boolean(), (shuffled, swap) => {
        const code = ["src/train.ts", "src/**/*.ts"];
        const made = partsOf({ code: swap ? code.toReversed() : code }, { tree: new Map(shuffled) });
        expect(stageKey(made)).toBe(stageKey(partsOf({})));
      }),
    );
  });

  test("never knows where and how the stage runs", () => {
    const arbitrary = fc.record({
      resources: fc.record({ cpus: fc.nat(), gpus: fc.nat(), memory: fc.option(fc.nat()) }),
      timeout: fc.option(fc.nat()),
    });
    fc.assert(
      fc.property(arbitrary, (changes) => {
        expect(stageKey(partsOf(changes))).toBe(stageKey(partsOf({})));
      }),
    );
  });

  test("knows a file's content only if a glob matches it", () => {
    const touched = (path: string) => stageKey(partsOf({}, { tree: new Map(tree).set(path, sha256("new")) }));
    expect(touched("README.md")).toBe(stageKey(partsOf({})));
    expect(touched("src/train.ts")).not.toBe(stageKey(partsOf({})));
    expect(touched("src/new.ts")).not.toBe(stageKey(partsOf({})));
  });

  test("has the seed only when the stage is seeded", () => {
    expect(partsOf({}).seed).toBe(stageSeed(3, "pretrain"));
    expect(stageKey(partsOf({ seeded: false }))).toBe(stageKey(partsOf({ seeded: false }, { runSeed: 4 })));
  });

  test("refuses a glob that matches no file, by name", () => {
    const made = keyParts({ ...stage, code: ["src/**/*.ts", "lib/*.py"] }, context);
    expect(made).toEqual({
      ok: false,
      error: {
        kind: "no-code",
        stage: "pretrain",
        glob: "lib/*.py",
        message: "stage `pretrain`: no file matches `lib/*.py` of its `code`",
      },
    });
  });

  test("without an input it needs there is no key", () => {
    expect(() => keyParts(stage, { ...context, inputs: {} })).toThrow(RangeError);
  });
});

test("a stage's seed depends on the run's seed and the stage's name, and fits 31 bits", () => {
  expect(stageSeed(1, "pretrain")).toBe(Number.parseInt(sha256("1/pretrain").slice(0, 8), 16) >>> 1);
  fc.assert(
    fc.property(fc.nat(), fc.string(), (seed, stage) => {
      const derived = stageSeed(seed, stage);
      expect(derived).toBeGreaterThanOrEqual(0);
      expect(derived).toBeLessThan(2 ** 31);
      expect(derived).not.toBe(stageSeed(seed + 1, stage));
    }),
  );
});
