import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Lab, StageSpec } from "../lab/lab.ts";
import { buildRecipe, sortStages } from "./build.ts";
import { renderCommand } from "./command.ts";

function stage(name: string, needs: readonly string[] = [], params: StageSpec["params"] = {}): StageSpec {
  const resources = { cpus: 1, gpus: 0, memory: null };
  return {
    name,
    command: ["true"],
    needs,
    seeded: false,
    params,
    code: [],
    outputs: [],
    env: {},
    resources,
    timeout: null,
  };
}

const lab: Lab = {
  name: "test",
  stages: [
    stage("eval", ["train"]),
    stage("train", ["data"], { lr: 0.1, "opt.name": "adam", steps: 300 }),
    stage("data"),
  ],
  objectives: [],
  scales: [
    { name: "proxy", set: { "train.steps": 100, "train.lr": 1 } },
    { name: "full", set: {} },
  ],
  executor: { kind: "local" },
  policy: {
    alpha: 0.05,
    confidence: 0.9,
    explore: 0.1,
    retries: 1,
    scale: null,
    blind: true,
    budget: { runs: null, core_hours: null, gpu_hours: null, hours: null },
  },
};

describe("buildRecipe", () => {
  test("sorts by needs and lays the overlay over the scale over the stage's own", () => {
    const recipe = buildRecipe(lab, "proxy", { "train.lr": 5, "train.opt.name": "muon" });
    expect(recipe.stages.map(({ name }) => name)).toEqual(["data", "train", "eval"]);
    expect(recipe.stages[1]?.params).toEqual({ lr: 5, "opt.name": "muon", steps: 100 });
    expect(lab.stages[1]?.params).toEqual({ lr: 0.1, "opt.name": "adam", steps: 300 });
  });

  test("refuses what the lab does not have", () => {
    expect(() => buildRecipe(lab, "huge", {})).toThrow(RangeError);
    expect(() => buildRecipe(lab, "full", { "train.lrr": 1 })).toThrow(RangeError);
    expect(() => buildRecipe(lab, "full", { "train.toString": 1 })).toThrow(RangeError);
  });
});

describe("sortStages", () => {
  /** Stage i needs only earlier ones; then the list is shuffled. */
  const graph = fc
    .array(fc.array(fc.nat(20), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
    .map((needs) => needs.map((own, i) => stage(`s${i}`, i === 0 ? [] : [...new Set(own.map((n) => `s${n % i}`))])));

  test("puts every stage after what it needs", () => {
    fc.assert(
      fc.property(
        graph.chain((stages) => fc.shuffledSubarray(stages, { minLength: stages.length })),
        (stages) => {
          const order = sortStages(stages).map(({ name }) => name);
          expect(order.toSorted()).toEqual(stages.map(({ name }) => name).sort());
          for (const { name, needs } of stages) {
            for (const need of needs) expect(order.indexOf(need)).toBeLessThan(order.indexOf(name));
          }
        },
      ),
    );
  });

  test("leaves an order that is right already", () => {
    fc.assert(
      fc.property(graph, (stages) => {
        expect(sortStages(stages)).toEqual(stages);
      }),
    );
  });

  test("refuses a circle", () => {
    expect(() => sortStages([stage("a", ["b"]), stage("b", ["a"])])).toThrow(RangeError);
  });
});

describe("renderCommand", () => {
  test("fills holes: text as it is, the rest as JSON; never splits a word", () => {
    const params = { s: "two words; $x", n: 1e-7, b: true, o: { b: 1, a: [null] } };
    const command = ["run", "--s={s}", "{n}", "{b}", "{o}", "{{n}}", "a{n}b{s}"];
    expect(renderCommand(command, params, {})).toEqual([
      "run",
      "--s=two words; $x",
      "1e-7",
      "true",
      '{"a":[null],"b":1}',
      "{n}",
      "a1e-7btwo words; $x",
    ]);
  });

  test("gives as many words as it takes, whatever the values hold", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("{v}", "x", "{v}{v}", "{{{v}}}")), fc.string(), (command, value) => {
        const argv = renderCommand(command, { v: value }, {});
        expect(argv.length).toBe(command.length);
        expect(argv).toEqual(
          command.map((word) => ({ "{v}": value, x: "x", "{v}{v}": value + value, "{{{v}}}": `{${value}}` })[word]),
        );
      }),
    );
  });

  test("puts a value in once: braces in it are not holes", () => {
    expect(renderCommand(["--out={CAIRN_OUT}"], {}, { CAIRN_OUT: "/a b" })).toEqual(["--out=/a b"]);
    expect(renderCommand(["{a}"], { a: "{b}", b: "no" }, {})).toEqual(["{b}"]);
  });
});
