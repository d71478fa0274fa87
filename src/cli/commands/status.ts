import { CairnError } from "../../app/errors.ts";
import { readReport } from "../../app/report.ts";
import { errorBudgetSentence } from "../../report/closing.ts";
import { formatDuration } from "../../report/format.ts";
import { headlineLine } from "../../report/words.ts";
import type { Register } from "../command.ts";
import { outJson, painter } from "../io.ts";
import { examples, scaleOption, withSession } from "./shared.ts";

export const registerStatus: Register = (program, io) => {
  program
    .command("status")
    .description("where things stand, in a few lines")
    .option(...scaleOption)
    .option("--json", "machine-readable")
    .addHelpText("after", examples("cairn status", "cairn status --json"))
    .action(async (options: { scale?: string; json?: boolean }) => {
      const report = await withSession(program, io, options.scale, (session) => readReport(session, null, "sketch"));
      if (report === null) throw new CairnError({ kind: "not-decided", message: "there is no report", help: null });
      const counts = { proposed: report.contributions.length, landed: 0, land: 0, shelve: 0, undecided: 0 };
      for (const { verdict } of report.contributions) counts[verdict.kind] += 1;
      const active = report.runs.filter((run) => run.state === "running" || run.state === "pending").length;
      const crashed = report.runs.filter((run) => run.state === "failed").length;
      if (options.json === true) {
        const { lab, scale, state, landing, baseline, recommended, cost, evidence, errorBudget } = report;
        return outJson(io, {
          lab,
          scale,
          state,
          landing,
          baseline,
          recommended,
          counts,
          active,
          crashed,
          cost,
          evidence,
          errorBudget,
        });
      }
      const paint = painter(io);
      io.out(`${paint("bold", report.lab)} at ${report.scale}: ${headlineLine(report)}`);
      io.out(
        `  contributions  ${counts.proposed}: ${counts.landed} in the baseline, ${counts.land} to land, ${counts.shelve} shelved, ${counts.undecided} undecided`,
      );
      io.out(
        `  runs           ${report.evidence.used} that count${report.evidence.earlier > 0 ? `, ${report.evidence.earlier} about what has changed since` : ""}${active > 0 ? `, ${active} under way` : ""}${crashed > 0 ? `, ${crashed} crashed` : ""}`,
      );
      io.out(
        `  cost           ${formatDuration(report.cost.coreSeconds)} of one core; the cache spared ${formatDuration(report.cost.savedCoreSeconds)}`,
      );
      const budget = errorBudgetSentence(report);
      if (budget !== null) io.out(`  error budget   ${budget}`);
    });
};
