/** The replays that a command asks for: what workers share out among themselves. */
import type { Method } from "./method.ts";
import { methodNamed } from "./methods.ts";
import { type Point, replay } from "./replay.ts";
import type { Table } from "./tables.ts";
import { type PlainScenario, plainWorld } from "./world.ts";

export const scenarios = ["A", "B"] as const satisfies readonly PlainScenario[];
export type Scenario = (typeof scenarios)[number];

/** Replays go on to this many runs a factor. */
export const longest = 4;
/** Where the tables look, in runs a factor. */
export const moments = [0.5, 1, 2, 4] as const;

export interface Plan {
  readonly tables: string;
  readonly only: readonly string[];
  readonly scenarios: readonly Scenario[];
  readonly methods: readonly string[];
  readonly repeats: number;
  readonly seed: string;
  readonly kappa: number;
  readonly batch: number;
}

/** One replay. */
export interface Job {
  readonly scenario: Scenario;
  readonly table: string;
  readonly repeat: number;
  readonly method: string;
}

export interface Replay extends Job {
  readonly factors: number;
  /** One a run. */
  readonly points: readonly Point[];
}

/** Repeats outermost, so that an interrupted bench has some of everything. */
export function jobsOf(plan: Plan, tables: readonly Table[]): Job[] {
  return Array.from({ length: plan.repeats }, (_, repeat) =>
    plan.scenarios.flatMap((scenario) =>
      tables.flatMap(({ name: table }) => plan.methods.map((method): Job => ({ scenario, table, repeat, method }))),
    ),
  ).flat();
}

export function runJob(job: Job, plan: Plan, tables: readonly Table[]): Replay {
  const table = tables.find(({ name }) => name === job.table);
  const method: Method | undefined = methodNamed(job.method);
  if (table === undefined || method === undefined) throw new RangeError(`no ${job.method} on ${job.table}`);
  const world = plainWorld(table, job.scenario, { seed: plan.seed, repeat: job.repeat, kappa: plan.kappa });
  const factors = world.levels.length;
  const points = replay(world, method, {
    runs: longest * factors,
    batch: plan.batch,
    seed: `${world.label}/${job.method}`,
  });
  return { ...job, factors, points };
}
