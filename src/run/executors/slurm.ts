import { execFile } from "node:child_process";
import { err, ok, type Result } from "../../base/result.ts";
import { errorCode } from "../../base/system-error.ts";
import type { Task } from "../run.ts";
import { attemptName } from "./job-script.ts";
import type { JobState, Remote, Submission } from "./remote.ts";

/** What a site wants said with every submission. */
export interface SlurmOptions {
  readonly partition: string | null;
  readonly account: string | null;
  readonly qos: string | null;
  /** Further arguments of sbatch, a word each: `--constraint=a100`. */
  readonly arguments: readonly string[];
}

/** One call of a program of Slurm's. */
export type Call = (argv: readonly [string, ...string[]]) => Promise<CallResult>;
export type CallResult =
  | { readonly kind: "exited"; readonly code: number; readonly stdout: string; readonly stderr: string }
  /** It hung: what it was to do may have been done. */
  | { readonly kind: "timed-out" }
  | { readonly kind: "absent"; readonly program: string };

/**
 * Jobs of Slurm's, by its own commands, never through a shell. A job is named after its attempt and always spoken of by
 * that name: a controller that was killed just after it took a job forgets it and gives its number to another.
 */
export function createSlurm(options: SlurmOptions, call: Call = callProgram): Remote {
  return {
    name: "Slurm",
    submit: (task, script) => submit(options, call, task, script),
    look: (attempts) => look(call, attempts),
    list: async () => {
      const queue = await readQueue(call);
      if (!queue.ok) return queue;
      return ok(
        queue.value.filter(({ name, state }) => attemptName.test(name) && isAlive(state)).map((row) => row.name),
      );
    },
    cancel: async (attempts) => {
      for (const attempt of attempts) {
        const result = await call(["scancel", "--me", `--name=${attempt}`]);
        if (result.kind !== "exited" || isOutOfReach(result.stderr)) return err(problemOf(result));
      }
      return ok(null);
    },
  };
}

async function submit(options: SlurmOptions, call: Call, task: Task, script: string): Promise<Submission> {
  const result = await call(["sbatch", ...submissionArguments(options, task), script]);
  if (result.kind === "absent") return { kind: "refused", message: problemOf(result) };
  if (result.kind === "timed-out" || (result.code !== 0 && isPassing(result.stderr))) {
    return { kind: "unknown", message: problemOf(result) };
  }
  return result.code === 0 ? { kind: "accepted" } : { kind: "refused", message: problemOf(result) };
}

/**
 * Whether a task would be taken, as Slurm's own test says it: why not; null: it would. Nothing is submitted. What cannot
 * be asked is not known to be refused.
 */
export async function trySubmission(
  options: SlurmOptions,
  task: Pick<Task, "resources" | "timeout" | "cwd">,
  call: Call = callProgram,
): Promise<string | null> {
  const full = { ...task, attempt: "cairn-doctor", logFile: "/dev/null" };
  const result = await call(["sbatch", "--test-only", ...submissionArguments(options, full), "--wrap=true"]);
  if (result.kind !== "exited" || result.code === 0 || isPassing(result.stderr)) return null;
  return problemOf(result);
}

/** Time limits are in whole minutes there, so a task's own is kept by whoever watches it; this one is behind it. */
function submissionArguments(
  options: SlurmOptions,
  { attempt, resources, timeout, logFile, cwd }: Pick<Task, "attempt" | "resources" | "timeout" | "logFile" | "cwd">,
): string[] {
  const { cpus, gpus, memory } = resources;
  return [
    "--parsable",
    `--job-name=${attempt}`,
    `--comment=${attempt}`,
    "--nodes=1",
    "--ntasks=1",
    `--cpus-per-task=${Math.max(1, Math.ceil(cpus))}`,
    ...(gpus > 0 ? [`--gres=gpu:${gpus}`] : []),
    ...(memory === null ? [] : [`--mem=${Math.ceil(memory)}M`]),
    ...(timeout === null ? [] : [`--time=${Math.ceil(timeout / 60) + 1}`]),
    ...(options.partition === null ? [] : [`--partition=${options.partition}`]),
    ...(options.account === null ? [] : [`--account=${options.account}`]),
    ...(options.qos === null ? [] : [`--qos=${options.qos}`]),
    `--chdir=${cwd}`,
    `--output=${logFile.replaceAll("%", "%%")}`,
    "--open-mode=append",
    "--input=/dev/null",
    "--export=NONE",
    "--no-requeue",
    ...options.arguments,
  ];
}

interface Row {
  readonly name: string;
  readonly state: string;
}

async function look(call: Call, attempts: ReadonlySet<string>): Promise<Result<ReadonlyMap<string, JobState>, string>> {
  const queue = await readQueue(call);
  if (!queue.ok) return queue;
  const states = new Map<string, JobState>();
  const take = (rows: readonly Row[]) => {
    for (const row of rows) {
      if (!attempts.has(row.name)) continue;
      const state = stateOf(row);
      const known = states.get(row.name);
      // Of two jobs of a name (one was submitted again), the one that lives counts.
      if (state !== null && (known === undefined || !isLive(known))) states.set(row.name, state);
    }
  };
  take(queue.value);
  const unknown = [...attempts].filter((attempt) => !states.has(attempt));
  if (unknown.length > 0) take(await readAccounts(call, unknown));
  return ok(states);
}

async function readQueue(call: Call): Promise<Result<readonly Row[], string>> {
  const result = await call(["squeue", "--me", "--states=all", "--noheader", "--format=%j|%T"]);
  if (result.kind !== "exited" || result.code !== 0) return err(problemOf(result));
  return ok(rowsOf(result.stdout));
}

/** Accounts may not be kept, and lag by seconds: nothing in them says nothing. */
async function readAccounts(call: Call, attempts: readonly string[]): Promise<readonly Row[]> {
  const names = attempts.join(",");
  const result = await call([
    ...(["sacct", "--noheader", "--parsable2", "--allocations", "--starttime=now-30days"] as const),
    ...["--format=JobName%120,State", `--name=${names}`],
  ]);
  return result.kind === "exited" && result.code === 0 ? rowsOf(result.stdout) : [];
}

function rowsOf(text: string): Row[] {
  return text
    .split("\n")
    .filter((line) => line.includes("|"))
    .map((line) => {
      const [name = "", state = ""] = line.split("|").map((field) => field.trim());
      // `CANCELLED by 1000`
      return { name, state: state.split(" ", 1)[0] ?? "" };
    });
}

const waiting = ["PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT"];
const running = ["RUNNING", "SUSPENDED", "STOPPED", "SIGNALING", "RESIZING", "STAGE_OUT"];

function isAlive(state: string): boolean {
  return [...waiting, ...running, "COMPLETING"].includes(state);
}

function isLive(state: JobState): boolean {
  return state.kind === "waiting" || state.kind === "running";
}

/** null: nothing can be said by it. */
function stateOf({ state }: Row): JobState | null {
  if (waiting.includes(state)) return { kind: "waiting" };
  if (running.includes(state) || state === "COMPLETING") return { kind: "running" };
  const lost = (message: string): JobState => ({ kind: "gone", exit: { kind: "lost", message } });
  switch (state) {
    case "COMPLETED":
    case "FAILED":
      return { kind: "ended" };
    case "CANCELLED":
      return { kind: "cancelled" };
    case "TIMEOUT":
    case "DEADLINE":
      return lost(`Slurm ended it at its time limit (${state})`);
    case "OUT_OF_MEMORY":
      return { kind: "gone", exit: { kind: "out-of-memory", message: "Slurm ended it (OUT_OF_MEMORY)" } };
    case "NODE_FAIL":
    case "BOOT_FAIL":
      return lost(`its node failed (${state})`);
    case "PREEMPTED":
    case "REVOKED":
      return lost(`its place was taken by another job (${state})`);
    default:
      return null;
  }
}

/** Words of a controller that is down, hangs or is being restarted: they say nothing about the job. */
function isOutOfReach(stderr: string): boolean {
  const words =
    /unable to contact|connect failure|connection refused|timed out|zero bytes|communication|socket error|munge|try again|temporarily|server not running/i;
  return words.test(stderr);
}

/**
 * Words of a site that takes no more jobs until some have ended. The sentence about policies stands for every limit, of a
 * job's size too: it says this only where no limit is named beside it.
 */
export function isSubmitLimit(message: string): boolean {
  if (/SubmitJobs?(?:Limit|Per)/.test(message)) return true;
  return /job submit limit/i.test(message) && !/\b(?:QOS|Assoc|Max)\w/.test(message);
}

/** What may be taken when it is submitted again. */
function isPassing(stderr: string): boolean {
  return isOutOfReach(stderr) || isSubmitLimit(stderr);
}

function problemOf(result: CallResult): string {
  switch (result.kind) {
    case "absent":
      return `there is no program ${result.program} here: install Slurm's client, or use another executor`;
    case "timed-out":
      return "Slurm's controller does not answer";
    case "exited": {
      const lines = result.stderr.split("\n").map((line) => line.replace(/^\w+: error: /, "").trim());
      return lines.filter(Boolean).join("; ") || `Slurm answered with ${result.code}`;
    }
  }
}

/** How long a program of Slurm's may take, in milliseconds: they hang while the controller is down. */
const patience = 20_000;

function callProgram([program, ...args]: readonly [string, ...string[]]): Promise<CallResult> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { timeout: patience, killSignal: "SIGKILL", maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ kind: "exited", code: 0, stdout, stderr });
        if (errorCode(error) === "ENOENT") return resolve({ kind: "absent", program });
        if (error.killed === true) return resolve({ kind: "timed-out" });
        resolve({ kind: "exited", code: typeof error.code === "number" ? error.code : 1, stdout, stderr });
      },
    );
  });
}
