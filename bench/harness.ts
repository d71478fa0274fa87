import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";

/**
 * What the benches share. A machine is seldom quiet, so every bench measures its peers in the same run, in turns, and says
 * a ratio; CPU seconds stand beside wall seconds because another program's load changes them less.
 */

export interface Bench {
  readonly name: string;
  readonly about: string;
  run(): Promise<readonly Measurement[]>;
}

export interface Measurement {
  readonly what: string;
  /** Seconds, user and system of all processes together; null: not measured. */
  readonly cpu: number | null;
  readonly wall: number;
  /** What the seconds bought, such as 1,000 stages; its unit is in `unit`. */
  readonly amount: number;
  readonly unit: string;
  /** How many times longer than the peer named, by wall seconds. */
  readonly ratio: { readonly to: string; readonly value: number } | null;
  readonly note: string;
}

export interface Seconds {
  readonly wall: number;
  readonly cpu: number | null;
}

/** Runs `repeats` turns of every contender, interleaved, and keeps each one's quickest turn (by wall seconds). */
export async function inTurns<K extends string>(
  repeats: number,
  contenders: Readonly<Record<K, () => Promise<Seconds>>>,
): Promise<ReadonlyMap<string, Seconds>> {
  const best = new Map<string, Seconds>();
  for (let turn = 0; turn < repeats; turn++) {
    for (const [name, run] of Object.entries<() => Promise<Seconds>>(contenders)) {
      const seconds = await run();
      const known = best.get(name);
      if (known === undefined || seconds.wall < known.wall) best.set(name, seconds);
    }
  }
  return best;
}

/** Times work in this process. */
export async function timeHere(work: () => Promise<void> | void): Promise<Seconds> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { wall, cpu: (user + system) / 1e6 };
}

/**
 * Times a command with everything it starts, by the shell's own `times`.
 * @throws Error with what it printed when it fails.
 */
export function timeCommand(argv: readonly string[], options: { cwd: string; env?: Record<string, string> }): Seconds {
  const errors = join(options.cwd, ".bench-errors");
  const script = 'TIMEFORMAT="%R %U %S"; { time "$@" >&3 2>&4; } 2>&1';
  const child = spawnSync("bash", ["-c", `exec 3>/dev/null 4>"$CAIRN_BENCH_ERRORS"; ${script}`, "bench", ...argv], {
    cwd: options.cwd,
    encoding: "utf8",
    env: { ...process.env, ...options.env, CAIRN_BENCH_ERRORS: errors },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [wall, user, system] = child.stdout.trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
  if (child.status !== 0 || wall === undefined || user === undefined || system === undefined) {
    throw new Error(`${argv.join(" ")} failed (${child.status}):\n${readFileSync(errors, "utf8").slice(-2000)}`);
  }
  return { wall, cpu: user + system };
}

export function hasProgram(name: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", name]).status === 0;
}

/** A folder that is gone when the work is done. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "cairn-bench-"));
  try {
    return await work(folder);
  } finally {
    removeFolder(folder);
  }
}

/** What is published in it may be read-only. */
export function removeFolder(folder: string): void {
  spawnSync("chmod", ["-R", "u+w", folder], { stdio: "ignore" });
  rmSync(folder, { recursive: true, force: true });
}

export function describeMachine(): string {
  const [one, five] = loadavg();
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${availableParallelism()} cores (${model}), Node ${process.versions.node}, load ${one?.toFixed(1)} (1 min), ${five?.toFixed(1)} (5 min)`;
}

/** One row of a bench; `peer` is the one it is compared with. */
export function measurement(
  what: string,
  seconds: Seconds,
  amount: { readonly value: number; readonly unit: string },
  peer: { readonly name: string; readonly seconds: Seconds } | null,
  note = "",
): Measurement {
  const ratio = peer === null ? null : { to: peer.name, value: seconds.wall / peer.seconds.wall };
  return { what, ...seconds, amount: amount.value, unit: amount.unit, ratio, note };
}
