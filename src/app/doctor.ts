import { execFileSync } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import type { ExecutorSpec } from "../lab/lab.ts";
import { isDeadHere } from "../store/owner.ts";
import { StoreError } from "../store/store.ts";
import { labRecord } from "./db/lab.ts";
import { openRecord } from "./db/record.ts";
import { databaseStatus } from "./db/status.ts";
import { CairnError, failureOf } from "./errors.ts";
import { remoteOf } from "./executors.ts";
import { findUp } from "./files.ts";
import { labFile, loadLab } from "./load.ts";
import { version } from "./report.ts";

export interface Finding {
  readonly name: string;
  readonly state: "ok" | "warning" | "problem";
  readonly detail: string;
  /** How to mend it; null when nothing is wrong. */
  readonly mend: string | null;
}

/** Looks at everything Cairn stands on, and changes nothing. */
export async function examine(from: string): Promise<readonly Finding[]> {
  const findings: Finding[] = [
    { name: "cairn", state: "ok", detail: version, mend: null },
    nodeFinding(),
    gitFinding(),
    {
      name: "machine",
      state: "ok",
      detail: `${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory`,
      mend: null,
    },
    gpuFinding(),
    clockFinding(),
  ];
  const dir = findUp(from, labFile, existsSync);
  if (dir === null) {
    const mend = "`cairn init` makes one; `cairn demo` shows one.";
    return [...findings, { name: "lab", state: "warning", detail: `no ${labFile} in ${from} or above it`, mend }];
  }
  findings.push(diskFinding(dir), ...(await labFindings(dir)), await storeFinding(dir));
  return findings;
}

function nodeFinding(): Finding {
  const major = Number(process.versions.node.split(".")[0]);
  return major >= 24
    ? { name: "node", state: "ok", detail: process.version, mend: null }
    : {
        name: "node",
        state: "problem",
        detail: process.version,
        mend: "Cairn needs Node.js 24; `./cairn` fetches it.",
      };
}

function gitFinding(): Finding {
  const output = tryRun("git", ["--version"]);
  return output === null
    ? {
        name: "git",
        state: "warning",
        detail: "not found",
        mend: "Needed for contributions that are branches; install git.",
      }
    : { name: "git", state: "ok", detail: output.replace("git version ", ""), mend: null };
}

function gpuFinding(): Finding {
  const output = tryRun("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"]);
  const gpus = output?.split("\n").filter(Boolean) ?? [];
  if (gpus.length === 0) return { name: "gpus", state: "ok", detail: "none seen by nvidia-smi", mend: null };
  return {
    name: "gpus",
    state: "ok",
    detail: `${gpus.length} × ${gpus[0]} (give them with \`cairn run --gpus ${gpus.length}\`)`,
    mend: null,
  };
}

function clockFinding(): Finding {
  const sane = Date.now() > Date.UTC(2024, 0);
  return sane
    ? { name: "clock", state: "ok", detail: new Date().toISOString(), mend: null }
    : {
        name: "clock",
        state: "warning",
        detail: new Date().toISOString(),
        mend: "The clock is far off; records will carry wrong dates.",
      };
}

function diskFinding(dir: string): Finding {
  const stats = statfsSync(dir);
  const free = (stats.bavail * stats.bsize) / 2 ** 30;
  const detail = `${free.toFixed(1)} GiB free`;
  return free >= 1
    ? { name: "disk", state: "ok", detail, mend: null }
    : { name: "disk", state: "warning", detail, mend: "`cairn gc` removes outputs that nothing uses any more." };
}

async function labFindings(dir: string): Promise<readonly Finding[]> {
  try {
    const { lab, contributions } = await loadLab(dir);
    const detail = `${lab.name}, ${contributions.length} contributions`;
    return [{ name: "lab", state: "ok", detail, mend: null }, await executorFinding(lab.executor)];
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    const detail = `${join(dir, labFile)} or a contribution is not right`;
    return [{ name: "lab", state: "problem", detail, mend: "`cairn check` says where." }];
  }
}

async function executorFinding(spec: ExecutorSpec): Promise<Finding> {
  const name = "executor";
  if (spec.kind === "local") return { name, state: "ok", detail: "processes of this machine", mend: null };
  const remote = remoteOf(spec);
  const listed = await remote.list();
  if (listed.ok)
    return { name, state: "ok", detail: `${remote.name} answers; ${listed.value.length} attempts there`, mend: null };
  const mend = `docs/clusters.md goes through it; \`executor: { kind: local }\` in ${labFile} runs on this machine meanwhile.`;
  return { name, state: "problem", detail: listed.error, mend };
}

async function storeFinding(dir: string): Promise<Finding> {
  const name = "record";
  try {
    const lab = await labRecord(dir);
    const { server, place } = await databaseStatus(lab);
    if (server === null) return { name, state: "ok", detail: "nothing recorded yet", mend: null };
    const store = await openRecord(lab, systemClock, isDeadHere);
    const problems = await store.check();
    const runs = await store.listRuns();
    await store.close();
    if (problems.length > 0)
      return { name, state: "problem", detail: problems[0] ?? "damaged", mend: restoreHelp(place) };
    return { name, state: "ok", detail: `${runs.length} runs, the database is sound (${server})`, mend: null };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    if (error instanceof StoreError && error.problem.kind === "corrupt")
      return { name, state: "problem", detail, mend: restoreHelp(error.problem.path) };
    const failure = failureOf(error);
    const told = failure !== null && "message" in failure ? failure.message : detail;
    const mend = failure !== null && "help" in failure ? failure.help : null;
    return { name, state: "problem", detail: told, mend: mend ?? "docs/database.md goes through it." };
  }
}

function restoreHelp(path: string): string {
  return `Restore ${path} from a backup (\`cairn db restore\`), or move it away: landings stay, and what is cached is measured again.`;
}

function tryRun(command: string, args: readonly string[]): string | null {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 5000 }).trim();
  } catch {
    return null;
  }
}
