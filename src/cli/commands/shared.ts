import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { usage } from "../../app/errors.ts";
import { openSession, type Session } from "../../app/session.ts";
import type { Io } from "../io.ts";

/** The lab that `--lab` or the working directory names. */
export function labDir(program: Command, io: Io): string {
  const { lab } = z.object({ lab: z.string() }).parse(program.opts());
  return resolve(io.cwd, lab);
}

/** Opens the lab, does the work, and closes it whatever happens. */
export async function withSession<T>(
  program: Command,
  io: Io,
  scale: string | undefined,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(labDir(program, io), { scale: scale ?? null });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Parses an option that must be a positive number. */
export function positive(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
    throw usage(`--${name} takes a number above 0, not ${JSON.stringify(text)}`);
  };
}

export function positiveInteger(name: string): (text: string) => number {
  const parse = positive(name);
  return (text) => {
    const value = parse(text);
    if (Number.isInteger(value)) return value;
    throw usage(`--${name} takes a whole number above 0, not ${JSON.stringify(text)}`);
  };
}

/** For options that may be given several times. */
export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

export const scaleOption = [
  "-s, --scale <name>",
  "the scale (default: the policy's, else the last one of the lab)",
] as const;
