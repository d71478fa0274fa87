import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Bench,
  hasProgram,
  inTurns,
  type Measurement,
  measurement,
  removeFolder,
  type Seconds,
  timeCommand,
  withFolder,
} from "./harness.ts";

/**
 * Stages that do nothing, in every tool the same: a shell that makes one file. Two at a time. What is left is what the tool
 * itself costs a stage; Cairn's is for a hashed, synced, recorded result, make's for a file with a time on it.
 */
const stages = 1000;
const cairn = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

const range = Array.from({ length: stages }, (_, i) => i);

function writeCairn(folder: string): void {
  mkdirSync(join(folder, "contributions"), { recursive: true });
  const lines = range.map((i) => `  s${i}: { run: [sh, -c, ': > "$CAIRN_OUT/done"'], params: { n: ${i} } }`);
  lines[0] = `  s0: { run: [sh, -c, 'printf "{{\\"x\\": 1}}" > "$CAIRN_OUT/metrics.json"'], params: { n: 0 } }`;
  const objectives = "objectives:\n  x: { stage: s0, goal: maximize, matters: 1 }";
  writeFileSync(join(folder, "cairn.yaml"), `cairn: 1\nname: bench\nstages:\n${lines.join("\n")}\n${objectives}\n`);
  const change = "title: Other\nby: [bench]\narea: data\nwhy: A lab needs one.\nset: { s0.n: 1 }\n";
  writeFileSync(join(folder, "contributions", "other.yaml"), change);
}

function writeMake(folder: string): void {
  mkdirSync(join(folder, "out"), { recursive: true });
  const all = range.map((i) => `out/s${i}`).join(" ");
  const rules = range.map((i) => `out/s${i}:\n\t@: > out/s${i}`).join("\n");
  writeFileSync(join(folder, "Makefile"), `SHELL = /bin/sh\nall: ${all}\n${rules}\n`);
}

function writeSnakemake(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const text = `rule all:\n    input: expand("out/s{n}", n=range(${stages}))\nrule stage:\n    output: "out/s{n}"\n    shell: ": > {output}"\n`;
  writeFileSync(join(folder, "Snakefile"), text);
}

interface Tool {
  readonly name: string;
  readonly program: string;
  readonly write: (folder: string) => void;
  readonly argv: readonly string[];
  /** What a fresh start removes. */
  readonly state: readonly string[];
}

const run = `"$1" --disable-warning=ExperimentalWarning "$2" run --runs 1 --cpus 2; code=$?; [ $code -eq 0 ] || [ $code -eq 3 ]`;

const tools: readonly Tool[] = [
  { name: "make", program: "make", write: writeMake, argv: ["make", "-j2", "all"], state: ["out"] },
  {
    name: "Snakemake",
    program: "snakemake",
    write: writeSnakemake,
    argv: ["snakemake", "--cores", "2", "--quiet", "all"],
    state: ["out", ".snakemake"],
  },
  {
    name: "Cairn",
    program: process.execPath,
    write: writeCairn,
    // 3 says that one run decides nothing, which is right.
    argv: ["sh", "-c", run, "sh", process.execPath, cairn],
    state: [".cairn"],
  },
];

async function measureAll(root: string): Promise<Measurement[]> {
  const here = tools.filter((tool) => hasProgram(tool.program));
  for (const tool of tools) if (!here.includes(tool)) console.log(`${tool.name}: not run, it is not installed\n`);
  const fresh: Record<string, () => Promise<Seconds>> = {};
  const again: Record<string, () => Promise<Seconds>> = {};
  for (const tool of here) {
    const folder = join(root, tool.name);
    fresh[tool.name] = async () => {
      for (const name of tool.state) removeFolder(join(folder, name));
      tool.write(folder);
      return timeCommand(tool.argv, { cwd: folder });
    };
    again[tool.name] = async () => timeCommand(tool.argv, { cwd: folder });
  }
  const built = await inTurns(1, fresh);
  const rebuilt = await inTurns(3, again);
  return [...rows("fresh", built), ...rows("nothing to do", rebuilt)];
}

function rows(what: string, times: ReadonlyMap<string, Seconds>): Measurement[] {
  const make = times.get("make");
  const peer = make === undefined ? null : { name: "make", seconds: make };
  return [...times].map(([name, seconds]) => {
    const each = `${((seconds.wall / stages) * 1000).toFixed(2)} ms a stage`;
    return measurement(
      `${name}, ${what}`,
      seconds,
      { value: stages, unit: "stages" },
      name === "make" ? null : peer,
      each,
    );
  });
}

export const stagesBench: Bench = {
  name: "stages",
  about: `${stages.toLocaleString("en-US")} stages that do nothing, two at a time`,
  run: () => withFolder(measureAll),
};
