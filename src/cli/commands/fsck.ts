import { fsck } from "../../app/upkeep.ts";
import type { Register } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { outJson, painter } from "../io.ts";
import { formatBytes } from "../render/bytes.ts";
import { createMeter } from "../render/meter.ts";
import { examples, withSession } from "./shared.ts";

export const registerFsck: Register = (program, io, setExit) => {
  program
    .command("fsck")
    .description("check every cached artifact and the database; quarantine what is damaged")
    .option("--json", "machine-readable")
    .addHelpText("after", examples("cairn fsck", "cairn fsck --json"))
    .action(async (options: { json?: boolean }) => {
      const meter = createMeter(io, "checking artifacts");
      const report = await withSession(program, io, undefined, (session) => fsck(session, meter.update));
      meter.end();
      if (report.damaged.length > 0 || report.database.length > 0) setExit(exitCodes.damaged);
      if (options.json === true) return outJson(io, report);
      const paint = painter(io);
      io.out(`${report.checked} artifacts checked (${formatBytes(report.bytes)})`);
      for (const { digest, movedTo } of report.damaged) {
        io.out(
          `${paint("red", "damaged")}  ${digest.slice(0, 12)}: moved to ${movedTo}; it is made again when it is needed`,
        );
      }
      for (const stray of report.strays) io.out(`${paint("yellow", "stray")}    ${stray}: not Cairn's, left alone`);
      for (const problem of report.database) io.out(`${paint("red", "database")} ${problem}`);
      if (report.missing.length > 0)
        io.out(`${report.missing.length} recorded results have lost their files; they are made again when needed.`);
      if (report.damaged.length + report.database.length === 0) io.out(`${paint("green", "✓")} nothing is damaged`);
    });
};
