import { usage } from "../../app/errors.ts";
import { gc } from "../../app/upkeep.ts";
import type { Register } from "../command.ts";
import { outJson } from "../io.ts";
import { formatBytes } from "../render/bytes.ts";
import { createMeter } from "../render/meter.ts";
import { examples, withSession } from "./shared.ts";

export const registerGc: Register = (program, io) => {
  program
    .command("gc")
    .description("remove cached outputs that only earlier states of the lab used; evidence stays")
    .option("--older-than <days>", "only what is older", "7")
    .option("--dry-run", "say what would go")
    .option("--json", "machine-readable")
    .addHelpText("after", examples("cairn gc --dry-run", "cairn gc --older-than 0"))
    .action(async (options: { olderThan: string; dryRun?: boolean; json?: boolean }) => {
      const days = Number(options.olderThan);
      if (!Number.isFinite(days) || days < 0)
        throw usage(`--older-than takes a number of days, not ${options.olderThan}`);
      const meter = createMeter(io, "collecting");
      const dryRun = options.dryRun ?? false;
      const report = await withSession(program, io, undefined, (session) =>
        gc(session, { olderThanDays: days, dryRun, onProgress: meter.update }),
      );
      meter.end();
      if (options.json === true) return outJson(io, { dryRun, ...report });
      io.out(
        `${dryRun ? "would remove" : "removed"} ${report.removed} outputs (${formatBytes(report.bytes)}) and ${report.trees} edited copies of the lab; ${report.kept} artifacts stay`,
      );
    });
};
