import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { errorCode } from "../../base/system-error.ts";
import type { Execution, Executor, Exit, Task } from "../run.ts";
import { endProcesses, findAttempts, type ProcessSet } from "./processes.ts";

/** How long a process has after TERM to put its things in order, in milliseconds. */
const defaultGrace = 3000;

/**
 * Stages as processes of this machine: by argv, never through a shell; each attempt in a session and process group of
 * its own, so that a Ctrl-C in the terminal reaches Cairn alone, which then ends them in order. Output goes straight to
 * the log file and does not depend on Cairn to be alive.
 */
export function createLocalExecutor(options: { readonly grace?: number } = {}): Executor {
  const grace = options.grace ?? defaultGrace;
  return {
    start: (task) => start(task, grace),
    sweepOrphans: async (isLive) => {
      const swept: string[] = [];
      for (const attempt of findAttempts().keys()) {
        if (await isLive(attempt)) continue;
        await endProcesses({ attempt, group: null }, grace);
        swept.push(attempt);
      }
      return swept;
    },
  };
}

function start(task: Task, grace: number): Execution {
  const [command, ...args] = task.argv;
  if (command === undefined) return notStarted("the command is empty");
  let child: ChildProcess;
  try {
    child = spawnLogged(command, args, task);
  } catch (error) {
    // Not to be had as a file (the log on a full disk) is not the command's fault: the caller tells them apart.
    if (errorCode(error) === "ENOSPC" || errorCode(error) === "EDQUOT") throw error;
    return notStarted(startProblem(error, task));
  }
  return watch(child, task, grace);
}

function spawnLogged(command: string, args: readonly string[], task: Task): ChildProcess {
  const log = openSync(task.logFile, "a");
  try {
    return spawn(command, args, {
      cwd: task.cwd,
      env: { ...task.env },
      stdio: ["ignore", log, log],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

function watch(child: ChildProcess, task: Task, grace: number): Execution {
  const set: ProcessSet = { attempt: task.attempt, group: child.pid ?? null };
  /** Why it is being ended; null: it has not been asked to. The first reason stays. */
  let reason: Exit | null = null;
  let ending: Promise<void> | null = null;
  const end = (because: Exit | null): Promise<void> => {
    reason ??= because;
    ending ??= endProcesses(set, grace);
    return ending;
  };

  const { timeout } = task;
  const timer =
    timeout === null ? null : setTimeout(() => void end({ kind: "timed-out", seconds: timeout }), timeout * 1000);

  const exit = new Promise<Exit>((resolve) => {
    child.once("error", (error) => {
      clearTimeout(timer ?? undefined);
      if (child.pid === undefined) resolve({ kind: "not-started", message: startProblem(error, task) });
    });
    child.once("exit", (code, signal) => {
      clearTimeout(timer ?? undefined);
      const own: Exit = code === null ? { kind: "signalled", signal: signal ?? "unknown" } : { kind: "exited", code };
      // What it left running would go on writing: an attempt is over when nothing of it runs.
      const rest = ending ?? endProcesses(set, grace, child.pid);
      void rest.then(() => resolve(reason ?? own));
    });
  });
  return {
    exit,
    cancel: async () => {
      await end({ kind: "cancelled" });
      await exit;
    },
  };
}

/** In the user's words: Node says `spawn x ENOENT` for a missing command and a missing folder alike. */
function startProblem(error: unknown, task: Task): string {
  const command = task.argv[0] ?? "";
  switch (errorCode(error)) {
    case "ENOENT":
      return command.includes("/")
        ? `there is no file ${command} in ${task.cwd} (or the interpreter in its first line is missing)`
        : `no program named ${command} in PATH (${task.env.PATH ?? ""})`;
    case "EACCES":
      return `${command} is not executable`;
    case "E2BIG":
      return "its arguments are too long for the system; read them from CAIRN_PARAMS instead";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function notStarted(message: string): Execution {
  return { exit: Promise.resolve({ kind: "not-started", message }), cancel: async () => {} };
}
