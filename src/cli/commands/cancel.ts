import { cancelLeft } from "../../app/cancel.ts";
import type { Register } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { outJson } from "../io.ts";
import { examples, withSession } from "./shared.ts";

export const registerCancel: Register = (program, io, setExit) => {
  program
    .command("cancel")
    .description("end what an interrupted session left running elsewhere (Slurm, Ray); what is recorded stays")
    .option("--json", "machine-readable")
    .addHelpText("after", examples("cairn cancel"))
    .action(async (options: { json?: boolean }) => {
      const done = await withSession(program, io, undefined, cancelLeft);
      if (done.problem !== null) setExit(exitCodes.unavailable);
      if (options.json === true) return outJson(io, done);
      io.out(`${done.runs} runs cancelled, ${done.attempts.length} attempts ended`);
      if (done.held > 0)
        io.note(`${done.held} runs are in the hands of another Cairn that is at work: stop that one first.`);
      if (done.problem !== null) io.note(`${done.problem}. Attempts may still run there; try again.`);
    });
};
