import { type CreditStatement, planCreditAudits, readCredit } from "../../app/credit.ts";
import { runAsked } from "../../app/queue.ts";
import { formatMean, formatNumber, formatRange, plural } from "../../report/format.ts";
import type { Register } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { type Io, outJson, painter } from "../io.ts";
import { noLimits, watchQueue } from "../watch.ts";
import { examples, positive, positiveInteger, scaleOption, withSession } from "./shared.ts";

interface Options {
  scale?: string;
  landing?: number;
  audit?: boolean;
  runs?: number;
  cpus?: number;
  gpus?: number;
  json?: boolean;
}

export const registerCredit: Register = (program, io, setExit) => {
  program
    .command("credit")
    .description("who carried how much of a landing's gain; with --audit, runs that tell it more exactly")
    .option(...scaleOption)
    .option(
      "--landing <n>",
      "of an earlier landing (default: the confirmed set, else the newest landing)",
      positiveInteger("landing"),
    )
    .option("--audit", "first measure subsets of the set, each beside the other parts: two runs for each part")
    .option("--runs <n>", "with --audit: so many runs instead", positiveInteger("runs"))
    .option("--cpus <n>", "cores to use (default: all)", positive("cpus"))
    .option("--gpus <n>", "GPUs to use (default: none)", positiveInteger("gpus"))
    .option("--json", "machine-readable")
    .addHelpText("after", examples("cairn credit", "cairn credit --audit", "cairn credit --landing 1 --json"))
    .action(async (options: Options) => {
      const { landing = null, runs = null, cpus, gpus } = options;
      await withSession(program, io, options.scale, async (session) => {
        if (options.audit === true) {
          const asked = await planCreditAudits(session, landing, runs);
          const capacity = { ...(cpus !== undefined && { cpus }), ...(gpus !== undefined && { gpus }) };
          const end = await watchQueue(io, session, { ...noLimits, capacity }, (queue) =>
            runAsked(session, asked, queue),
          );
          if (end.kind === "interrupted") {
            io.note("Stopped. What was recorded is kept; `cairn credit --audit` goes on from here.");
            return setExit(exitCodes.interrupted);
          }
        }
        const statement = await readCredit(session, landing);
        if (options.json === true) return outJson(io, statement);
        printCredit(io, statement);
      });
    });
};

function printCredit(io: Io, { landing, gain, shares, audits }: CreditStatement): void {
  const paint = painter(io);
  const of = landing === null ? "the confirmed set" : `landing ${landing}`;
  const on = plural(gain.pairs, "fresh pair");
  io.out(`${paint("bold", `Credit for ${of}`)}: ${formatNumber(gain.mean, 1)} utility, measured on ${on}`);
  const width = Math.max(...shares.map(({ level }) => level.length));
  for (const share of shares.toSorted((a, b) => b.mean - a.mean)) {
    const who = share.by.length === 0 ? "" : `  ${paint("dim", share.by.join(", "))}`;
    io.out(
      `  ${share.level.padEnd(width)}  ${formatMean(share, true).padStart(7)} (${formatRange(share, true)})${who}`,
    );
  }
  if (audits.wanted === 0) return;
  const told = `${plural(audits.made, "run")} on subsets of the parts so far`;
  const more = audits.made < audits.wanted ? "; `cairn credit --audit` makes them more exact" : "";
  io.out(`  ${told}${more}.`);
}
