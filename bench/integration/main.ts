/**
 * `npm run bench:integration -- --tables DIR`: replays search methods on tables of measured configurations and says what
 * fraction of the best possible gain each would have landed.
 */
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { z } from "zod";
import { describeMachine } from "../harness.ts";
import { type Job, jobsOf, type Replay, type Settings } from "./jobs.ts";
import { methodNamed, methods } from "./methods.ts";
import { whatOptunaLacks } from "./optuna.ts";
import { markdownOf, type Results, writeOutput } from "./output.ts";
import { runAll } from "./pool.ts";
import { createProgress } from "./progress.ts";
import { type Scenario, type Subject, scenarios, subjectsOf } from "./scenarios.ts";
import { createStamp } from "./stamp.ts";
import { openReplays } from "./store.ts";
import { UnusableTable } from "./table-worlds.ts";
import { readTables, TableError } from "./tables.ts";
import type { NotRun } from "./text.ts";
import type { Errand } from "./worker.ts";

const commaList = (text: string) => text.split(",").filter(Boolean);
const listOf = <T extends string>(of: readonly T[]) =>
  z
    .string()
    .default(of.join(","))
    .transform(commaList)
    .pipe(z.array(z.enum(of)).min(1));
const textArguments = z.object({
  tables: z.string({ error: "is missing: a folder with meta.json and the tables it lists" }),
  only: z.string().default("").transform(commaList),
  scenarios: listOf(scenarios),
  methods: listOf(methods.map(({ name }) => name)),
  repeats: z.coerce.number().int().min(1).default(20),
  seed: z.string().default("1"),
  kappa: z
    .union([z.literal("native"), z.coerce.number().positive()])
    .nullable()
    .default(null),
  batch: z.coerce.number().int().min(1).max(16).default(1),
  python: z.string().default("python3"),
  out: z.string().nullable().default(null),
  jobs: z.coerce.number().int().min(1).default(availableParallelism()),
});
const switches = z.object({ diverge: z.boolean().default(false), "common-model": z.boolean().default(false) });
const argument = textArguments.extend(switches.shape);

/** null: said on standard error. */
function readArguments() {
  const option = (type: "string" | "boolean") => (name: string) => [name, { type }] as const;
  const options = Object.fromEntries([
    ...Object.keys(textArguments.shape).map(option("string")),
    ...Object.keys(switches.shape).map(option("boolean")),
  ]);
  try {
    return argument.safeParse(parseArgs({ options }).values);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(
      `${error.message}\nOptions: ${Object.keys(options)
        .map((name) => `--${name}`)
        .join(" ")}`,
    );
    return null;
  }
}

/** The methods that this machine cannot run. */
function whatIsMissing(names: readonly string[], python: string): NotRun[] {
  const wanted = names.filter((name) => methodNamed(name).isOptuna);
  const lack = wanted.length === 0 ? null : whatOptunaLacks(python);
  return lack === null ? [] : wanted.map((method) => ({ method, because: lack }));
}

/** Without those that their scenario cannot use, which are named on standard error. */
function usable(subjects: readonly Subject[], seed: string): Subject[] {
  return subjects.filter((subject) => {
    try {
      subject.worldOf({ seed, repeat: 0, diverge: false });
      return true;
    } catch (error) {
      if (!(error instanceof UnusableTable)) throw error;
      console.error(`left out of ${subject.scenario}: ${error.message}`);
      return false;
    }
  });
}

const kindOf = ({ scenario, table, method }: Job): string => [scenario, table, method].join("/");

/** The replays of all jobs, in the jobs' order; those that `out` holds already are not played again. */
async function play(
  jobs: readonly Job[],
  errand: Errand,
  subjects: readonly Subject[],
  threads: number,
  out: string | null,
): Promise<Replay[]> {
  if (out !== null) mkdirSync(out, { recursive: true });
  const store = out === null ? null : openReplays(out);
  const stampOf = createStamp(errand.settings);
  const stamps = new Map(subjects.map((subject) => [`${subject.scenario}/${subject.name}`, stampOf(subject)]));
  const stampOfJob = ({ scenario, table }: Job) => stamps.get(`${scenario}/${table}`) ?? "";

  const done = new Map<Job, readonly Replay[]>();
  for (const job of jobs) {
    const found = store?.find(job, stampOfJob(job)) ?? null;
    if (found !== null) done.set(job, found);
  }
  if (done.size > 0) console.error(`${done.size} of ${jobs.length} replays were finished before`);
  const left = jobs.filter((job) => !done.has(job));
  const progress = createProgress(left.map(kindOf), threads);
  await runAll(errand, left, threads, (index, made, seconds) => {
    const job = left[index];
    if (job === undefined) throw new RangeError(`no job ${index}`);
    done.set(job, made);
    store?.add(job, stampOfJob(job), made);
    progress.step(kindOf(job), seconds);
  });
  progress.end();
  return jobs.flatMap((job) => done.get(job) ?? []);
}

function headingOf({ seed, kappa, batch, diverge }: Settings, repeats: number): string {
  const noise = kappa === null ? "usual" : kappa;
  return `Seed ${seed}, ${repeats} repeats, κ ${noise}, batches of ${batch}${diverge ? ", a diverging corner" : ""}; ${describeMachine()}.\n`;
}

async function main(): Promise<number> {
  const given = readArguments();
  if (given === null) return 2;
  if (!given.success) {
    for (const { path, message } of given.error.issues) console.error(`--${path[0]?.toString()}: ${message}`);
    return 2;
  }
  const { tables, only, python, jobs: threads, seed, kappa, batch, diverge, ...wanted } = given.data;
  const chosen: readonly Scenario[] = wanted.scenarios;
  const subjects = usable(subjectsOf(readTables(tables, only), chosen, kappa), seed);
  const notRun = whatIsMissing(wanted.methods, python);
  for (const { method, because } of notRun) console.error(`${method} is not run: ${because}`);
  const runnable = wanted.methods.filter((name) => notRun.every(({ method }) => method !== name));
  const jobs = jobsOf(subjects, runnable, wanted.repeats, wanted["common-model"]);

  const settings: Settings = { seed, kappa, batch, diverge };
  const replays = await play(
    jobs,
    { tables, only, scenarios: chosen, settings, python },
    subjects,
    threads,
    wanted.out,
  );
  const results: Results = { subjects, replays, notRun, heading: headingOf(settings, wanted.repeats) };
  console.log(markdownOf(results));
  if (wanted.out !== null) writeOutput(wanted.out, results);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof TableError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
