import { describe, expect, test } from "vitest";
import type { Combination } from "../contribution/contribution.ts";
import type { ResolvedObjective } from "../evidence/evidence.ts";
import type { Knowledge } from "../plan/plan.ts";
import { allCombinations, hamming, isLegal } from "../plan/space.ts";
import { decide } from "./decide.ts";
import type { Verdict } from "./decision.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "./simulate.test-util.ts";

const at = (x: Combination, j: number) => x[j] ?? 0;

interface Case {
  readonly truth: Truth;
  /** Which combinations have been run (of the legal ones), and how often. */
  readonly run?: (x: Combination) => boolean;
  readonly seeds?: number;
  /** A set whose confirmation has been run, and for how many pairs. */
  readonly confirm?: { readonly set: Combination; readonly pairs: number };
}

function truthOf(
  levels: readonly number[],
  value: (x: Combination) => readonly number[],
  rest: {
    readonly objectives?: readonly ResolvedObjective[];
    readonly sd?: number;
    readonly space?: Partial<Truth["space"]>;
  } = {},
): Truth {
  const sd = rest.sd ?? 0.1;
  return {
    space: plainSpace(levels, rest.space),
    objectives: rest.objectives ?? [objective("a"), objective("b")],
    value,
    noise: (_, rng) => [sd * rng.normal(), sd * rng.normal()],
  };
}

function knowledgeFor({ truth, run = () => true, seeds = 2, confirm }: Case): Knowledge {
  const searched = allCombinations(truth.space)
    .filter((x) => isLegal(truth.space, x) && run(x))
    .flatMap((combination) =>
      Array.from({ length: seeds }, (_, s) => observe(truth, "v", { combination, seed: s + 1, purpose: "search" })),
    );
  const none = truth.space.factors.map(() => 0);
  const confirmed = Array.from({ length: confirm?.pairs ?? 0 }, (_, k) =>
    [none, confirm?.set ?? none].map((combination) =>
      observe(truth, "v", { combination, seed: 1001 + k, purpose: "confirm" }),
    ),
  ).flat();
  return knowledgeOf(truth, [...searched, ...confirmed]);
}

function verdicts(known: Case): readonly Verdict[] {
  return decide(knowledgeFor(known), { detail: "full", runsLeft: null }).verdicts;
}

/** The verdict as `kind` or `kind: reason`, by level. */
function summary(known: Case): Record<string, string> {
  return Object.fromEntries(
    verdicts(known).map((verdict) => [
      verdict.level,
      verdict.kind === "land" ? "land" : `${verdict.kind}: ${verdict.reason.kind}`,
    ]),
  );
}

const additive = truthOf([1, 1, 1], (x) => [5 * at(x, 0) - 4 * at(x, 1), 0]);

describe("every verdict has its case", () => {
  test("land, hurts, no-effect", () => {
    const known = { truth: additive, confirm: { set: [1, 0, 0], pairs: 7 } };
    expect(summary(known)).toEqual({ f0: "land", f1: "shelve: hurts", f2: "shelve: no-effect" });
    const [landed] = verdicts(known);
    expect(landed).toMatchObject({ reason: { worksWith: [], overlapsWith: [] } });
  });

  test("land, with whom it works and whom it overlaps", () => {
    const truth = truthOf([1, 1, 1], (x) => [
      4 * at(x, 0) + 3 * at(x, 1) + 6 * at(x, 2) + 4 * at(x, 0) * at(x, 1) - 3 * at(x, 0) * at(x, 2),
      0,
    ]);
    const [first] = verdicts({ truth, confirm: { set: [1, 1, 1], pairs: 7 } });
    expect(first).toMatchObject({ kind: "land", reason: { worksWith: ["f1"], overlapsWith: ["f2"] } });
  });

  test("unconfirmed, at the price of the pairs still needed", () => {
    const [first] = verdicts({ truth: additive, confirm: { set: [1, 0, 0], pairs: 1 } });
    expect(first).toMatchObject({ kind: "undecided", reason: { kind: "unconfirmed" } });
    if (first?.kind !== "undecided") throw new Error("decided");
    expect(first.costToKnow.runs % 2).toBe(0);
    expect(first.costToKnow.coreSeconds).toBe(10 * first.costToKnow.runs);
  });

  test("unmeasured and noisy", () => {
    const truth = truthOf([1, 1], (x) => [-0.5 * at(x, 0), 0]);
    const known: Case = { truth, run: (x) => at(x, 1) === 0, seeds: 1 };
    expect(summary(known)).toEqual({ f0: "undecided: noisy", f1: "undecided: unmeasured" });
  });

  test("superseded by what does its work already", () => {
    const truth = truthOf([1, 1], (x) => [6 * at(x, 0) + 4 * at(x, 1) - 4 * at(x, 0) * at(x, 1), 0]);
    const [, second] = verdicts({ truth, seeds: 4, confirm: { set: [1, 0], pairs: 7 } });
    expect(second).toMatchObject({ kind: "shelve", reason: { kind: "superseded", by: "f0" } });
  });

  test("superseded by what it excludes", () => {
    const level = (factor: number) => ({ factor, level: 1 });
    const truth = truthOf([1, 1], (x) => [6 * at(x, 0) + 2 * at(x, 1), 0], {
      space: { excludes: [[level(0), level(1)]] },
    });
    const [, second] = verdicts({ truth, seeds: 3, confirm: { set: [1, 0], pairs: 7 } });
    expect(second).toMatchObject({ kind: "shelve", reason: { kind: "superseded", by: "f0" } });
  });

  test("only with another that is shelved", () => {
    // f1 needs f2, which costs more than the two bring.
    const truth = truthOf([1, 1, 1], (x) => [5 * at(x, 0) - 2 * at(x, 1) - 9 * at(x, 2) + 7 * at(x, 1) * at(x, 2), 0]);
    const [, second] = verdicts({ truth, seeds: 3, confirm: { set: [1, 0, 0], pairs: 7 } });
    expect(second).toMatchObject({ kind: "shelve", reason: { kind: "only-with", other: "f2" } });
  });

  test("harms a guarded objective; in doubt about the guardrail", () => {
    const objectives = [objective("a"), objective("b", { weight: 0, guardrail: 2 })];
    const harmful = truthOf([1, 1], (x) => [5 * at(x, 0) + 5 * at(x, 1), -6 * at(x, 1)], { objectives });
    const [, second] = verdicts({ truth: harmful, confirm: { set: [1, 0], pairs: 7 } });
    expect(second).toMatchObject({ kind: "shelve", reason: { kind: "harms", objective: "b", guardrail: true } });

    const marginal = truthOf([1, 1], (x) => [5 * at(x, 0) + 5 * at(x, 1), -2 * at(x, 1)], { objectives, sd: 0.4 });
    const [, other] = verdicts({ truth: marginal, confirm: { set: [1, 0], pairs: 7 } });
    expect(other).toMatchObject({ kind: "undecided", reason: { kind: "guardrail-unsure", objective: "b" } });
  });

  test("harms: buys one objective with another", () => {
    const truth = truthOf([1, 1], (x) => [5 * at(x, 0) + 3 * at(x, 1), -8 * at(x, 1)]);
    const [, second] = verdicts({ truth, confirm: { set: [1, 0], pairs: 7 } });
    expect(second).toMatchObject({ kind: "shelve", reason: { kind: "harms", objective: "b", guardrail: false } });
  });

  test("diverges", () => {
    const truth = truthOf([1, 1], (x) => (at(x, 1) === 1 ? [Number.NaN, 0] : [5 * at(x, 0), 0]));
    const [, second] = verdicts({ truth, confirm: { set: [1, 0], pairs: 7 } });
    expect(second).toEqual({ kind: "shelve", level: "f1", reason: { kind: "diverges", runs: 4, of: 4 } });
  });
});

test("what is in the baseline has no verdict, and is measured by leaving it out", () => {
  const knowledge: Knowledge = { ...knowledgeFor({ truth: additive }), baseline: [1, 0, 0] };
  const decision = decide(knowledge, { detail: "full", runsLeft: null });
  expect(decision.verdicts.map(({ level }) => level)).toEqual(["f1", "f2"]);
  const alone = decision.effects.find((e) => e.level === "f0" && e.objective === "a" && e.sense === "alone");
  expect(Math.abs((alone?.estimate.mean ?? 0) - 5)).toBeLessThan(0.5);
});

test("the points on the front are those that no other beats on everything", () => {
  const truth = truthOf([1, 1], (x) => [4 * at(x, 0) - 3 * at(x, 1), 4 * at(x, 1) - 2 * at(x, 0)]);
  const { points } = decide(knowledgeFor({ truth }), { detail: "full", runsLeft: null });
  const front = points.filter(({ onFront }) => onFront).map(({ combination }) => combination.join(""));
  expect(front.sort()).toEqual(["01", "10", "11"]);
  expect(points.every(({ runs, combination }) => runs === 2 && hamming(combination, [0, 0]) <= 2)).toBe(true);
});
