import { previewPlan } from "../../app/preview.ts";
import { combinationName } from "../../app/words.ts";
import { formatDuration as duration } from "../../report/format.ts";
import type { Register } from "../command.ts";
import { outJson, painter } from "../io.ts";
import { examples, positiveInteger, scaleOption, withSession } from "./shared.ts";

export const registerPlan: Register = (program, io) => {
  program
    .command("plan")
    .description("show what would be run next, why and at what cost; nothing runs")
    .option(...scaleOption)
    .option("-n, --count <n>", "how many runs ahead", positiveInteger("count"), 8)
    .option("--json", "machine-readable")
    .addHelpText("after", examples("cairn plan", "cairn plan --count 20 --scale proxy --json"))
    .action(async (options: { scale?: string; count: number; json?: boolean }) => {
      const plan = await withSession(program, io, options.scale, (session) => previewPlan(session, options.count));
      if (options.json === true) return outJson(io, plan);
      const paint = painter(io);
      io.out(`${paint("bold", plan.lab)} at ${plan.scale}: ${plan.state}, ${plan.observations} runs measured`);
      if (plan.stop === "decided") return io.out("The decision is made: see `cairn report`, then `cairn land`.");
      if (plan.stop === "runs-spent") return io.out("The budget does not allow what is still missing.");
      if (plan.runs.length === 0) return io.out("Nothing to run now: what is needed is on its way.");
      for (const [i, run] of plan.runs.entries()) {
        const name = combinationName(run.levels, plan.baseline);
        io.out(`\n${paint("bold", String(i + 1).padStart(3))}  ${name}  ${paint("dim", `seed ${run.seed}`)}`);
        io.out(`     ${run.why}`);
        if (run.uncachedCoreSeconds === null) continue;
        const cached = Math.round((1 - run.coreSeconds / run.uncachedCoreSeconds) * 100);
        const share = cached > 0 ? `, ${cached}% from the cache` : "";
        io.out(`     ${paint("dim", `${duration(run.coreSeconds)} of one core${share}`)}`);
      }
      const known = plan.runs.every((run) => run.uncachedCoreSeconds !== null);
      const total = plan.runs.reduce((sum, run) => sum + run.coreSeconds, 0);
      const cost = known ? `about ${duration(total)} of one core` : "at a cost that the first run will tell";
      io.out(`\n${plan.runs.length} runs, ${cost}. After each result the plan is made anew.`);
    });
};
