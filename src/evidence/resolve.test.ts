import { expect, test } from "vitest";
import type { Objective } from "../lab/lab.ts";
import type { Observation, Outcome } from "./evidence.ts";
import { resolveObjectives } from "./resolve.ts";

const speed: Objective = {
  name: "speed",
  stage: "train",
  goal: "minimize",
  unit: null,
  matters: { kind: "relative", fraction: 0.05 },
  guardrail: { kind: "relative", fraction: 0.1 },
  weight: 2,
  items: false,
};

function run(combination: readonly number[], outcome: Outcome | null): Observation {
  const outcomes = new Map(outcome === null ? [] : [["speed", outcome]]);
  return { run: "r", combination, seed: 1, purpose: "search", context: [], outcomes };
}
const measured = (value: number): Outcome => ({ kind: "measured", value, samplingError: null });

test("percentages are of the baseline's mean", () => {
  const runs = [run([0], measured(-90)), run([0], measured(-110)), run([1], measured(7))];
  expect(resolveObjectives([speed], runs, [0])).toEqual([
    { name: "speed", sign: -1, matters: 5, guardrail: 10, weight: 2 },
  ]);
});

test.each([
  ["no runs at all", [], 0.05],
  ["a baseline that has only diverged: the other runs", [run([0], { kind: "diverged" }), run([1], measured(40))], 2],
  ["an objective that was never measured", [run([0], null)], 0.05],
  ["a baseline of exactly zero", [run([0], measured(0))], 0.05],
])("%s: amounts stay positive", (_, runs, matters) => {
  const [found] = resolveObjectives([speed], runs, [0]);
  expect(found?.matters).toBeCloseTo(matters, 12);
  expect(found?.guardrail).toBeGreaterThan(0);
});

test("absolute amounts stay as they are", () => {
  const absolute: Objective = { ...speed, goal: "maximize", matters: { kind: "absolute", value: 3 }, guardrail: null };
  expect(resolveObjectives([absolute], [run([0], measured(1000))], [0])).toEqual([
    { name: "speed", sign: 1, matters: 3, guardrail: null, weight: 2 },
  ]);
});
