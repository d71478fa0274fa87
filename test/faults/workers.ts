import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { failPoints } from "../../src/run/runner.ts";

/** Workers as their parents see them: what they are told, what they tell, how they end. */

export const workerOptions = z.object({
  lab: z.string(),
  /** Seeds of its runs. */
  first: z.number().default(1),
  last: z.number(),
  /** What it does to itself, at which visit to which point. */
  at: z
    .object({ point: z.enum(failPoints), visit: z.number(), signal: z.enum(["SIGKILL", "SIGSTOP"]) })
    .nullable()
    .default(null),
  /** hasty: silence is over 25 times as soon. jumping: the wall clock is an hour off now and then, either way. */
  clock: z.enum(["system", "hasty", "jumping"]).default("system"),
  /** Address of a Ray that its stages run on; null: here. */
  ray: z.string().nullable().default(null),
  /** Many: a stage that is killed again and again is not given up. */
  retries: z.number().default(1000),
});
export type WorkerOptions = z.input<typeof workerOptions>;

export interface Worker {
  readonly process: ChildProcess;
  readonly lines: readonly string[];
  readonly ended: Promise<WorkerEnd>;
}

export interface WorkerEnd {
  readonly lines: readonly string[];
  readonly errors: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** @param onLine told each line with its number from 1 */
export function startWorker(
  options: WorkerOptions,
  onLine: (line: string, number: number, worker: ChildProcess) => void = () => {},
  before: readonly string[] = [],
): Worker {
  return startProcess([...before, process.execPath, script("worker.ts"), JSON.stringify(options)], onLine);
}

export function startProcess(
  [command = "", ...args]: readonly string[],
  onLine: (line: string, number: number, worker: ChildProcess) => void = () => {},
): Worker {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...compileCache } });
  const lines: string[] = [];
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const reading = (async () => {
    for await (const line of createInterface({ input: child.stdout })) onLine(line, lines.push(line), child);
  })();
  const ended = new Promise<WorkerEnd>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      reading.then(() => resolve({ lines, errors, code, signal }), reject);
    });
  });
  return { process: child, lines, ended };
}

export function script(name: string): string {
  return join(import.meta.dirname, name);
}

/** Most of a worker's life would be spent on compiling what it is made of. */
const compileCache = { NODE_COMPILE_CACHE: join(tmpdir(), "cairn-faults-compiled") };
