import { beforeAll, describe, expect, test } from "vitest";
import { createRng, type Rng } from "../base/rng.ts";
import type { Combination, LevelRef } from "../contribution/contribution.ts";
import type { Interval } from "../evidence/evidence.ts";
import { normalQuantile } from "../math/normal.ts";
import {
  believe,
  type Ensemble,
  estimate,
  estimateDifference,
  intervalOf,
  knowledgeShape,
  probabilityAbove,
} from "../plan/belief.ts";
import { contrast } from "../plan/functional.ts";
import type { Knowledge } from "../plan/plan.ts";
import { allCombinations, hasLevel, isLegal, levelId, levelsOf, stepOf } from "../plan/space.ts";
import type { Assessment } from "./assess.ts";
import type { Verdict } from "./decision.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "./simulate.test-util.ts";
import { verdictsOf } from "./verdicts.ts";

/** Every verdict of many random labs is held against the rules it stands for, worked out from the beliefs by hand. */

interface Lab {
  readonly knowledge: Knowledge;
  readonly ensemble: Ensemble;
  readonly assessment: Assessment;
  readonly verdicts: readonly Verdict[];
}

const pairsToGo = 5;
const cost = 10;

function randomLab(rng: Rng): Lab {
  const exclusive = [
    { factor: 1, level: 1 },
    { factor: 2, level: 1 },
  ] as const;
  const space = plainSpace([2, 1, 1], { excludes: rng.uniform() < 0.3 ? [exclusive] : [] });
  const [sd, size] = [0.1 + 0.8 * rng.uniform(), 1 + 3 * rng.uniform()];
  // Now and then the last two hurt alone and help together.
  const partners = rng.uniform() < 0.25;
  const together = ([, a = 0, b = 0]: Combination) => (partners ? -4 * a - 5 * b + 8 * a * b : 0);
  const table = new Map(
    allCombinations(space).map((x) => [x.join(), [size * rng.normal() + together(x), size * rng.normal()]]),
  );
  const truth: Truth = {
    space,
    objectives: [
      objective("a", { weight: 1 }),
      objective("b", {
        sign: -1,
        weight: rng.uniform() < 0.5 ? 0.5 : 0,
        matters: 0.5,
        guardrail: rng.uniform() < 0.5 ? 1 + rng.uniform() : null,
      }),
    ],
    value: (x) => table.get(x.join()) ?? [],
    noise: (_, own) => [sd * own.normal(), sd * own.normal()],
  };
  const legal = allCombinations(space).filter((x) => isLegal(space, x));
  const combinations = [[0, 0, 0], ...rng.shuffle(legal).slice(0, 3 + rng.int(5))];
  const runs = combinations.flatMap((combination) =>
    Array.from({ length: 1 + rng.int(4) }, (_, seed) =>
      observe(truth, "lab", { combination, seed, purpose: "search" }),
    ),
  );
  const knowledge = { ...knowledgeOf(truth, runs), meanRunCost: cost };
  const plain = partners ? combinations.find(([first = 0, a, b]) => first > 0 && a === 0 && b === 0) : undefined;
  const recommended = plain ?? combinations[1 + rng.int(combinations.length - 1)] ?? [0, 0, 0];
  const assessment: Assessment = {
    phase: "confirm",
    recommended,
    confirmation: { pairs: 5, threshold: 33, tests: [], outcome: rng.uniform() < 0.5 ? "confirmed" : "pending" },
    candidateIndex: 0,
    doubtful: [],
    questions: [],
    noise: sd * (1 + rng.uniform()),
    gain: 1,
  };
  const ensemble = [believe(knowledge)];
  return { knowledge, ensemble, assessment, verdicts: verdictsOf({ knowledge, ensemble, assessment, pairsToGo }) };
}

const labs: Lab[] = [];
beforeAll(() => {
  const rng = createRng("verdict labs");
  for (let i = 0; i < 400; i++) labs.push(randomLab(rng.fork(`${i}`)));
});

/** Utility's interval of what a level does at a combination; null where it cannot. */
function stepAt({ knowledge, ensemble }: Lab, at: Combination, ref: LevelRef): Interval | null {
  const step = stepOf(knowledge, at, ref);
  if (step === null) return null;
  return intervalOf(estimateDifference(ensemble, step.within, step.without).utility, 0.9);
}

function interaction({ knowledge, ensemble, assessment }: Lab, a: LevelRef, b: LevelRef): Interval {
  const flips = [a, b].map(({ factor, level }) => ({ factor, from: 0, to: level }));
  const functional = contrast(knowledgeShape(knowledge), flips, assessment.recommended);
  return intervalOf(estimate(ensemble, functional).utility, 0.9);
}

/** The other levels of the recommended set that the baseline has not. */
function partsBeside({ knowledge, assessment }: Lab, ref: LevelRef): LevelRef[] {
  return levelsOf(knowledge.space).filter(
    (other) =>
      other.factor !== ref.factor && hasLevel(assessment.recommended, other) && !hasLevel(knowledge.baseline, other),
  );
}

function* cases(): Generator<{ readonly lab: Lab; readonly ref: LevelRef; readonly verdict: Verdict }> {
  for (const lab of labs) {
    for (const verdict of lab.verdicts) {
      const ref = levelsOf(lab.knowledge.space).find((one) => levelId(lab.knowledge.space, one) === verdict.level);
      if (ref === undefined) throw new Error(`no level ${verdict.level}`);
      yield { lab, ref, verdict };
    }
  }
}

/** What a level outside the set, measured, is judged by. */
function* outside() {
  for (const { lab, ref, verdict } of cases()) {
    const { knowledge, ensemble, assessment } = lab;
    if (hasLevel(assessment.recommended, ref)) continue;
    if (!knowledge.observations.some(({ combination }) => hasLevel(combination, ref))) continue;
    const step = stepOf(knowledge, assessment.recommended, ref);
    if (step === null) continue;
    const inSet = stepAt(lab, assessment.recommended, ref) ?? { mean: 0, low: 0, high: 0 };
    const alone = stepAt(lab, knowledge.baseline, ref) ?? inSet;
    const change = estimateDifference(ensemble, step.within, step.without);
    const total = estimateDifference(ensemble, step.within, knowledge.baseline);
    const margin = knowledge.objectives[1]?.guardrail ?? null;
    const [guarded, loss] = [total.objectives[1], change.objectives[1]];
    const holds = margin === null || guarded === undefined ? 1 : probabilityAbove(guarded, -margin);
    const surelyWorse = loss !== undefined && intervalOf(loss, 0.9).high < 0;
    yield { lab, ref, verdict, inSet, alone, change, holds, breaks: holds < 1 - 0.9 && surelyWorse };
  }
}

const kindOf = (verdict: Verdict) => (verdict.kind === "land" ? "land" : verdict.reason.kind);
const closeTo = (x: number) => expect.closeTo(x, 8);
const near = ({ mean, low, high }: Interval) => ({ mean: closeTo(mean), low: closeTo(low), high: closeTo(high) });

test("the labs have every kind of verdict, many times over", () => {
  const counts = new Map<string, number>();
  for (const { verdict } of cases()) counts.set(kindOf(verdict), (counts.get(kindOf(verdict)) ?? 0) + 1);
  for (const kind of [
    "land",
    "unconfirmed",
    "unmeasured",
    "noisy",
    "no-effect",
    "hurts",
    "harms",
    "superseded",
    "only-with",
    "guardrail-unsure",
  ])
    expect(counts.get(kind) ?? 0, kind).toBeGreaterThanOrEqual(3);
});

describe("in the set", () => {
  test("what is confirmed lands, with its effects and with whom it works or overlaps", () => {
    for (const { lab, ref, verdict } of cases()) {
      if (!hasLevel(lab.assessment.recommended, ref)) continue;
      const confirmed = lab.assessment.confirmation?.outcome === "confirmed";
      expect(verdict.kind).toBe(confirmed ? "land" : "undecided");
      if (verdict.kind !== "land") continue;
      const { inSet, alone, worksWith, overlapsWith } = verdict.reason;
      expect(inSet).toEqual(near(stepAt(lab, lab.assessment.recommended, ref) ?? inSet));
      expect(alone).toEqual(near(stepAt(lab, lab.knowledge.baseline, ref) ?? alone));
      const others = partsBeside(lab, ref).map((other) => ({
        id: levelId(lab.knowledge.space, other),
        ...interaction(lab, ref, other),
      }));
      expect(worksWith).toEqual(others.filter(({ low }) => low > 0).map(({ id }) => id));
      expect(overlapsWith).toEqual(others.filter(({ high }) => high < 0).map(({ id }) => id));
    }
  });

  test("what is not confirmed costs the pairs that are missing, two runs each", () => {
    for (const { verdict } of cases()) {
      if (verdict.kind !== "undecided" || verdict.reason.kind !== "unconfirmed") continue;
      expect(verdict.costToKnow).toEqual({ runs: 2 * pairsToGo, coreSeconds: 2 * pairsToGo * cost });
    }
  });
});

describe("outside the set", () => {
  test("what was never run is unmeasured, and takes a pair of runs", () => {
    for (const { lab, ref, verdict } of cases()) {
      if (hasLevel(lab.assessment.recommended, ref)) continue;
      const measured = lab.knowledge.observations.some(({ combination }) => hasLevel(combination, ref));
      if (!measured)
        expect(verdict).toMatchObject({ kind: "undecided", reason: { kind: "unmeasured" }, costToKnow: { runs: 2 } });
    }
  });

  test("a guardrail that it surely breaks comes before everything else", () => {
    for (const { verdict, breaks } of outside()) {
      const harms = verdict.kind === "shelve" && verdict.reason.kind === "harms" && verdict.reason.guardrail;
      expect(harms).toBe(breaks);
    }
  });

  test("it is shelved exactly when its whole interval lies below what matters, or a guardrail breaks", () => {
    for (const { verdict, inSet, breaks } of outside())
      expect(verdict.kind === "shelve").toBe(breaks || inSet.high < 1);
  });

  test("no effect: not surely negative; hurts, or harms one objective for another: surely negative", () => {
    for (const { verdict, inSet, breaks } of outside()) {
      if (verdict.kind !== "shelve" || breaks) continue;
      if (verdict.reason.kind === "no-effect") expect(inSet.high).toBeGreaterThanOrEqual(0);
      if (verdict.reason.kind === "hurts" || verdict.reason.kind === "harms") expect(inSet.high).toBeLessThan(0);
    }
  });

  test("superseded: by a level of the same factor, by what it pushes out, or, if it helps alone, by what it overlaps with most", () => {
    for (const { lab, ref, verdict, alone, inSet, breaks } of outside()) {
      if (verdict.kind !== "shelve" || breaks) continue;
      const { space } = lab.knowledge;
      const { recommended } = lab.assessment;
      const rivals: string[] = [];
      const own = recommended[ref.factor] ?? 0;
      const pushed = space.excludes.flatMap(([a, b]) =>
        a.factor === ref.factor ? [b] : b.factor === ref.factor ? [a] : [],
      );
      const overlapping = partsBeside(lab, ref)
        .map((other) => ({ other, ...interaction(lab, ref, other) }))
        .filter(({ high }) => high < 0)
        .sort((a, b) => a.mean - b.mean);
      if (own !== 0) rivals.push(levelId(space, { factor: ref.factor, level: own }));
      else if (pushed.some((other) => hasLevel(recommended, other)))
        rivals.push(...pushed.map((other) => levelId(space, other)));
      else if (alone.low > 0 && overlapping[0] !== undefined) rivals.push(levelId(space, overlapping[0].other));
      expect(verdict.reason.kind === "superseded" ? verdict.reason.by : undefined).toBe(rivals[0]);
      if (verdict.reason.kind === "superseded") expect(verdict.reason.inSet).toEqual(near(inSet));
    }
  });

  test("only with another that is shelved: with that one it would surely be worth more than its keep of a half", () => {
    for (const { lab, ref, verdict, breaks } of outside()) {
      if (verdict.kind !== "shelve" || breaks || verdict.reason.kind === "superseded") continue;
      const { space } = lab.knowledge;
      const { recommended } = lab.assessment;
      const partners = levelsOf(space).filter((other) => {
        if (other.factor === ref.factor || recommended[other.factor] !== 0) return false;
        const step = stepOf(lab.knowledge, recommended, other);
        if (step === null || hasLevel(step.within, ref)) return false;
        return (stepAt(lab, step.within, ref)?.low ?? 0) > 0.5;
      });
      const named = verdict.reason.kind === "only-with" ? verdict.reason.other : undefined;
      expect(named).toBe(partners[0] === undefined ? undefined : levelId(space, partners[0]));
    }
  });

  test("harms: buys one weighted objective with another; the one it costs most is named, in its own unit and sign", () => {
    for (const { lab, verdict, change, breaks } of outside()) {
      if (verdict.kind !== "shelve" || breaks || !["hurts", "harms"].includes(verdict.reason.kind)) continue;
      const changes = lab.knowledge.objectives.flatMap(({ name, weight, sign }, m) => {
        const mixture = change.objectives[m];
        return mixture === undefined || weight === 0 ? [] : [{ name, sign, ...intervalOf(mixture, 0.9) }];
      });
      const gains = changes.some(({ low }) => low > 0);
      const costs = changes.filter(({ high }) => high < 0);
      expect(verdict.reason.kind).toBe(gains && costs.length > 0 ? "harms" : "hurts");
      if (verdict.reason.kind !== "harms") continue;
      // One of two objectives gains, so that the other is the one that loses.
      expect(verdict.reason.objective).toBe(costs[0]?.name);
      expect(verdict.reason.difference.mean).toBeCloseTo((costs[0]?.sign ?? 0) * (costs[0]?.mean ?? 0), 8);
    }
  });

  test("in doubt about a guardrail: surely worth something, and not known to hold; else simply not told from noise", () => {
    for (const { verdict, inSet, holds } of outside()) {
      if (verdict.kind !== "undecided") continue;
      expect(verdict.reason.kind).toBe(holds < 0.9 && inSet.low > 0 ? "guardrail-unsure" : "noisy");
      if (verdict.reason.kind === "guardrail-unsure") expect(verdict.reason.probability).toBeCloseTo(holds, 8);
    }
  });

  test("to know costs pairs until the interval would be clear of a half, at least a quarter away", () => {
    for (const { lab, verdict, inSet } of outside()) {
      if (verdict.kind !== "undecided") continue;
      const distance = Math.max(0.25, Math.abs(inSet.mean - 0.5));
      const pairs = Math.ceil(2 * ((normalQuantile(0.95) * lab.assessment.noise) / distance) ** 2);
      const runs = Math.min(200, Math.max(2, 2 * pairs));
      expect(verdict.costToKnow).toEqual({ runs, coreSeconds: runs * cost });
    }
  });
});

test("diverges: in most of its runs and twice as often as without it, at least twice", () => {
  const space = plainSpace([1, 1]);
  const lab = (without: number, bad: number, good: number): string => {
    const truth: Truth = { space, objectives: [objective("a")], value: () => [0], noise: (_, rng) => [rng.normal()] };
    const runs = (combination: Combination, seeds: number, from: number, diverges: boolean) =>
      Array.from({ length: seeds }, (_, i) => {
        const run = observe(truth, "d", { combination, seed: from + i, purpose: "search" });
        return diverges ? { ...run, outcomes: new Map([["a", { kind: "diverged" } as const]]) } : run;
      });
    const observations = [
      ...runs([0, 0], 4 - without, 1, false),
      ...runs([0, 0], without, 20, true),
      ...runs([1, 0], bad, 40, true),
      ...runs([1, 0], good, 60, false),
    ];
    const knowledge = knowledgeOf(truth, observations);
    const assessment: Assessment = {
      phase: "search",
      recommended: [0, 0],
      confirmation: null,
      candidateIndex: 0,
      doubtful: [],
      questions: [],
      noise: 1,
      gain: 0,
    };
    const [verdict] = verdictsOf({ knowledge, ensemble: [believe(knowledge)], assessment, pairsToGo });
    return verdict === undefined ? "" : kindOf(verdict);
  };
  expect(lab(0, 2, 0)).toBe("diverges");
  expect(lab(0, 2, 1)).toBe("diverges");
  expect(lab(1, 2, 1)).toBe("diverges");
  expect(lab(0, 1, 0)).toBe("unmeasured");
  expect(["noisy", "no-effect", "hurts"]).toContain(lab(0, 2, 2));
  // Half as often without it: not its doing.
  expect(["unmeasured", "noisy", "no-effect", "hurts"]).toContain(lab(2, 3, 1));
});
