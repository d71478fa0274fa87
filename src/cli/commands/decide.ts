import { recordDecision } from "../../app/land.ts";
import { verdictSentence } from "../../report/verdict-words.ts";
import { headlineLine } from "../../report/words.ts";
import type { Register } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { outJson, painter } from "../io.ts";
import { examples, scaleOption, withSession } from "./shared.ts";

export const registerDecide: Register = (program, io, setExit) => {
  program
    .command("decide")
    .description("record what the evidence says now, a verdict for every contribution")
    .option(...scaleOption)
    .option("--json", "machine-readable")
    .addHelpText("after", examples("cairn decide", "cairn decide --json && cairn land"))
    .action(async (options: { scale?: string; json?: boolean }) => {
      const report = await withSession(program, io, options.scale, recordDecision);
      if (report.state !== "decided") setExit(exitCodes.undecided);
      if (options.json === true) {
        const { state, scale, baseline, recommended, set } = report;
        const verdicts = report.contributions.map(({ level, verdict }) => ({ level, ...verdict }));
        return outJson(io, { state, scale, baseline, recommended, set, verdicts });
      }
      const paint = painter(io);
      io.out(paint("bold", headlineLine(report)));
      for (const contribution of report.contributions) {
        io.out(
          `  ${paint("bold", contribution.level)}: ${verdictSentence(report, contribution.level, contribution.verdict)}`,
        );
      }
      if (report.state !== "decided") io.note("Not decided yet: `cairn run` measures on.");
    });
};
