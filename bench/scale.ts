import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bench, hasProgram, type Measurement, withFolder } from "./harness.ts";
import { seedLab } from "./serve/seed.ts";

/** A lab that has been at it for long: a twentieth of its runs at full scale, the others at the proxy's. */
const size = { contributions: 200, runs: 10_000, metrics: 200, curves: 0, points: 1 };
const cairn = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
/** In seconds; what takes longer is ended and said to be. */
const patience = 600;

interface Command {
  readonly what: string;
  readonly argv: readonly string[];
  /** In wall seconds, on a quiet machine. */
  readonly target: number | null;
}

const commands: readonly Command[] = [
  { what: "cairn --version", argv: ["--version"], target: null },
  { what: "cairn check", argv: ["check"], target: null },
  ...["full", "proxy"].flatMap((scale) => [
    { what: `cairn status, ${scale}`, argv: ["status", "--scale", scale], target: 2 },
    { what: `cairn plan, ${scale}`, argv: ["plan", "--scale", scale], target: 60 },
    { what: `cairn report, ${scale}`, argv: ["report", "--json", "--scale", scale], target: 60 },
  ]),
];

/** By GNU time, which knows the peak of the memory. @throws Error with what it printed when it fails. */
function measure(dir: string, { what, argv, target }: Command): Measurement {
  const run = ["time", "-f", "%e %U %S %M", "timeout", String(patience)];
  const child = spawnSync("env", [...run, process.execPath, "--disable-warning=ExperimentalWarning", cairn, ...argv], {
    cwd: dir,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [wall, user, system, memory] = child.stderr.trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
  const late = child.status === 124;
  if ((child.status !== 0 && !late) || [wall, user, system, memory].some((value) => !Number.isFinite(value)))
    throw new Error(`${what} failed (${child.status}):\n${child.stderr.slice(-2000)}`);
  const peak = `${((memory ?? 0) / 1e6).toFixed(2)} GB at its peak`;
  const aim = target === null ? "" : `; target ${target} s`;
  return {
    what,
    wall: wall ?? 0,
    cpu: (user ?? 0) + (system ?? 0),
    amount: 1,
    unit: "times",
    ratio: null,
    note: `${late ? `not done after ${patience} s; ` : ""}${peak}${aim}`,
  };
}

export const scaleBench: Bench = {
  name: "scale",
  about: `${size.contributions} contributions, ${size.runs.toLocaleString("en-US")} runs × ${size.metrics} metrics`,
  run: () =>
    withFolder(async (folder) => {
      // The shell's own `time` says nothing of memory.
      if (!hasProgram("/usr/bin/time")) {
        console.log("not run: GNU time is not installed\n");
        return [];
      }
      const dir = join(folder, "lab");
      mkdirSync(dir);
      await seedLab(dir, size, (done) => console.error(`recording: ${done} of ${size.runs}`));
      return commands.map((command) => measure(dir, command));
    }),
};
