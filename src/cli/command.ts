import type { Command } from "commander";
import type { Io } from "./io.ts";

/** Sets the exit code of a command that ended without an error but not with 0. */
export type SetExit = (code: number) => void;

/** One command adds itself to the program. */
export type Register = (program: Command, io: Io, setExit: SetExit) => void;
