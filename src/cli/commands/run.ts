import { askedRuns } from "../../app/combination.ts";
import { usage } from "../../app/errors.ts";
import { recordDecision } from "../../app/land.ts";
import { type QueueEvent, runAsked, runQueue } from "../../app/queue.ts";
import { retryFailed } from "../../app/retry.ts";
import { renderText } from "../../report/text.ts";
import type { Register } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { outJson } from "../io.ts";
import { watchQueue } from "../watch.ts";
import { examples, positive, positiveInteger, scaleOption, withSession } from "./shared.ts";

interface Options {
  scale?: string;
  runs?: number;
  coreHours?: number;
  gpuHours?: number;
  hours?: number;
  cpus?: number;
  gpus?: number;
  seeds?: number;
  seed?: number;
  retryFailed?: boolean;
  json?: boolean;
}

/** @throws CairnError `usage` when both are given. */
function seedsOf({ seeds, seed }: Options): readonly number[] {
  if (seeds !== undefined && seed !== undefined)
    throw usage("--seed and --seeds cannot stand side by side", "--seed 7 is one run, --seeds 7 is seven.");
  return seed === undefined ? Array.from({ length: seeds ?? 1 }, (_, i) => i + 1) : [seed];
}

export const registerRun: Register = (program, io, setExit) => {
  program
    .command("run [levels...]")
    .description("measure until the decision is made or the budget is spent; resumes where it left off")
    .option(...scaleOption)
    .option("--runs <n>", "at most so many runs now", positiveInteger("runs"))
    .option("--core-hours <n>", "at most so many core-hours now", positive("core-hours"))
    .option("--gpu-hours <n>", "at most so many GPU-hours now", positive("gpu-hours"))
    .option("--hours <n>", "at most so many hours from now", positive("hours"))
    .option("--cpus <n>", "cores to use (default: all)", positive("cpus"))
    .option("--gpus <n>", "GPUs to use (default: none)", positiveInteger("gpus"))
    .option("--seeds <n>", "with levels: seeds 1 to n (default: 1)", positiveInteger("seeds"))
    .option("--seed <n>", "with levels: this seed alone", positiveInteger("seed"))
    .option("--retry-failed", "give runs that crashed another chance")
    .option("--json", "print the report as JSON when done")
    .addHelpText(
      "after",
      "\nWith levels, exactly that combination is run, and nothing else (`baseline`: what has landed;\n`nothing`: the recipe with no contribution in it).",
    )
    .addHelpText(
      "after",
      examples(
        "cairn run",
        "cairn run --scale proxy --runs 40",
        "cairn run --gpus 8 --gpu-hours 64",
        "cairn run rotary muon --seeds 3",
        "cairn run rotary muon --seed 7",
      ),
    )
    .action(async (levels: string[], options: Options) => {
      const { runs = null, coreHours = null, gpuHours = null, hours = null, cpus, gpus } = options;
      const limits = {
        budget: { runs, core_hours: coreHours, gpu_hours: gpuHours, hours },
        capacity: { ...(cpus !== undefined && { cpus }), ...(gpus !== undefined && { gpus }) },
      };
      await withSession(program, io, options.scale, async (session) => {
        if (options.retryFailed === true) io.note(`${await retryFailed(session)} crashed runs get another chance`);
        const asked = levels.length === 0 ? null : askedRuns(session.loaded, levels, seedsOf(options));
        let crashed = 0;
        const end = await watchQueue(io, session, limits, (queueOptions) => {
          if (asked === null) return runQueue(session, queueOptions);
          const onEvent = (event: QueueEvent) => {
            if (event.kind === "run-finished" && event.run.state === "failed") crashed += 1;
            queueOptions.onEvent(event);
          };
          return runAsked(session, asked, { ...queueOptions, onEvent });
        });
        if (end.kind === "interrupted") {
          io.note("Stopped. What was recorded is kept; `cairn run` goes on from here.");
          return setExit(exitCodes.interrupted);
        }
        const report = await recordDecision(session);
        if (options.json === true) outJson(io, report);
        else if (asked === null) io.out(renderText(report, { width: io.width, color: io.color, unicode: io.unicode }));
        if (end.kind === "budget-spent") io.note(`Stopped by the budget (${end.which}).`);
        if (end.kind === "exhausted" && asked === null)
          io.note("Nothing is left that could be run and would tell more.");
        if (asked === null && report.state !== "decided") setExit(exitCodes.undecided);
        if (crashed > 0) setExit(exitCodes.runFailed);
      });
    });
};
