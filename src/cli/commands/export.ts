import { resolve } from "node:path";
import { Option } from "commander";
import { usage } from "../../app/errors.ts";
import { effectsCsv, runsCsv } from "../../app/export.ts";
import { writeAtomically } from "../../app/files.ts";
import { readReport } from "../../app/report.ts";
import type { Register } from "../command.ts";
import { examples, scaleOption, withSession } from "./shared.ts";

interface Options {
  scale?: string;
  format: "csv" | "json";
  what: "runs" | "effects";
  out?: string;
}

export const registerExport: Register = (program, io) => {
  program
    .command("export")
    .description("runs or effects as CSV, or everything as JSON")
    .option(...scaleOption)
    .addOption(new Option("--format <format>", "csv or json").choices(["csv", "json"]).default("csv"))
    .addOption(new Option("--what <what>", "of the CSV").choices(["runs", "effects"]).default("runs"))
    .option("-o, --out <file>", "instead of standard output")
    .addHelpText(
      "after",
      examples("cairn export > runs.csv", "cairn export --what effects -o effects.csv", "cairn export --format json"),
    )
    .action(async (options: Options) => {
      const report = await withSession(program, io, options.scale, (session) => readReport(session, null));
      if (report === null) throw usage("there is nothing to export");
      const csv = options.what === "runs" ? runsCsv(report) : effectsCsv(report);
      const text = options.format === "json" ? `${JSON.stringify(report, null, 2)}\n` : csv;
      if (options.out === undefined) return io.out(text.trimEnd());
      const path = resolve(io.cwd, options.out);
      writeAtomically(path, text);
      io.note(`wrote ${path}`);
    });
};
