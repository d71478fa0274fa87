/**
 * `npm run bench:integration -- --tables DIR`: replays search methods on tables of measured configurations and says what
 * fraction of the best possible gain each would have landed.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { z } from "zod";
import { type Job, jobsOf, type Replay } from "./jobs.ts";
import { methods } from "./methods.ts";
import { runAll } from "./pool.ts";
import { createProgress } from "./progress.ts";
import { type Scenario, type Subject, scenarios, subjectsOf } from "./scenarios.ts";
import { recordsOf, summarise } from "./summary.ts";
import { UnusableTable } from "./table-worlds.ts";
import { readTables, TableError } from "./tables.ts";
import { tableOf } from "./text.ts";

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
  jobs: z.coerce.number().int().min(1).default(availableParallelism()),
});
const switches = z.object({ diverge: z.boolean().default(false), "common-model": z.boolean().default(false) });
const argument = textArguments.extend(switches.shape);

function readArguments() {
  const option = (type: "string" | "boolean") => (name: string) => [name, { type }] as const;
  const options = Object.fromEntries([
    ...Object.keys(textArguments.shape).map(option("string")),
    ...Object.keys(switches.shape).map(option("boolean")),
  ]);
  return argument.safeParse(parseArgs({ options }).values);
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

const keyOf = ({ scenario, table, repeat, method }: Omit<Replay, "curve">): string =>
  [scenario, table, repeat, method].join("/");
const kindOf = ({ scenario, table, method }: Job): string => [scenario, table, method].join("/");

async function main(): Promise<number> {
  const given = readArguments();
  if (!given.success) {
    for (const { path, message } of given.error.issues) console.error(`--${path[0]?.toString()}: ${message}`);
    return 2;
  }
  const { tables, only, jobs: threads, seed, kappa, batch, diverge, ...wanted } = given.data;
  const chosen: readonly Scenario[] = wanted.scenarios;
  const subjects = usable(subjectsOf(readTables(tables, only), chosen, kappa), seed);
  const jobs = jobsOf(subjects, wanted.methods, wanted.repeats, wanted["common-model"]);

  const progress = createProgress(jobs.map(kindOf), threads);
  const replays = new Map<string, Replay>();
  const errand = { tables, only, scenarios: chosen, settings: { seed, kappa, batch, diverge } };
  await runAll(errand, jobs, threads, (job, made, seconds) => {
    for (const replay of made) replays.set(keyOf(replay), replay);
    progress.step(kindOf(job), seconds);
  });
  progress.end();
  // In an order that does not depend on which thread was first.
  const ordered = subjects.flatMap((subject) =>
    jobs.filter(({ scenario, table }) => scenario === subject.scenario && table === subject.name),
  );
  const rows = ordered.flatMap((job) =>
    [job.method, `${job.method}+model`].flatMap((method) => replays.get(keyOf({ ...job, method })) ?? []),
  );
  console.log(tableOf(recordsOf(rows, subjects).flatMap(summarise)));
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof TableError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
