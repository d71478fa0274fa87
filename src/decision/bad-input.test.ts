import { describe, expect, test } from "vitest";
import type { Combination } from "../contribution/contribution.ts";
import type { Observation } from "../evidence/evidence.ts";
import type { Knowledge, PlanRequest } from "../plan/plan.ts";
import { decide } from "./decide.ts";
import { createPredictor } from "./predict.ts";
import { knowledgeOf, objective, observe, plainSpace, simulate, type Truth } from "./simulate.test-util.ts";
import { steer } from "./steer.ts";

function truthOf(factors: number, value: (x: Combination) => readonly number[], sd = 0.3): Truth {
  return {
    space: plainSpace(Array.from({ length: factors }, () => 1)),
    objectives: [objective("a", { guardrail: 1 }), objective("b", { sign: -1, weight: 0.5 })],
    value,
    noise: (_, rng) => [sd * rng.normal(), sd * rng.normal()],
  };
}

/** The baseline, and each level alone, twice over. */
function oneAtATime(truth: Truth, seeds: readonly number[] = [1]): Observation[] {
  const none = truth.space.factors.map(() => 0);
  const all = [none, ...none.map((_, j) => none.map((level, k) => (k === j ? 1 : level)))];
  return seeds.flatMap((seed) =>
    all.map((combination) => observe(truth, "bad", { combination, seed, purpose: "search" })),
  );
}

function requestOf(knowledge: Knowledge, rest: Partial<PlanRequest> = {}): PlanRequest {
  return {
    knowledge,
    pending: [],
    count: 3,
    cost: () => 1,
    feasible: () => true,
    runsLeft: 100,
    explore: 0.1,
    seed: "s",
    ...rest,
  };
}

/** No number anywhere is NaN or infinite. */
function expectFinite(value: unknown, path = "decision"): void {
  if (typeof value === "number") expect(Number.isFinite(value), `${path} is ${value}`).toBe(true);
  if (Array.isArray(value)) for (const [i, item] of value.entries()) expectFinite(item, `${path}[${i}]`);
  else if (typeof value === "object" && value !== null)
    for (const [key, item] of Object.entries(value)) expectFinite(item, `${path}.${key}`);
}

/** Steers and decides; checks that nothing is NaN, and that nothing lands without a confirmation. */
function survive(knowledge: Knowledge) {
  const steering = steer(requestOf(knowledge));
  const decision = decide(knowledge, { detail: "full", runsLeft: null });
  expectFinite(steering);
  expectFinite(decision);
  expectFinite(createPredictor(knowledge)(knowledge.space.factors.map((factor) => Math.min(1, factor.levels.length))));
  expect(decision.verdicts.some(({ kind }) => kind === "land")).toBe(false);
  return { steering, decision };
}

describe("bad input gives an honest answer", () => {
  test("nothing has been run: everything is unmeasured, the baseline is first", () => {
    const { steering, decision } = survive(knowledgeOf(truthOf(3, () => [0, 0])));
    expect(steering.suggestions[0]?.why).toEqual({ kind: "baseline" });
    expect(decision.verdicts.map((verdict) => verdict.kind === "undecided" && verdict.reason.kind)).toEqual([
      "unmeasured",
      "unmeasured",
      "unmeasured",
    ]);
  });

  test("one run only: intervals that admit effects of several matters", () => {
    const truth = truthOf(3, () => [5, 5]);
    const knowledge = knowledgeOf(truth, oneAtATime(truth).slice(0, 1));
    const { decision, steering } = survive(knowledge);
    expect(decision.state).toBe("measuring");
    expect(steering.suggestions.length).toBeGreaterThan(0);
    for (const { estimate } of decision.effects.filter((effect) => effect.objective === "a")) {
      expect(estimate.low).toBeLessThan(-1.5);
      expect(estimate.high).toBeGreaterThan(1.5);
    }
  });

  test("all runs diverged", () => {
    const truth = truthOf(4, () => [Number.NaN, Number.POSITIVE_INFINITY]);
    const { decision, steering } = survive(knowledgeOf(truth, oneAtATime(truth, [1, 2])));
    expect(decision.recommended).toEqual([0, 0, 0, 0]);
    expect(steering.stop).toBeNull();
    expect(steering.suggestions.length).toBeGreaterThan(0);
    for (const verdict of decision.verdicts)
      expect(verdict).toMatchObject({ kind: "undecided", reason: { kind: "unmeasured" } });
  });

  test("two identical contributions: one of them lands, and of the other it is said that it adds nothing", () => {
    const truth = truthOf(3, (x) => [4 * Math.max(x[0] ?? 0, x[1] ?? 0), 0]);
    const { decision } = survive(knowledgeOf(truth, oneAtATime(truth, [1, 2])));
    expect(decision.state).toBe("measuring");
    const end = simulate(truth, "twins", 60).decision;
    expect(end.recommended.slice(0, 2).sort()).toEqual([0, 1]);
    const other = end.verdicts[end.recommended[0] === 1 ? 1 : 0];
    expect(other?.kind).toBe("shelve");
    expect(["superseded", "no-effect"]).toContain(other?.kind === "shelve" ? other.reason.kind : "");
  });

  test("a constant objective has no effects; where all are constant, the baseline stays", () => {
    const truth = truthOf(3, (x) => [2 * (x[0] ?? 0), 7], 0);
    const { decision } = survive(knowledgeOf(truth, oneAtATime(truth, [1, 2, 3])));
    for (const { estimate } of decision.effects.filter((effect) => effect.objective === "b"))
      expect(Math.abs(estimate.mean)).toBeLessThan(0.1);
    const constant = truthOf(3, () => [5, 7], 0);
    const { knowledge, last, decision: end } = simulate(constant, "constant", 40);
    expect(last.stop).toEqual({ kind: "decided" });
    expect(end.recommended).toEqual([0, 0, 0]);
    const { decision: full } = survive(knowledge);
    for (const verdict of full.verdicts)
      expect(verdict).toMatchObject({ kind: "shelve", reason: { kind: "no-effect" } });
  });

  test("an objective that half the runs, or all of them, lack", () => {
    const truth = truthOf(4, (x) => [3 * (x[0] ?? 0), x[1] ?? 0]);
    const runs = oneAtATime(truth, [1, 2]);
    const without = (run: Observation): Observation => ({
      ...run,
      outcomes: new Map([...run.outcomes].filter(([name]) => name === "a")),
    });
    const half = survive(
      knowledgeOf(
        truth,
        runs.map((run, i) => (i % 2 === 0 ? run : without(run))),
      ),
    );
    const nothing = survive(knowledgeOf(truth, runs.map(without)));
    const doubt = ({ decision }: typeof half) =>
      Math.min(
        ...decision.effects.flatMap(({ objective: name, estimate }) =>
          name === "b" ? [estimate.high - estimate.low] : [],
        ),
      );
    // The less was measured, the less is claimed.
    expect(doubt(half)).toBeGreaterThan(0.1);
    expect(doubt(nothing)).toBeGreaterThan(2 * doubt(half));
  });

  test("a guarded objective that no run has measured keeps everything from landing", () => {
    const truth = truthOf(2, (x) => [0, -6 * (x[0] ?? 0)]);
    const blind = (run: Observation): Observation => ({
      ...run,
      outcomes: new Map([...run.outcomes].filter(([name]) => name === "b")),
    });
    const pairs = [1, 2, 3, 4, 5, 6].flatMap((i) =>
      [
        [0, 0],
        [1, 0],
      ].map((combination) => observe(truth, "bad", { combination, seed: 1000 + i, purpose: "confirm" })),
    );
    const { decision } = survive(knowledgeOf(truth, [...oneAtATime(truth), ...pairs].map(blind)));
    const guard = decision.set.confirmation?.tests.find(({ objective: name }) => name === "a");
    expect(guard?.e).toBe(1);
    expect(decision.set.confirmation?.outcome).not.toBe("confirmed");
  });

  test("an effect a million times another", () => {
    const truth = truthOf(4, (x) => [1e6 * (x[0] ?? 0) + (x[1] ?? 0), -1e6 * (x[2] ?? 0)]);
    const { decision } = survive(knowledgeOf(truth, oneAtATime(truth, [1, 2])));
    const effect = decision.effects.find((e) => e.level === "f0" && e.objective === "a" && e.sense === "alone");
    expect(effect?.estimate.low).toBeLessThan(1e6);
    expect(effect?.estimate.high).toBeGreaterThan(1e6);
    // Beside it nothing is known of the small one.
    expect(decision.verdicts[1]).toMatchObject({ kind: "undecided", reason: { kind: "noisy" } });
  });

  test("values of absurd size", () => {
    const truth = truthOf(3, (x) => [1e100 * (x[0] ?? 0), -1e-100 * (x[1] ?? 0)], 0);
    survive(knowledgeOf(truth, oneAtATime(truth)));
  });

  test("a budget smaller than one run stops at once, undecided", () => {
    const steering = steer(requestOf(knowledgeOf(truthOf(3, () => [0, 0])), { runsLeft: 0.5 }));
    expect(steering.suggestions).toEqual([]);
    expect(steering.stop).toEqual({ kind: "runs-spent" });
    expect(steering.decision.state).toBe("measuring");
  });

  test("64 factors and 3 runs", () => {
    const truth = truthOf(64, (x) => [x.reduce((sum, level) => sum + level, 0), 0]);
    const knowledge = knowledgeOf(truth, oneAtATime(truth).slice(0, 3));
    const steering = steer(requestOf(knowledge, { count: 1 }));
    expectFinite(steering);
    expect(steering.suggestions[0]?.why.kind).toBe("design");
    const decision = decide(knowledge, { detail: "sketch", runsLeft: 20 });
    expect(decision.state).toBe("measuring");
    expect(decision.verdicts).toHaveLength(64);
    expect(decision.verdicts.some(({ kind }) => kind === "land" || kind === "shelve")).toBe(false);
  });

  test("no combination can be built: no suggestion, a stop that says so, nothing claimed", () => {
    const truth = truthOf(3, () => [0, 0]);
    const onlyBaseline = (x: Combination) => x.every((level) => level === 0);
    for (const feasible of [() => false, onlyBaseline]) {
      const seeds = [1, 2, 3].map((seed) =>
        observe(truth, "none", { combination: [0, 0, 0], seed, purpose: "search" }),
      );
      const knowledge = knowledgeOf(truth, feasible([0, 0, 0]) ? seeds : []);
      const nothing = steer(requestOf(knowledge, { feasible }));
      expect(nothing.suggestions).toEqual([]);
      expect(nothing.stop).toEqual({ kind: "exhausted" });
      expect(nothing.decision.recommended).toEqual([0, 0, 0]);
      for (const verdict of nothing.decision.verdicts)
        expect(verdict).toMatchObject({ kind: "undecided", reason: { kind: "unmeasured" } });
    }
  });

  test("what crashed cannot run, and says which crash it was", () => {
    const truth = truthOf(3, () => [0, 0]);
    const failed = [
      [1, 0, 0],
      [0, 1, 0],
    ].map((combination) => ({ combination }));
    const runs = oneAtATime(truth).filter(({ combination }) => combination[1] === 0);
    const { decision } = survive({ ...knowledgeOf(truth, runs), failed });
    expect(decision.verdicts[1]).toMatchObject({
      kind: "shelve",
      reason: { kind: "cannot-run", crash: 1 },
    });
  });

  test("when nothing is left to search, what was found is confirmed", () => {
    // All that can be built are the baseline and one set.
    const truth = truthOf(4, (x) => [6 * (x[0] ?? 0), 0]);
    const feasible = (x: Combination) => x.slice(1).every((level) => level === 0);
    const runs = [1, 2, 3].flatMap((seed) =>
      [
        [0, 0, 0, 0],
        [1, 0, 0, 0],
      ].map((combination) => observe(truth, "few", { combination, seed, purpose: "search" })),
    );
    const { suggestions } = steer(requestOf(knowledgeOf(truth, runs), { feasible }));
    expect(suggestions.length).toBeGreaterThan(0);
    for (const { purpose, combination } of suggestions) {
      expect(purpose).toBe("confirm");
      expect(feasible(combination)).toBe(true);
    }
  });

  test("contradictory requirements: the level cannot run", () => {
    const level = (factor: number) => ({ factor, level: 1 });
    const truth: Truth = {
      ...truthOf(2, () => [0, 0]),
      space: plainSpace([1, 1], {
        requires: [{ level: level(0), anyOf: [level(1)] }],
        excludes: [[level(0), level(1)]],
      }),
    };
    const runs = [observe(truth, "c", { combination: [0, 0], seed: 1, purpose: "search" })];
    const steering = steer(requestOf(knowledgeOf(truth, runs)));
    for (const { combination } of steering.suggestions) expect(combination[0]).toBe(0);
    const { decision } = survive(knowledgeOf(truth, runs));
    expect(decision.verdicts[0]).toMatchObject({ kind: "shelve", reason: { kind: "cannot-run", crash: null } });
    expect(decision.verdicts[1]).toMatchObject({ kind: "undecided", reason: { kind: "unmeasured" } });
  });

  test("a space without factors", () => {
    const truth = truthOf(0, () => [0, 0]);
    const { decision, steering } = survive(
      knowledgeOf(truth, [observe(truth, "e", { combination: [], seed: 1, purpose: "search" })]),
    );
    expect(steering.stop).toEqual({ kind: "decided" });
    expect(decision.verdicts).toEqual([]);
  });
});
