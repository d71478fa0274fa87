import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDiagnostic, hasErrors } from "./diagnostic.ts";
import { parseLab } from "./parse.ts";

const parse = (text: string) => parseLab({ path: "cairn.yaml", text });

const full = `
cairn: 1
name: 州 of the union
stages:
  corpus: { run: node "stages/the corpus.ts", code: [stages/*.ts], params: { dedupe: null, min_chars: 2e2, list: [1, {a: b}] } }
  pretrain:
    needs: [corpus]
    seeded: true
    run: [node, train.ts, 3, 1.50, true, "{position}{{", "--lr={opt.lr}"]
    code: ["stages/**", "lib/{a,b}.ts"]
    params: &shared { position: learned, opt.lr: 1e-3, steps: 300 }
    outputs: [model.bin, logs/x.json]
    env: { THREADS: 2, FAST: true, NAME: "", VERSION: 1.10 }
    resources: { cpus: 1.5, gpus: 2, memory: 2GiB }
    timeout: 1.5h
  eval: { needs: [pretrain, corpus], run: sh eval.sh, params: *shared, resources: { memory: 512 }, timeout: 90s }
objectives:
  val_bpb: { stage: eval, goal: minimize, unit: bits/byte, matters: 0.01, guardrail: 5 % }
  speed: { stage: pretrain, goal: maximize, matters: 5%, weight: 0, items: true }
scales: { proxy: { pretrain.steps: 100, pretrain.opt.lr: 1, corpus.dedupe: near }, 125m: }
policy: { alpha: 0.1, confidence: 0.95, explore: 0, retries: 3, scale: proxy, blind: false, budget: { runs: 40, core_hours: 2.5 } }
`;

describe("parseLab", () => {
  test("reads every key", () => {
    const { lab, diagnostics, places } = parse(full);
    expect(diagnostics).toEqual([]);
    expect(lab).toEqual({
      name: "州 of the union",
      stages: [
        {
          name: "corpus",
          command: ["node", "stages/the corpus.ts"],
          needs: [],
          seeded: false,
          params: { dedupe: null, min_chars: 200, list: [1, { a: "b" }] },
          code: ["stages/*.ts"],
          outputs: [],
          env: {},
          resources: { cpus: 1, gpus: 0, memory: null },
          timeout: null,
        },
        {
          name: "pretrain",
          command: ["node", "train.ts", "3", "1.50", "true", "{position}{{", "--lr={opt.lr}"],
          needs: ["corpus"],
          seeded: true,
          params: { position: "learned", "opt.lr": 0.001, steps: 300 },
          code: ["stages/**", "lib/{a,b}.ts"],
          outputs: ["model.bin", "logs/x.json"],
          env: { THREADS: "2", FAST: "true", NAME: "", VERSION: "1.10" },
          resources: { cpus: 1.5, gpus: 2, memory: 2048 },
          timeout: 5400,
        },
        {
          name: "eval",
          command: ["sh", "eval.sh"],
          needs: ["pretrain", "corpus"],
          seeded: false,
          params: { position: "learned", "opt.lr": 0.001, steps: 300 },
          code: [],
          outputs: [],
          env: {},
          resources: { cpus: 1, gpus: 0, memory: 512 },
          timeout: 90,
        },
      ],
      objectives: [
        {
          name: "val_bpb",
          stage: "eval",
          goal: "minimize",
          unit: "bits/byte",
          matters: { kind: "absolute", value: 0.01 },
          guardrail: { kind: "relative", fraction: 0.05 },
          weight: 1,
          items: false,
        },
        {
          name: "speed",
          stage: "pretrain",
          goal: "maximize",
          unit: null,
          matters: { kind: "relative", fraction: 0.05 },
          guardrail: null,
          weight: 0,
          items: true,
        },
      ],
      scales: [
        { name: "proxy", set: { "pretrain.steps": 100, "pretrain.opt.lr": 1, "corpus.dedupe": "near" } },
        { name: "125m", set: {} },
      ],
      policy: {
        alpha: 0.1,
        confidence: 0.95,
        explore: 0,
        retries: 3,
        scale: "proxy",
        blind: false,
        budget: { runs: 40, core_hours: 2.5, gpu_hours: null, hours: null },
      },
      executor: { kind: "local" },
    });
    const { run, code } = places.stages.get("corpus") ?? { run: null, code: [] };
    expect(run === null ? "" : full.slice(run.start, run.end)).toBe('node "stages/the corpus.ts"');
    expect(code.map(({ start, end }) => full.slice(start, end))).toEqual(["stages/*.ts"]);
  });

  test("fills in every default", () => {
    const { lab } = parse(
      "cairn: 1\nname: t\nstages: { a: { run: x, needs: , timeout: null } }\nobjectives: { o: { stage: a, goal: minimize, matters: 1 } }",
    );
    expect(lab?.stages[0]).toMatchObject({
      needs: [],
      seeded: false,
      params: {},
      code: [],
      outputs: [],
      env: {},
      timeout: null,
    });
    expect(lab?.objectives[0]).toMatchObject({ unit: null, guardrail: null, weight: 1, items: false });
    expect(lab?.scales).toEqual([{ name: "full", set: {} }]);
    expect(lab?.policy).toEqual({
      alpha: 0.05,
      confidence: 0.9,
      explore: 0.1,
      retries: 1,
      scale: null,
      blind: true,
      budget: { runs: null, core_hours: null, gpu_hours: null, hours: null },
    });
  });

  test("finds a parameter inherited from Object nowhere", () => {
    const text = full.replace("pretrain.steps: 100", "pretrain.toString: 100").replace("{position}", "{constructor}");
    expect(parse(text).diagnostics.map((diagnostic) => diagnostic.code)).toEqual(["unknown-param", "unknown-param"]);
  });

  // Cut, doubled and changed in the middle: there is always a lab or an error, and every place is in the file.
  test("has an answer for every damaged file", () => {
    const edit = fc.tuple(
      fc.nat(full.length),
      fc.nat(20),
      fc.oneof(
        fc.string({ maxLength: 4 }),
        fc.constantFrom("\n", "\t", "{", "]", ": ", "- ", "*a", "&a ", "'", "#", "? ", "<<: ", "!!map ", "---\n"),
      ),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let text = full;
        for (const [at, length, insert] of edits) text = text.slice(0, at) + insert + text.slice(at + length);
        const { lab, diagnostics } = parse(text);
        expect(lab === null).toBe(hasErrors(diagnostics));
        for (const diagnostic of diagnostics) {
          const { start, end } = diagnostic.span;
          expect(0 <= start && start <= end && end <= text.length).toBe(true);
          expect(diagnostic.message).toMatch(/^\S.*[.]$/s);
          expect(formatDiagnostic(diagnostic, { color: false })).toContain("cairn.yaml:");
        }
      }),
      { numRuns: 400 },
    );
  });

  test("is not blown up by aliases of aliases", () => {
    const lines = Array.from(
      { length: 12 },
      (_, i) => `  a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(", ")}]`,
    );
    const bomb = `cairn: 1\nx:\n  a0: &a0 [1]\n${lines.join("\n")}\n`;
    expect(parse(bomb).diagnostics.map((diagnostic) => diagnostic.code)).toEqual(["too-large"]);
  });

  test("is not blown up by brackets", () => {
    expect(parse(`cairn: ${"[".repeat(3000)}`).lab).toBe(null);
    expect(parse(`cairn: ${"[".repeat(300)}${"]".repeat(300)}`).diagnostics.map((d) => d.code)).toEqual(["too-large"]);
  });
});

describe("the executor", () => {
  const minimal =
    "cairn: 1\nname: t\nstages: { a: { run: x } }\nobjectives: { o: { stage: a, goal: minimize, matters: 1 } }";
  const read = (text: string) => parse(`${minimal}\nexecutor: ${text}\n`);

  test("is local unless the lab says otherwise", () => {
    expect(parse(minimal).lab?.executor).toEqual({ kind: "local" });
    expect(read("{ kind: local }").lab?.executor).toEqual({ kind: "local" });
  });

  test("reads what Slurm and Ray are to be told", () => {
    expect(
      read("{ kind: slurm, partition: gpu, qos: high, arguments: [--exclusive], prefix: [a, a] }").lab?.executor,
    ).toEqual({
      kind: "slurm",
      ...{ jobs: 32, modules: [], prefix: ["a", "a"] },
      ...{ partition: "gpu", account: null, qos: "high", arguments: ["--exclusive"] },
    });
    expect(read("{ kind: ray, address: 'http://head:8265/', jobs: 4, modules: [cuda/12] }").lab?.executor).toEqual({
      kind: "ray",
      ...{ jobs: 4, modules: ["cuda/12"], prefix: [], address: "http://head:8265" },
    });
  });

  test("says which kind a key belongs to, and what is wrong with a value", () => {
    const messages = (text: string) => read(text).diagnostics.map(({ message, help }) => `${message} ${help}`);
    expect(messages("{ kind: ray, partition: gpu }")).toEqual([
      "`partition` means nothing to the executor `ray`. It is a key of `kind: slurm`.",
    ]);
    expect(messages("{ jobs: 3 }")).toEqual([
      "`jobs` means nothing to the executor `local`. It is a key of `kind: slurm` and `kind: ray`.",
    ]);
    expect(messages("{ kind: ray, address: 'head:8265' }")[0]).toContain("is not an address");
    expect(messages("{ kind: slrum }")[0]).toContain("slurm");
  });
});
