import { fsck, type StorageCheck } from "../../app/upkeep.ts";
import type { Register } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { type Io, outJson, painter } from "../io.ts";
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
      const damage = report.damaged.length + report.database.length + (report.storage?.damaged.length ?? 0);
      if (damage > 0) setExit(exitCodes.damaged);
      if (options.json === true) return outJson(io, report);
      const paint = painter(io);
      io.out(`${report.checked} artifacts checked (${formatBytes(report.bytes)})`);
      for (const { digest, movedTo } of report.damaged) {
        io.out(
          `${paint("red", "damaged")}  ${digest.slice(0, 12)}: moved to ${movedTo}; it is made again when it is needed`,
        );
      }
      for (const stray of report.strays) io.out(`${paint("yellow", "stray")}    ${stray}: not Cairn's, left alone`);
      if (report.storage !== null) tellStorage(io, report.storage);
      for (const problem of report.database) io.out(`${paint("red", "database")} ${problem}`);
      if (report.missing.length > 0)
        io.out(`${report.missing.length} recorded results have lost their files; they are made again when needed.`);
      if (damage === 0) io.out(`${paint("green", "✓")} nothing is damaged`);
    });
};

function tellStorage(io: Io, { name, checked, bytes, damaged, mended, added }: StorageCheck): void {
  const paint = painter(io);
  io.out(`${checked} artifacts checked in ${name} (${formatBytes(bytes)})`);
  for (const { digest, problem } of damaged) {
    io.out(`${paint("red", "damaged")}  ${digest.slice(0, 12)}: ${problem} there; it is made again when it is needed`);
  }
  if (mended > 0) io.out(`${mended} that were damaged there were written anew from here`);
  if (added > 0) io.out(`${added} that were only here are there now`);
}
