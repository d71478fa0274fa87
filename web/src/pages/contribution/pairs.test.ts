import { expect, test } from "vitest";
import { type Effect, type Interaction, pairsOf } from "./pairs.ts";

const effects: Effect[] = [
  { level: "rotary", objective: null, sense: "alone", estimate: { mean: 0.14, low: 0.05, high: 0.22 } },
  { level: "rotary", objective: null, sense: "in-set", estimate: { mean: 0.02, low: -0.05, high: 0.08 } },
];
const pair = (a: string, b: string, sense: Interaction["sense"], mean: number, half: number): Interaction => ({
  a,
  b,
  objective: null,
  sense,
  estimate: { mean, low: mean - half, high: mean + half },
});

test("alone: the effect itself, and with the other", () => {
  const interactions = [pair("bpe", "rotary", "alone", 0.01, 0.5), pair("muon", "rotary", "alone", -0.12, 0.05)];
  const found = pairsOf(effects, interactions, {
    level: "rotary",
    objective: null,
    sense: "alone",
    recommended: new Set(["muon"]),
  });
  expect(found.map(({ other, sure }) => ({ other, sure }))).toEqual([
    { other: "muon", sure: true },
    { other: "bpe", sure: false },
  ]);
  expect(found[0]?.without).toBeCloseTo(0.14);
  expect(found[0]?.with).toBeCloseTo(0.02);
});

test("in the set: with those of the set, it was measured so", () => {
  const interactions = [pair("rotary", "muon", "in-set", -0.12, 0.05), pair("rotary", "wsd", "in-set", 0.04, 0.05)];
  const found = pairsOf(effects, interactions, {
    level: "rotary",
    objective: null,
    sense: "in-set",
    recommended: new Set(["muon"]),
  });
  expect(found[0]).toMatchObject({ other: "muon", with: 0.02 });
  expect(found[0]?.without).toBeCloseTo(0.14);
  expect(found[1]).toMatchObject({ other: "wsd", without: 0.02 });
  expect(found[1]?.with).toBeCloseTo(0.06);
});

test("without an effect nothing is said", () => {
  const asked = { level: "muon", objective: null, sense: "alone", recommended: new Set<string>() } as const;
  expect(pairsOf(effects, [pair("muon", "rotary", "alone", 1, 0.1)], asked)).toEqual([]);
});
