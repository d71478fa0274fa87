import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { digestJson } from "../../src/base/digest.ts";
import { ok } from "../../src/base/result.ts";
import { type ArtifactStore, createArtifacts } from "../../src/cache/artifacts.ts";
import { materialiseTree } from "../../src/cache/materialise.ts";
import { hashFiles, scanTree } from "../../src/cache/tree.ts";
import type { StageSpec } from "../../src/lab/lab.ts";
import type { ResolvedRecipe } from "../../src/recipe/recipe.ts";
import { createLocalExecutor } from "../../src/run/executors/local.ts";
import type { RunEvent, StageFailure, StageOutcome, StageResult } from "../../src/run/run.ts";
import type { Runner, RunnerDeps } from "../../src/run/runner.ts";
import { createRunner } from "../../src/run/scheduler.ts";
import { ownerOfThisProcess } from "../../src/store/owner.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";

/** A throw-away lab whose stages are one-line shell scripts, and a real runner on it. */
export interface Rig {
  readonly lab: string;
  readonly workspace: string;
  readonly store: Store;
  readonly artifacts: ArtifactStore;
  readonly events: RunEvent[];
  readonly runner: Runner;
  /** A runner as another session of the same process would make it, on the same store. */
  another(change?: Partial<RunnerDeps>): Runner;
  recipe(...stages: readonly StageSpec[]): Promise<ResolvedRecipe>;
  write(path: string, text: string): void;
  read(path: string): string;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly deps?: Partial<RunnerDeps>;
  readonly clock?: Clock;
  readonly lab?: string;
  readonly owner?: string;
}

/** Where labs are made: not in the system's temporary folder when that is in memory and small. */
export function makeLabFolder(): string {
  return mkdtempSync(join(tmpdir(), "cairn-lab-"));
}

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const lab = options.lab ?? makeLabFolder();
  const workspace = join(lab, ".cairn");
  const clock = options.clock ?? systemClock;
  const store = await openSqliteStore(join(workspace, "cairn.db"), clock);
  const artifacts = createArtifacts(workspace);
  const events: RunEvent[] = [];
  const deps: RunnerDeps = {
    journal: store.journal(options.owner ?? ownerOfThisProcess()),
    artifacts,
    executor: createLocalExecutor({ grace: 300 }),
    clock,
    workspace,
    materialise: async ({ tree, edits }) =>
      edits.size === 0 ? ok(lab) : materialiseTree(lab, tree, edits, new Set(tree.keys()), workspace),
    rehash: hashFiles,
    objectives: new Map(),
    capacity: { kind: "machine", cpus: 4, gpus: 0, memory: 1024 },
    retries: 0,
    hostEnvironment: process.env,
    onEvent: (event) => events.push(event),
    ...options.deps,
  };
  const runners: Runner[] = [];
  const another = (change: Partial<RunnerDeps> = {}) => {
    const runner = createRunner({ ...deps, ...change });
    runners.push(runner);
    return runner;
  };
  return {
    lab,
    workspace,
    store,
    artifacts,
    events,
    runner: another(),
    another,
    recipe: async (...stages) => {
      const tree = await scanTree(lab);
      return { recipe: { stages }, tree, edits: new Map(), digest: digestJson(stages.map((stage) => stage.name)) };
    },
    write: (path, text) => {
      mkdirSync(dirname(join(lab, path)), { recursive: true });
      writeFileSync(join(lab, path), text);
    },
    read: (path) => readFileSync(join(lab, path), "utf8"),
    close: async () => {
      await Promise.all(runners.map((runner) => runner.cancel()));
      await store.close();
      if (options.lab === undefined) removeLab(lab);
    },
  };
}

export function removeLab(path: string): void {
  const open = (folder: string): void => {
    chmodSync(folder, 0o755);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) open(join(folder, entry.name));
    }
  };
  open(path);
  rmSync(path, { recursive: true, force: true });
}

/** A stage with everything at its default but what is said; `script` is run by sh. */
export function stage(name: string, script: string, change: Partial<StageSpec> = {}): StageSpec {
  return {
    name,
    command: ["sh", "-c", script],
    needs: [],
    seeded: false,
    params: {},
    code: [],
    outputs: [],
    env: {},
    resources: { cpus: 1, gpus: 0, memory: null },
    timeout: null,
    ...change,
  };
}

export function doneOf(outcome: StageOutcome | undefined): StageResult {
  if (outcome?.kind !== "done") throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome.result;
}

export function failureOf(outcome: StageOutcome | undefined): StageFailure {
  if (outcome?.kind !== "failed") throw new Error(`not failed: ${JSON.stringify(outcome)}`);
  return outcome.failure;
}

/** Processes that stages of the lab left running, by number: those in whose environment the lab's workspace is named. */
export function processesOfLab(lab: string): number[] {
  const mark = `CAIRN_OUT=${lab}/`;
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && environmentOf(pid).includes(mark));
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}
