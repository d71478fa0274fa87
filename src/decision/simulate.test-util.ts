/** A lab in memory: a planted truth, and whole trajectories of steering on it. */
import { createRng, type Rng } from "../base/rng.ts";
import type { Combination, Contribution, Space } from "../contribution/contribution.ts";
import type { Observation, Outcome, ResolvedObjective } from "../evidence/evidence.ts";
import { firstConfirmSeed, type Knowledge, type Suggestion } from "../plan/plan.ts";
import { decide } from "./decide.ts";
import type { Decision, Steering } from "./decision.ts";
import { steer } from "./steer.ts";

function contribution(id: string, levels: number, bold: boolean): Contribution {
  return {
    id,
    title: id,
    by: ["tester"],
    area: "optimization",
    why: "",
    levels: Array.from({ length: levels }, (_, i) => ({
      name: levels === 1 ? null : `l${i + 1}`,
      change: { set: {}, patches: [] },
    })),
    requires: [],
    bold,
  };
}

/** Factors `f0`, `f1`, …, each with so many levels beside "without". */
export function plainSpace(levels: readonly number[], rest: Partial<Space> = {}, bold: readonly number[] = []): Space {
  return {
    factors: levels.map((count, j) => {
      const made = contribution(`f${j}`, count, bold.includes(j));
      return {
        name: made.id,
        levels: made.levels.map((level) => ({
          id: level.name === null ? made.id : `${made.id}=${level.name}`,
          contribution: made,
          change: level.change,
        })),
      };
    }),
    excludes: [],
    requires: [],
    ...rest,
  };
}

export function objective(name: string, rest: Partial<ResolvedObjective> = {}): ResolvedObjective {
  return { name, sign: 1, matters: 1, guardrail: null, weight: 1, ...rest };
}

export interface Truth {
  readonly space: Space;
  readonly objectives: readonly ResolvedObjective[];
  /** Noise-free values, in the objectives' order; NaN diverges. */
  readonly value: (x: Combination) => readonly number[];
  /** One draw of a run's own noise, in the objectives' order. */
  readonly noise: (x: Combination, rng: Rng) => readonly number[];
  /** sd of what runs of one seed share. */
  readonly seedSd?: number;
}

/** The result of one run; the same combination and seed always give the same. */
export function measure(truth: Truth, label: string, x: Combination, seed: number): ReadonlyMap<string, Outcome> {
  const own = truth.noise(x, createRng(`${label}/run/${x.join()}/${seed}`));
  const shared = createRng(`${label}/seed/${seed}`);
  const values = truth.value(x);
  return new Map(
    truth.objectives.map(({ name }, m): [string, Outcome] => {
      const value = (values[m] ?? Number.NaN) + (own[m] ?? 0) + (truth.seedSd ?? 0) * shared.normal();
      return [name, Number.isFinite(value) ? { kind: "measured", value, samplingError: null } : { kind: "diverged" }];
    }),
  );
}

export function observe(
  truth: Truth,
  label: string,
  run: Pick<Suggestion, "combination" | "seed" | "purpose">,
): Observation {
  return {
    run: `${run.combination.join("")}-${run.seed}`,
    combination: run.combination,
    seed: run.seed,
    purpose: run.purpose,
    context: [],
    outcomes: measure(truth, label, run.combination, run.seed),
  };
}

export function knowledgeOf(truth: Truth, observations: readonly Observation[] = []): Knowledge {
  return {
    space: truth.space,
    baseline: truth.space.factors.map(() => 0),
    objectives: truth.objectives,
    observations,
    confidence: 0.9,
    alpha: 0.05,
    failed: [],
    meanRunCost: 10,
    confirmSeed: firstConfirmSeed,
    earlierSearches: 0,
    earlierTrials: { tested: 0, landed: 0 },
    elsewhere: [],
    contexts: [],
    seededStages: [],
  };
}

export interface Trajectory {
  readonly knowledge: Knowledge;
  readonly suggestions: readonly Suggestion[];
  readonly last: Steering;
  readonly decision: Decision;
}

/** Steers until it stops or the budget is spent, `batch` runs at a time. */
export function simulate(
  truth: Truth,
  label: string,
  budget: number,
  batch = 1,
  start: Partial<Knowledge> = {},
): Trajectory {
  let knowledge: Knowledge = { ...knowledgeOf(truth), ...start };
  const suggestions: Suggestion[] = [];
  for (;;) {
    const runsLeft = budget - suggestions.length;
    const last = steer({
      knowledge,
      pending: [],
      count: Math.min(batch, Math.max(1, runsLeft)),
      cost: () => 10,
      feasible: () => true,
      runsLeft,
      explore: 0,
      seed: label,
    });
    if (last.suggestions.length === 0) {
      return { knowledge, suggestions, last, decision: decide(knowledge, { detail: "sketch", runsLeft }) };
    }
    suggestions.push(...last.suggestions);
    const made = last.suggestions.map((suggestion) => observe(truth, label, suggestion));
    knowledge = { ...knowledge, observations: [...knowledge.observations, ...made] };
  }
}
