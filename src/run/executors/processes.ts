import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { errorCode } from "../../base/system-error.ts";

/**
 * Which processes belong to an attempt. Every process of a stage inherits `CAIRN_ATTEMPT`, and Linux shows the
 * environment a process began with, so that even one which left its process group (a daemon) is found, and so are those
 * whose Cairn was killed. Where there is no /proc, process groups are all there is. A process that was started with an
 * emptied environment *and* left the group cannot be told from any other.
 */
export interface ProcessSet {
  /** The group of the attempt's first process; null: not started by this process. */
  readonly group: number | null;
  readonly attempt: string;
}

const variable = "CAIRN_ATTEMPT=";

/** Process numbers by attempt, of every attempt on this machine that this user may look at. */
export function findAttempts(above = 0): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const pid of processNumbers()) {
    if (pid <= above || pid === process.pid) continue;
    const attempt = attemptOf(pid);
    if (attempt !== null) found.set(attempt, [...(found.get(attempt) ?? []), pid]);
  }
  return found;
}

/**
 * TERM to all of them, KILL to those that are left after `grace` milliseconds. Resolves when none is left.
 * @param above only processes with larger numbers are looked through, besides the group: those started after it
 */
export async function endProcesses(set: ProcessSet, grace: number, above = 0): Promise<void> {
  const deadline = performance.now() + grace;
  for (let signal: NodeJS.Signals = "SIGTERM", pause = 2; ; pause = Math.min(pause * 2, 50)) {
    const members = membersOf(set, above);
    if (members.length === 0) return;
    // TERM once: a process may take a second one for an order to hurry.
    if (pause === 2 || signal === "SIGKILL") for (const pid of members) send(pid, signal);
    await delay(pause);
    if (performance.now() > deadline) signal = "SIGKILL";
  }
}

/** Whether anything of the attempt runs. */
export function isRunning(set: ProcessSet, above = 0): boolean {
  return membersOf(set, above).length > 0;
}

function membersOf({ group, attempt }: ProcessSet, above: number): number[] {
  if (!hasProc()) return group !== null && send(-group, 0) ? [-group] : [];
  const groupLives = group !== null && send(-group, 0);
  return processNumbers().filter((pid) => {
    if (pid === process.pid) return false;
    if (groupLives && groupOf(pid) === group) return true;
    return pid > above && attemptOf(pid) === attempt;
  });
}

let proc: boolean | null = null;
function hasProc(): boolean {
  proc ??= attemptOrNull(() => readFileSync("/proc/self/environ")) !== null;
  return proc;
}

function processNumbers(): number[] {
  const names = attemptOrNull(() => readdirSync("/proc")) ?? [];
  return names.map(Number).filter(Number.isInteger);
}

/** null for a process that is gone, is a zombie (its environment is empty) or is another user's. */
function attemptOf(pid: number): string | null {
  const environment = attemptOrNull(() => readFileSync(`/proc/${pid}/environ`, "latin1"));
  if (environment === null) return null;
  const start = environment.startsWith(variable) ? 0 : environment.indexOf(`\0${variable}`) + 1;
  if (start === 0 && !environment.startsWith(variable)) return null;
  const end = environment.indexOf("\0", start);
  return environment.slice(start + variable.length, end === -1 ? undefined : end);
}

/** Its process group; null for a zombie: nothing of it runs. */
function groupOf(pid: number): number | null {
  const stat = attemptOrNull(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields === undefined || fields[0] === "Z" || fields[0] === "X") return null;
  return Number(fields[2]);
}

/** False when there is no such process. Signal 0 only asks. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

function attemptOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
