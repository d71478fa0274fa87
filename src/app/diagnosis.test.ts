import { expect, test } from "vitest";
import type { Combination } from "../contribution/contribution.ts";
import { examine } from "../decision/decide.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "../decision/simulate.test-util.ts";
import type { Observation } from "../evidence/evidence.ts";
import { tellingsOf } from "../plan/information.ts";
import { diagnose } from "./diagnosis.ts";

function truthOf(value: (x: Combination) => readonly number[], sd = 0.3, rest: Partial<Truth> = {}): Truth {
  return {
    space: plainSpace([1, 2, 1]),
    objectives: [objective("a", { guardrail: 1 }), objective("b", { sign: -1, weight: 0.5 })],
    value,
    noise: (_, rng) => [sd * rng.normal(), sd * rng.normal()],
    ...rest,
  };
}

const combinations = [0, 1].flatMap((a) => [0, 1, 2].flatMap((b) => [0, 1].map((c) => [a, b, c])));

function runsOf(truth: Truth, count: number): Observation[] {
  return combinations
    .slice(0, count)
    .map((combination) => observe(truth, "diagnosis", { combination, seed: 1, purpose: "search" }));
}

function without(objectiveName: string, run: Observation): Observation {
  return { ...run, outcomes: new Map([...run.outcomes].filter(([name]) => name !== objectiveName)) };
}

const plain = truthOf(([a = 0, b = 0]) => [2 * a + b, 5]);
const cases: Readonly<Record<string, readonly [Truth, readonly Observation[]]>> = {
  "no run": [plain, []],
  "one run": [plain, runsOf(plain, 1)],
  "runs that all diverged": (() => {
    const truth = truthOf(() => [Number.NaN, Number.NaN]);
    return [truth, runsOf(truth, 8)] as const;
  })(),
  "constant results": (() => {
    const truth = truthOf(() => [1, 1], 0);
    return [truth, runsOf(truth, 12)] as const;
  })(),
  "an objective that half of the runs lack": [
    plain,
    runsOf(plain, 12).map((run, i) => (i % 2 === 0 ? run : without("b", run))),
  ],
  "an objective that no run has": [plain, runsOf(plain, 12).map((run) => without("b", run))],
  "an effect a million times another": (() => {
    const truth = truthOf(([a = 0, b = 0]) => [1e6 * a + b, 5]);
    return [truth, runsOf(truth, 12)] as const;
  })(),
  "a space without factors": (() => {
    const truth = truthOf(() => [1, 1], 0.3, { space: plainSpace([]) });
    return [
      truth,
      [1, 2, 3].map((seed) => observe(truth, "none", { combination: [], seed, purpose: "search" })),
    ] as const;
  })(),
};

/** No number anywhere is NaN or infinite. */
function expectFinite(value: unknown, path: string): void {
  if (typeof value === "number") expect(Number.isFinite(value), `${path} is ${value}`).toBe(true);
  if (Array.isArray(value)) for (const [i, item] of value.entries()) expectFinite(item, `${path}[${i}]`);
  else if (typeof value === "object" && value !== null)
    for (const [key, item] of Object.entries(value)) expectFinite(item, `${path}.${key}`);
}

test.each(Object.entries(cases))("of %s every number is finite", (_name, [truth, observations]) => {
  const knowledge = { ...knowledgeOf(truth, observations), seededStages: [{ stage: "data", reach: [0] }] };
  const { decision, ensemble } = examine(knowledge, { detail: "full", runsLeft: null });
  const set = truth.space.factors.map(() => 1);
  for (const recommended of [decision.recommended, set]) {
    const steps: number[] = [];
    const diagnosis = diagnose(knowledge, ensemble, recommended, (done) => steps.push(done));
    expectFinite(diagnosis, "diagnosis");
    expect(diagnosis.fit.map(({ objective }) => objective)).toEqual(["a", "b"]);
    expect(diagnosis.noiseParts).toHaveLength(2);
    expect(diagnosis.narrowing.at(-1)?.runs ?? 0).toBe(observations.length);
    expect(steps).toHaveLength(diagnosis.narrowing.length);
    const planned = combinations.map((combination) => ({
      combination: combination.slice(0, set.length),
      seed: 2,
      purpose: "search" as const,
    }));
    expectFinite(tellingsOf(knowledge, ensemble, recommended, [], planned), "tellings");
  }
});
