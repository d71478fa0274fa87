import { examine, troubleOf } from "../../app/doctor.ts";
import type { Register } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { outJson, painter } from "../io.ts";
import { examples, labDir } from "./shared.ts";

export const registerDoctor: Register = (program, io, setExit) => {
  program
    .command("doctor")
    .description("look at everything Cairn stands on: versions, disk, clock, lab, cluster, record, storage")
    .option("--json", "machine-readable")
    .addHelpText("after", examples("cairn doctor", "cairn doctor --json"))
    .action(async (options: { json?: boolean }) => {
      const findings = await examine(labDir(program, io));
      const trouble = troubleOf(findings);
      if (trouble !== null) setExit(exitCodes[trouble]);
      if (options.json === true) return outJson(io, findings);
      const paint = painter(io);
      const marks = { ok: paint("green", "✓"), warning: paint("yellow", "!"), problem: paint("red", "✗") };
      for (const { name, state, detail, mend } of findings) {
        io.out(`${marks[state]} ${name.padEnd(8)} ${detail}`);
        if (mend !== null) io.out(`  ${" ".repeat(8)} ${paint("dim", mend)}`);
      }
    });
};
