/** The product's own search as a method: what was told becomes a Knowledge, and the planner says what to run. */
import type { Combination } from "../../src/contribution/contribution.ts";
import { plainSpace } from "../../src/decision/simulate.test-util.ts";
import type { Observation, Outcome, Purpose, ResolvedObjective } from "../../src/evidence/evidence.ts";
import { createField } from "../../src/plan/acquire.ts";
import type { Ensemble } from "../../src/plan/belief.ts";
import { historyOf } from "../../src/plan/history.ts";
import { incumbentOf, planNext, searchEnsemble } from "../../src/plan/next.ts";
import { firstConfirmSeed, type Knowledge, type PlanRequest } from "../../src/plan/plan.ts";
import type { Ask, Method, Problem } from "./method.ts";

export const cairn: Method = {
  name: "cairn",
  start: (problem, seed) => {
    const told = createNotebook(problem);
    return {
      ask: (count) => {
        const request = { ...requestOf(problem, told.knowledge()), count, seed };
        const planned = planNext(request, told.ensemble()).map(({ combination, seed: run }) => ({
          x: combination,
          seed: run,
        }));
        return planned.length > 0 ? planned : [repeatOf(request, recommended(request, told.ensemble()))];
      },
      tell: told.tell,
      recommend: () => recommended(requestOf(problem, told.knowledge()), told.ensemble()),
    };
  },
};

/** Blind to what is cached: every run costs it the same. */
export const cairnBlind: Method = {
  name: "cairn-blind",
  start: (problem, seed) => cairn.start({ ...problem, cost: () => 1 }, seed),
};

/** What was told, as the product keeps it, and the belief it leads to. */
export interface Notebook {
  readonly tell: (ask: Ask, y: readonly number[], purpose?: Purpose) => void;
  readonly knowledge: () => Knowledge;
  /** Fitted when it is first asked for after a tell. */
  readonly ensemble: () => Ensemble;
}

export function createNotebook(problem: Problem): Notebook {
  let knowledge: Knowledge = {
    space: plainSpace(problem.levels.map((count) => count - 1)),
    baseline: problem.levels.map(() => 0),
    objectives: problem.objectives,
    observations: [],
    elsewhere: [],
    contexts: [],
    seededStages: [],
    confidence: 0.9,
    alpha: 0.05,
    failed: [],
    meanRunCost: 1,
    confirmSeed: firstConfirmSeed,
    earlierSearches: 0,
    earlierTrials: { tested: 0, landed: 0 },
  };
  let believed: Ensemble | null = null;
  return {
    tell: ({ x, seed }, y, purpose = "search") => {
      const run = `run ${knowledge.observations.length}`;
      const outcomes = outcomesOf(problem.objectives, y);
      const observation: Observation = { run, combination: x, seed, purpose, context: [], outcomes };
      knowledge = { ...knowledge, observations: [...knowledge.observations, observation] };
      believed = null;
    },
    knowledge: () => knowledge,
    ensemble: () => {
      believed ??= searchEnsemble(knowledge);
      return believed;
    },
  };
}

function outcomesOf(objectives: readonly ResolvedObjective[], y: readonly number[]): ReadonlyMap<string, Outcome> {
  return new Map(objectives.map(({ name }, m) => [name, outcomeOf(y[m] ?? Number.NaN)]));
}

function outcomeOf(value: number): Outcome {
  return Number.isFinite(value) ? { kind: "measured", value, samplingError: null } : { kind: "diverged" };
}

export function requestOf(problem: Problem, knowledge: Knowledge): PlanRequest {
  return {
    knowledge,
    pending: [],
    count: 1,
    cost: problem.cost,
    feasible: problem.feasible,
    runsLeft: null,
    explore: 0,
    seed: "",
  };
}

/** The product's choice of what to land. */
function recommended(request: PlanRequest, ensemble: Ensemble): Combination {
  const { baseline } = request.knowledge;
  return incumbentOf(baseline, historyOf(request), createField(ensemble, baseline));
}

/** A run of x with the first seed that it has not had. */
export function repeatOf(request: PlanRequest, x: Combination): Ask {
  return { x, seed: historyOf(request).nextSeed(x) };
}
