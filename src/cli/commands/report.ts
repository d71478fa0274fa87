import { resolve } from "node:path";
import { usage } from "../../app/errors.ts";
import { writeAtomically } from "../../app/files.ts";
import { readReport } from "../../app/report.ts";
import { renderHtml } from "../../report/html.ts";
import { renderText } from "../../report/text.ts";
import type { Register } from "../command.ts";
import { outJson } from "../io.ts";
import { createMeter } from "../render/meter.ts";
import { examples, positiveInteger, scaleOption, withSession } from "./shared.ts";

export const registerReport: Register = (program, io) => {
  program
    .command("report")
    .description("what was learnt: the decision first, then effects, interactions, credit and every run")
    .option(...scaleOption)
    .option("--html <file>", "one self-contained page to open and to send")
    .option("--landing <n>", "the report that an earlier landing rests on", positiveInteger("landing"))
    .option("--json", "machine-readable")
    .addHelpText(
      "after",
      examples("cairn report", "cairn report --html report.html", "cairn report --landing 1 --json"),
    )
    .action(async (options: { scale?: string; html?: string; landing?: number; json?: boolean }) => {
      const meter = createMeter(io, "looking back over the runs");
      const report = await withSession(program, io, options.scale, (session) =>
        readReport(session, options.landing ?? null, "full", (done, total) => meter.update({ done, total })),
      );
      meter.end();
      if (report === null) throw usage(`there is no landing ${options.landing} with a report in this lab's record`);
      if (options.html !== undefined) {
        const path = resolve(io.cwd, options.html);
        writeAtomically(path, renderHtml(report));
        io.note(`wrote ${path}`);
      }
      if (options.json === true) return outJson(io, report);
      if (options.html === undefined) {
        io.out(renderText(report, { width: io.width, color: io.color, unicode: io.unicode }));
      }
    });
};
