import { Command, CommanderError } from "commander";
import { failureOf } from "../app/errors.ts";
import { version } from "../app/report.ts";
import type { Register, SetExit } from "./command.ts";
import { registerAccount } from "./commands/account.ts";
import { registerCancel } from "./commands/cancel.ts";
import { registerCheck } from "./commands/check.ts";
import { registerCompletion } from "./commands/completion.ts";
import { registerCredit } from "./commands/credit.ts";
import { registerDb } from "./commands/db.ts";
import { registerDecide } from "./commands/decide.ts";
import { registerDemo } from "./commands/demo.ts";
import { registerDoctor } from "./commands/doctor.ts";
import { registerExplain } from "./commands/explain.ts";
import { registerExport } from "./commands/export.ts";
import { registerFsck } from "./commands/fsck.ts";
import { registerGc } from "./commands/gc.ts";
import { registerInit } from "./commands/init.ts";
import { registerLand } from "./commands/land.ts";
import { registerPlan } from "./commands/plan.ts";
import { registerPropose } from "./commands/propose.ts";
import { registerReport } from "./commands/report.ts";
import { registerRun } from "./commands/run.ts";
import { registerServe } from "./commands/serve.ts";
import { registerStatus } from "./commands/status.ts";
import { registerTest } from "./commands/test.ts";
import { exitCodeOf, exitCodes } from "./exit.ts";
import { type Io, terminalIo } from "./io.ts";
import { printFailure } from "./render/failure.ts";

const commands: readonly Register[] = [
  registerDemo,
  registerInit,
  registerCheck,
  registerPropose,
  registerPlan,
  registerRun,
  registerServe,
  registerStatus,
  registerReport,
  registerDecide,
  registerLand,
  registerCredit,
  registerExplain,
  registerExport,
  registerFsck,
  registerCancel,
  registerGc,
  registerDoctor,
  registerDb,
  registerAccount,
  registerTest,
  registerCompletion,
];

const exitCodeHelp = `
Exit codes:
  ${exitCodes.done}    done
  ${exitCodes.invalid}    the lab or a contribution is not right
  ${exitCodes.usage}    the command line is not right
  ${exitCodes.undecided}    no decision yet, or nothing to land
  ${exitCodes.runFailed}    a stage crashed for good
  ${exitCodes.damaged}    a file of Cairn's is damaged
  ${exitCodes.checksFailed}    a check or test of Cairn's own failed
  ${exitCodes.unavailable}    a database, storage, cluster or disk cannot be reached or used
  ${exitCodes.internal}   a defect in Cairn
  ${exitCodes.interrupted}  interrupted; what was recorded is kept

Every reading command takes --json (export: --format json). NO_COLOR is honoured.`;

export function createProgram(io: Io, setExit: SetExit): Command {
  const program = new Command("cairn")
    .description("The merge queue for model improvements.")
    .version(version, "-V, --version")
    .option("-C, --lab <dir>", "the lab, or a directory inside it", ".")
    .showHelpAfterError("(cairn --help lists the commands; cairn <command> --help shows examples)")
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.note(text.trimEnd()) })
    .addHelpText("after", exitCodeHelp)
    .exitOverride();
  for (const register of commands) register(program, io, setExit);
  for (const command of program.commands) command.exitOverride();
  return program;
}

/** Runs one command line. Returns the exit code; prints every expected failure, and a stack trace only for a defect. */
export async function run(argv: readonly string[], io: Io = terminalIo()): Promise<number> {
  let exit: number = exitCodes.done;
  const program = createProgram(io, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    const failure = failureOf(error);
    if (failure !== null) {
      printFailure(io, failure);
      return exitCodeOf(failure);
    }
    io.note(
      `cairn: this is a defect in Cairn, please report it.\n${error instanceof Error ? error.stack : String(error)}`,
    );
    return exitCodes.internal;
  }
}
