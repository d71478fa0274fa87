/** The replays that a command asks for: what threads share out among themselves. */
import { commonModel } from "./common-model.ts";
import { longestNull, methodNamed } from "./methods.ts";
import { type Curve, type Limits, replay } from "./replay.ts";
import type { Scenario, Subject } from "./scenarios.ts";
import type { Kappa } from "./world.ts";

/** Where the tables look, in runs a factor (in cost, where there is a pipeline). */
const moments = [0.5, 1, 2, 4];

export function momentsOf(scenario: Scenario): readonly number[] {
  return scenario === "null" ? [...moments, longestNull] : moments;
}
/** A pipeline's replay ends after so many runs a factor, however little they cost. */
const mostStagedRuns = 16;

/** What names the truth and the noise of every replay. */
export interface Settings {
  readonly seed: string;
  /** null: the scenario's usual. */
  readonly kappa: Kappa | null;
  readonly batch: number;
  readonly diverge: boolean;
}

export interface Job {
  readonly scenario: Scenario;
  /** The subject's name: a table or a sum. */
  readonly table: string;
  readonly repeat: number;
  readonly method: string;
  /** Whether the common model's choice is made beside the method's own. */
  readonly commonModel: boolean;
}

export interface Replay {
  readonly scenario: Scenario;
  readonly table: string;
  readonly repeat: number;
  readonly method: string;
  readonly curve: Curve;
}

/** Repeats outermost, so that an interrupted bench has some of everything; large subjects first, so that none is left last. */
export function jobsOf(
  subjects: readonly Subject[],
  methods: readonly string[],
  repeats: number,
  withCommonModel: boolean,
): Job[] {
  const bySize = subjects.toSorted((a, b) => b.factors - a.factors);
  return Array.from({ length: repeats }, (_, repeat) =>
    bySize.flatMap(({ scenario, name: table }) =>
      methods.flatMap((name): Job[] => {
        const { scenarios, isPeer } = methodNamed(name);
        if (scenarios !== null && !scenarios.includes(scenario)) return [];
        return [{ scenario, table, repeat, method: name, commonModel: withCommonModel && isPeer }];
      }),
    ),
  ).flat();
}

/** Names of the rows that a job's replays have. */
export function rowsOf({ method, commonModel: both }: Job): string[] {
  return both ? [method, `${method}+model`] : [method];
}

/** `python`: for methods that are written in it. */
export async function runJob(
  job: Job,
  settings: Settings,
  subjects: readonly Subject[],
  python: string,
): Promise<Replay[]> {
  const subject = subjects.find(({ scenario, name }) => scenario === job.scenario && name === job.table);
  if (subject === undefined) throw new RangeError(`no ${job.table} in scenario ${job.scenario}`);
  const { scenario, table, repeat } = job;
  const world = subject.worldOf({ seed: settings.seed, repeat, diverge: settings.diverge });
  const { entrantIn, lengthIn } = methodNamed(job.method);
  const factors = world.levels.length;
  const length = lengthIn(scenario) * factors;
  const limits: Limits = {
    runs: world.pipeline === null ? length : mostStagedRuns * factors,
    cost: world.pipeline === null ? Number.POSITIVE_INFINITY : length,
    batch: settings.batch,
  };
  const looks = new Set(momentsOf(scenario).map((at) => Math.ceil(at * factors)));
  const curves = await replay(world, entrantIn(scenario, python), limits, (problem) =>
    job.commonModel ? [commonModel(problem, looks)] : [],
  );
  const names = rowsOf(job);
  return curves.map((curve, i) => ({ scenario, table, repeat, method: names[i] ?? job.method, curve }));
}
