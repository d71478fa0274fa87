import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { usage } from "../../app/errors.ts";
import type { Register } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { examples } from "./shared.ts";

export const registerTest: Register = (program, io, setExit) => {
  program
    .command("test [args...]")
    .description("run every check and test of Cairn itself")
    .allowUnknownOption()
    .addHelpText("after", examples("cairn test", "cairn test --only types", "cairn test src/recipe"))
    .action((args: string[]) => {
      const script = fileURLToPath(new URL("../../../test/run.ts", import.meta.url));
      if (!existsSync(script)) throw usage("this Cairn came without its tests", "Clone the repository to run them.");
      const { status } = spawnSync(process.execPath, [script, ...args], { stdio: "inherit", cwd: io.cwd });
      if (status !== 0) setExit(exitCodes.checksFailed);
    });
};
