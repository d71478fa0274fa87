import { expect, test } from "vitest";
import { digestJson, sha256 } from "../base/digest.ts";
import type { JsonObject } from "../base/json.ts";
import type { StageSpec } from "../lab/lab.ts";
import type { ResolvedRecipe } from "../recipe/recipe.ts";
import { createCostModel } from "./cost.ts";

function stage(name: string, needs: readonly string[], params: JsonObject, seeded: boolean): StageSpec {
  const resources = { cpus: 1, gpus: 0, memory: null };
  const code = [`${name}.py`];
  return { name, command: ["run"], needs, seeded, params, code, outputs: [], env: {}, resources, timeout: null };
}

function recipe(corpus: JsonObject, train: JsonObject, evaluation: JsonObject): ResolvedRecipe {
  const stages = [
    stage("corpus", [], corpus, false),
    stage("train", ["corpus"], train, true),
    stage("eval", ["train"], evaluation, false),
  ];
  const tree = new Map(stages.map(({ name }) => [`${name}.py`, sha256(name)]));
  return { recipe: { stages }, tree, edits: new Map(), digest: digestJson([corpus, train, evaluation]) };
}

const plain = recipe({}, { lr: 1 }, {});

function measured() {
  const costs = createCostModel();
  costs.add(plain, 1);
  costs.observe("corpus", {}, 2);
  costs.observe("train", { lr: 1 }, 10);
  costs.observe("eval", {}, 3);
  return costs;
}

test("what was run, or is on its way, costs nothing again", () => {
  expect(measured().cost(plain, 1)).toBe(0);
});

test("another seed costs what is seeded and what follows it; the corpus is shared", () => {
  expect(measured().cost(plain, 2)).toBe(13);
});

test("a change costs its stage and those after it", () => {
  expect(measured().cost(recipe({}, { lr: 1 }, { items: 9 }), 1)).toBe(3);
  expect(measured().cost(recipe({}, { lr: 2 }, {}), 1)).toBe(13);
  expect(measured().cost(recipe({ dedupe: true }, { lr: 1 }, {}), 1)).toBe(15);
});

test("a stage is priced by its own parameters where they were measured, else by the stage's mean", () => {
  const costs = measured();
  costs.observe("train", { lr: 2 }, 30);
  expect(costs.cost(recipe({}, { lr: 2 }, {}), 5)).toBe(33);
  expect(costs.cost(recipe({}, { lr: 3 }, {}), 5)).toBe(23);
  expect(costs.uncached(plain)).toBe(15);
});

test("before anything was measured, nothing is known", () => {
  expect(createCostModel().uncached(plain)).toBeNull();
});
