/**
 * `npm run bench:integration -- --tables DIR`: replays search methods on tables of measured configurations and says what
 * fraction of the best possible gain each would have landed.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { z } from "zod";
import { isDense, utilities } from "./analysis.ts";
import { jobsOf, type Plan, type Replay, scenarios } from "./jobs.ts";
import { methods } from "./methods.ts";
import { runAll } from "./pool.ts";
import { createProgress } from "./progress.ts";
import { summarise } from "./summary.ts";
import { readTables, TableError } from "./tables.ts";
import { tableOf } from "./text.ts";

const names = methods.map(({ name }) => name);
const list = <T extends string>(of: readonly T[]) =>
  z
    .string()
    .default(of.join(","))
    .transform((text) => text.split(",").filter(Boolean))
    .pipe(z.array(z.enum(of)).min(1));
const argument = z.object({
  tables: z.string({ error: "is missing: a folder with meta.json and the tables it lists" }),
  only: z
    .string()
    .default("")
    .transform((text) => text.split(",").filter(Boolean)),
  scenarios: list(scenarios),
  methods: list(names),
  repeats: z.coerce.number().int().min(1).default(20),
  seed: z.string().default("1"),
  kappa: z.coerce.number().positive().default(0.3),
  batch: z.coerce.number().int().min(1).max(16).default(1),
  jobs: z.coerce.number().int().min(1).default(availableParallelism()),
});

async function main(): Promise<number> {
  const option = { type: "string" } as const;
  const options = Object.fromEntries(Object.keys(argument.shape).map((name) => [name, option]));
  const given = argument.safeParse(parseArgs({ options }).values);
  if (!given.success) {
    for (const { path, message } of given.error.issues) console.error(`--${path[0]?.toString()}: ${message}`);
    return 2;
  }
  const { jobs: threads, ...plan } = given.data satisfies Plan;
  const tables = readTables(plan.tables, plan.only);
  const dense = new Set(tables.filter((table) => isDense(table, utilities(table))).map(({ name }) => name));

  const jobs = jobsOf(plan, tables);
  const progress = createProgress(jobs.length);
  const replays = new Map<string, Replay>();
  const keyOf = ({ scenario, table, repeat, method }: Omit<Replay, "factors" | "points">): string =>
    [scenario, table, repeat, method].join("/");
  await runAll(plan, jobs, threads, (replay) => {
    replays.set(keyOf(replay), replay);
    progress.step(keyOf(replay));
  });
  progress.end();
  // In the jobs' order, whichever thread was first.
  const ordered = jobs.flatMap((job) => replays.get(keyOf(job)) ?? []);
  console.log(tableOf(summarise(ordered, dense)));
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof TableError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
