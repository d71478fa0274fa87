import { CairnError } from "../../app/errors.ts";
import { recordDecision } from "../../app/land.ts";
import { runQueue } from "../../app/queue.ts";
import { retryFailed } from "../../app/retry.ts";
import { renderText } from "../../report/text.ts";
import type { Register } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { outJson } from "../io.ts";
import { createProgress } from "../render/progress.ts";
import { examples, interruptSignal, positive, positiveInteger, scaleOption, withSession } from "./shared.ts";

interface Options {
  scale?: string;
  runs?: number;
  coreHours?: number;
  gpuHours?: number;
  hours?: number;
  cpus?: number;
  gpus?: number;
  retryFailed?: boolean;
  json?: boolean;
}

export const registerRun: Register = (program, io, setExit) => {
  program
    .command("run")
    .description("measure until the decision is made or the budget is spent; resumes where it left off")
    .option(...scaleOption)
    .option("--runs <n>", "at most so many runs now", positiveInteger("runs"))
    .option("--core-hours <n>", "at most so many core-hours now", positive("core-hours"))
    .option("--gpu-hours <n>", "at most so many GPU-hours now", positive("gpu-hours"))
    .option("--hours <n>", "at most so many hours from now", positive("hours"))
    .option("--cpus <n>", "cores to use (default: all)", positive("cpus"))
    .option("--gpus <n>", "GPUs to use (default: none)", positiveInteger("gpus"))
    .option("--retry-failed", "give runs that crashed another chance")
    .option("--json", "print the report as JSON when done")
    .addHelpText(
      "after",
      examples("cairn run", "cairn run --scale proxy --runs 40", "cairn run --gpus 8 --gpu-hours 64"),
    )
    .action(async (options: Options) => {
      await withSession(program, io, options.scale, async (session) => {
        if (options.retryFailed === true) await retryFailed(session);
        const progress = createProgress(io, session);
        const interrupt = interruptSignal(() =>
          progress.say("stopping: ending what runs; a second Ctrl-C quits at once"),
        );
        try {
          const end = await runQueue(session, {
            budget: {
              runs: options.runs ?? null,
              core_hours: options.coreHours ?? null,
              gpu_hours: options.gpuHours ?? null,
              hours: options.hours ?? null,
            },
            capacity: {
              ...(options.cpus === undefined ? {} : { cpus: options.cpus }),
              ...(options.gpus === undefined ? {} : { gpus: options.gpus }),
            },
            signal: interrupt.signal,
            onEvent: progress.onEvent,
          });
          progress.end();
          if (end.kind === "baseline-failed") {
            throw new CairnError({
              kind: "run-failed",
              message: `the baseline does not run: ${end.because}`,
              detail: end.detail,
            });
          }
          if (end.kind === "interrupted") {
            io.note("Stopped. What was recorded is kept; `cairn run` goes on from here.");
            return setExit(exitCodes.interrupted);
          }
          const report = await recordDecision(session);
          if (options.json === true) outJson(io, report);
          else io.out(renderText(report, { width: io.width, color: io.color, unicode: io.unicode }));
          if (end.kind === "budget-spent") io.note(`Stopped by the budget (${end.which}).`);
          if (report.state !== "decided") setExit(exitCodes.undecided);
        } finally {
          interrupt.dispose();
          progress.end();
        }
      });
    });
};
