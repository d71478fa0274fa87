import { type PlanPreview, type PreviewedRun, previewPlan } from "../../app/preview.ts";
import { combinationName } from "../../app/words.ts";
import { formatDeviceTime, formatDuration, formatNumber, plural } from "../../report/format.ts";
import { wrap } from "../../report/terminal.ts";
import type { Register } from "../command.ts";
import { type Io, outJson, painter } from "../io.ts";
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
      if (plan.state === "decided") {
        io.out("The decision is made: see `cairn report`, then `cairn land`.");
        if (plan.runs.length > 0) printRuns(io, plan);
        return;
      }
      if (plan.stop === "runs-spent") io.out("The budget does not allow what is still missing.");
      else if (plan.stop === "exhausted") io.out("Nothing is left that could be run and would tell more.");
      else if (plan.runs.length === 0) io.out("Nothing to run now: what is needed is on its way.");
      else printRuns(io, plan);
      io.out(`\n${wrap(toGoSentence(plan), io.width).join("\n")}`);
    });
};

function printRuns(io: Io, plan: PlanPreview): void {
  const paint = painter(io);
  for (const [i, run] of plan.runs.entries()) {
    const name = combinationName(run.levels, plan.baseline, io.width - 15);
    io.out(`\n${paint("bold", String(i + 1).padStart(3))}  ${name}  ${paint("dim", `seed ${run.seed}`)}`);
    const [first, second] = sentencesOf(run);
    for (const line of wrap(first, io.width - 5)) io.out(`     ${line}`);
    for (const line of wrap(second, io.width - 5)) io.out(`     ${paint("dim", line)}`);
  }
  const known = plan.runs.every((run) => run.uncachedCoreSeconds !== null);
  const total = plan.runs.reduce((sum, run) => sum + run.coreSeconds, 0);
  const cost = known ? `about ${formatDuration(total)} of one core` : "at a cost that the first run will tell";
  io.out(`\n${plural(plan.runs.length, "run")}, ${cost}. After each result the plan is made anew.`);
  if (plan.runs.some(({ tells }) => tells !== null))
    for (const line of wrap(natsNote, io.width)) io.out(paint("dim", line));
}

/** e⁻¹ = 0.37: nats are ½ log of a ratio of variances. */
const natsNote =
  "Nats measure what a run tells: one narrows what is not known of the question to 37% of its width, 0.3 to 74%.";

/** What it tells for what it costs, and how it was chosen: `to tell rotary and bpe apart: 0.31 nats for 14 s of one core`. */
function sentencesOf({ tells, why, coreSeconds, uncachedCoreSeconds }: PreviewedRun): readonly [string, string] {
  const cached = uncachedCoreSeconds === null ? 0 : Math.round((1 - coreSeconds / uncachedCoreSeconds) * 100);
  const share = cached > 0 ? `, ${cached}% from the cache` : "";
  const cost = uncachedCoreSeconds === null ? "" : `${formatDuration(coreSeconds)} of one core${share}`;
  if (tells === null) return [why, cost];
  const price = cost === "" ? "" : ` for ${cost}`;
  return [`${tells.question}: ${formatNumber(tells.nats, 2)} nats${price}`, why];
}

/** What the decision would cost from here. */
function toGoSentence({ toGo }: PlanPreview): string {
  const cost =
    toGo.coreSeconds === null ? "" : `, about ${formatDeviceTime(toGo.coreSeconds)} by what runs have cost so far`;
  const short = toGo.allowed !== null && toGo.allowed < toGo.runs;
  const budget = short ? ` The policy's budget allows ${formatNumber(toGo.allowed)}.` : "";
  return `From here a decision takes at most ${plural(toGo.runs, "run")}${cost}.${budget}`;
}
