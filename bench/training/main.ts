/**
 * Cairn beside two usual ways of finding out which changes to land, on real training, at equal core-hours:
 *
 *   node bench/training/main.ts --dir DIR [--lab labs/sotu] [--scale proxy] [--repeats 3] [--pairs 6]
 *                               [--budget CORE_SECONDS] [--policies cairn,greedy,one-at-a-time] [--jobs 1]
 *
 * Every policy starts from the same baseline and drives the same recipe, executor and cache, in a copy of the lab in DIR.
 * It pays for each stage of its runs once, at what the stage took when the machine executed it, whichever policy asked
 * for it first; so all pay the same for the same work, and the machine does it once. At the budget it names the set that
 * it would land. Named sets and the baseline are then judged on fresh seeds.
 *
 * Writes DIR/results.jsonl (every step) and DIR/summary.md. Goes on where it was stopped. To try another engine or budget,
 * remove results.jsonl: what was executed stays, with its price. On a busy machine stages seem dear, and `--jobs` above the
 * number of idle cores makes it so: the prices are wall seconds of reserved cores.
 */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { openSession } from "../../src/app/session.ts";
import { Comparison } from "./comparison.ts";
import { copyLab, Interrupted, Machine } from "./machine.ts";
import { Progress } from "./progress.ts";
import { Journal, policyName, policyNames } from "./record.ts";
import { summarise } from "./summary.ts";

const count = z.coerce.number().int().min(1);
const optionsSchema = z.object({
  dir: z.string(),
  lab: z.string(),
  scale: z.string(),
  repeats: count,
  pairs: count.min(2),
  budget: z.coerce.number().positive().nullable(),
  policies: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(policyName).min(1)),
  jobs: count,
});

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      dir: { type: "string" },
      lab: { type: "string", default: "labs/sotu" },
      scale: { type: "string", default: "proxy" },
      repeats: { type: "string", default: "3" },
      pairs: { type: "string", default: "6" },
      budget: { type: "string" },
      policies: { type: "string", default: policyNames.join(",") },
      jobs: { type: "string", default: "1" },
    },
  });
  const options = optionsSchema.safeParse({ ...values, budget: values.budget ?? null });
  if (!options.success) {
    console.error(z.prettifyError(options.error));
    return 2;
  }
  const { dir, lab, scale, jobs } = options.data;
  const session = await openSession(copyLab(resolve(lab), resolve(dir)), { scale });
  try {
    const machine = await Machine.open(session, jobs, stop.signal);
    const journal = new Journal(join(dir, "results.jsonl"));
    const progress = new Progress(() => performance.now() / 1000, console.error);
    const comparison = new Comparison(session, machine, journal, progress, options.data);
    const settings = await comparison.settle();
    const { budget, runPrice } = settings;
    console.error(
      `each policy may spend ${Math.round(budget)} core-seconds a repeat: ${(budget / runPrice).toFixed(1)} uncached runs of ${runPrice.toFixed(1)} s`,
    );
    await comparison.race(settings);
    await comparison.judge(settings);
    const text = summarise(await comparison.results(settings));
    writeFileSync(join(dir, "summary.md"), text);
    console.log(text);
    return 0;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    console.error("Stopped. The same command goes on from here.");
    return 130;
  } finally {
    await session.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
