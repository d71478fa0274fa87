import { land } from "../../app/land.ts";
import type { Register } from "../command.ts";
import { outJson, painter } from "../io.ts";
import { examples, scaleOption, withSession } from "./shared.ts";

export const registerLand: Register = (program, io) => {
  program
    .command("land")
    .description("make the confirmed set the new baseline: writes landings/NNNN.yaml")
    .option(...scaleOption)
    .option("--json", "machine-readable")
    .addHelpText(
      "after",
      examples("cairn land", "cairn land && git add landings && git commit -m 'Land what was measured'"),
    )
    .action(async (options: { scale?: string; json?: boolean }) => {
      const landed = await withSession(program, io, options.scale, land);
      if (options.json === true) return outJson(io, { file: landed.file, ...landed.landing });
      const paint = painter(io);
      io.out(
        `${paint("green", "✓")} Landing ${landed.landing.landing}: ${landed.landing.added
          .map((l) => `+${l}`)
          .concat(landed.landing.removed.map((l) => `−${l}`))
          .join(" ")}`,
      );
      io.out(`  ${landed.file} is the new baseline; commit it with the lab.`);
      io.out("  What was measured stays evidence: new contributions are compared with the new baseline.");
    });
};
