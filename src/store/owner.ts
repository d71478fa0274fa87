import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Who holds a lease: `machine:pid:start`. With the start time a process number that the system gives out again is not
 * taken for the one that died; with the boot and the process name space in `machine`, a number that means another
 * process elsewhere is not looked up here.
 */
export function ownerOfThisProcess(): string {
  return `${machine()}:${process.pid}:${startTime(process.pid) ?? "0"}`;
}

/** Whether the owner is surely gone: a process of this machine that is not there any more. Others: only silence can tell. */
export function isDeadHere(owner: string): boolean {
  const [place, pid, start] = owner.split(":");
  if (place !== machine() || pid === undefined || !/^[1-9][0-9]*$/.test(pid)) return false;
  const now = startTime(Number(pid));
  if (now !== null) return now !== start;
  return !exists(Number(pid));
}

let known: string | null = null;
function machine(): string {
  known ??= [hostname(), read("/proc/sys/kernel/random/boot_id")?.slice(0, 8), nameSpace()]
    .filter((part) => part !== undefined)
    .join("/")
    .replaceAll(":", "-");
  return known;
}

function nameSpace(): string | undefined {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0];
  } catch {
    return undefined;
  }
}

/** In clock ticks since boot, from field 22 of /proc/PID/stat; `ended` for a zombie; null where that cannot be read. */
function startTime(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`);
  // The second field is the command in parentheses and may hold anything; fields are counted from behind it.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields?.[0] === "Z" || fields?.[0] === "X") return "ended";
  return fields?.[19] ?? null;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
