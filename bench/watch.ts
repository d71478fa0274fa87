import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../src/base/clock.ts";
import { createRng } from "../src/base/rng.ts";
import { jobFiles } from "../src/run/executors/job-script.ts";
import { createRemoteExecutor } from "../src/run/executors/remote.ts";
import { type Call, type CallResult, createSlurm } from "../src/run/executors/slurm.ts";
import type { Task } from "../src/run/run.ts";
import { type Bench, type Measurement, withFolder } from "./harness.ts";

/** Jobs at once, and for how long they are watched while nothing ends, in seconds. */
const jobs = 1000;
const watched = 60;
/** Jobs that end then, one after another, and the mean time between them, in milliseconds. */
const ends = 40;
const between = 250;
/** What Slurm's squeue takes on a site that is not busy, in milliseconds. */
const answerTime = 30;

interface Queued {
  readonly name: string;
  readonly folder: string;
  state: "RUNNING" | "COMPLETED";
}

/** Slurm's commands on a queue of a thousand, each answer as long as the real one. */
class Queue {
  readonly #jobs = new Map<string, Queued>();
  calls = 0;
  bytes = 0;

  readonly call: Call = async ([program, ...args]) => {
    this.calls++;
    await delay(answerTime);
    if (program === "sbatch") return this.#take(args);
    if (program !== "squeue") return this.#say("");
    const only = args.find((arg) => arg.startsWith("--name="))?.slice(7);
    const rows = [...this.#jobs.values()].filter(({ name }) => only === undefined || name === only);
    return this.#say(rows.map(({ name, state }) => `${name}|${state}\n`).join(""));
  };

  async #take(args: readonly string[]): Promise<CallResult> {
    const name = args.find((arg) => arg.startsWith("--job-name="))?.slice(11) ?? "";
    const folder = join(args.at(-1) ?? "", "..");
    this.#jobs.set(name, { name, folder, state: "RUNNING" });
    await mkdir(jobFiles(folder).begun, { recursive: true });
    return this.#say(String(this.#jobs.size));
  }

  /** As a job script ends. */
  async end(name: string): Promise<void> {
    const job = this.#jobs.get(name);
    if (job === undefined) throw new Error(`${name} is not in the queue`);
    await writeFile(jobFiles(job.folder).exit, "0 10 12.5\n");
    job.state = "COMPLETED";
  }

  #say(stdout: string): CallResult {
    this.bytes += stdout.length;
    return { kind: "exited", code: 0, stdout, stderr: "" };
  }
}

function taskOf(root: string, n: number): Task {
  const attempt = `pretrain-${n.toString(16).padStart(10, "0")}-1-0123abcd`;
  const folder = join(root, attempt);
  return {
    attempt,
    folder,
    argv: ["true"],
    cwd: root,
    env: { CAIRN_OUT: join(folder, "output") },
    logFile: join(folder, "log"),
    resources: { cpus: 1, gpus: 0, memory: null },
    timeout: null,
  };
}

interface Watch {
  /** Of this process, a minute of watching. */
  readonly cpu: number;
  readonly calls: number;
  readonly bytes: number;
  /** Resident, with what it was before the first job taken off, in bytes. */
  readonly memory: number;
  /** From a job's end to its being known, in milliseconds, sorted. */
  readonly latencies: readonly number[];
}

/** One watcher for all of them. */
async function watchTogether(root: string): Promise<Watch> {
  const queue = new Queue();
  const before = process.memoryUsage().rss;
  const site = { partition: null, account: null, qos: null, arguments: [] };
  const executor = createRemoteExecutor(createSlurm(site, queue.call), {
    clock: systemClock,
    wrapping: { modules: [], prefix: [] },
    onContact: () => {},
  });
  const tasks = Array.from({ length: jobs }, (_, n) => taskOf(root, n));
  for (const task of tasks) await mkdir(task.folder, { recursive: true });
  const known = new Map<string, number>();
  const executions = tasks.map((task) => {
    const execution = executor.start(task);
    void execution.exit.then(() => known.set(task.attempt, performance.now()));
    return execution;
  });
  while (queue.calls < jobs) await delay(100);
  // Submissions have made it look often; it slows down while nothing changes.
  await delay(30_000);
  const start = { calls: queue.calls, bytes: queue.bytes, cpu: process.cpuUsage() };
  await delay(watched * 1000);
  const { user, system } = process.cpuUsage(start.cpu);
  const cpu = ((user + system) / 1e6 / watched) * 60;
  const [calls, bytes] = [queue.calls - start.calls, queue.bytes - start.bytes].map((n) => (n / watched) * 60);
  const memory = process.memoryUsage().rss - before;
  const latencies = await latenciesOf(queue, tasks, known);
  for (const { leave } of executions) leave?.();
  return { cpu, calls: calls ?? 0, bytes: bytes ?? 0, memory, latencies };
}

async function latenciesOf(queue: Queue, tasks: readonly Task[], known: Map<string, number>): Promise<number[]> {
  const rng = createRng("watch");
  const ended = new Map<string, number>();
  for (const { attempt } of rng.shuffle(tasks).slice(0, ends)) {
    await delay(2 * between * rng.uniform());
    await queue.end(attempt);
    ended.set(attempt, performance.now());
  }
  while ([...ended.keys()].some((attempt) => !known.has(attempt))) await delay(50);
  return [...ended].map(([attempt, at]) => (known.get(attempt) ?? at) - at).sort((a, b) => a - b);
}

/** What a script beside every job does: asks for its own at the same pace at which the watcher settles. */
async function watchEach(root: string, pause: number): Promise<Omit<Watch, "memory" | "latencies">> {
  const queue = new Queue();
  const remote = createSlurm({ partition: null, account: null, qos: null, arguments: [] }, queue.call);
  const tasks = Array.from({ length: jobs }, (_, n) => taskOf(root, n));
  for (const task of tasks) await mkdir(task.folder, { recursive: true });
  await Promise.all(tasks.map((task) => remote.submit(task, jobFiles(task.folder).script)));
  const start = { calls: queue.calls, bytes: queue.bytes, cpu: process.cpuUsage() };
  const rng = createRng("naive");
  const until = performance.now() + watched * 1000;
  const one = async ({ attempt }: Task) => {
    for (await delay(pause * rng.uniform()); performance.now() < until; await delay(pause)) {
      await queue.call(["squeue", "--me", "--states=all", "--noheader", `--name=${attempt}`, "--format=%j|%T"]);
    }
  };
  await Promise.all(tasks.map(one));
  const { user, system } = process.cpuUsage(start.cpu);
  const scale = 60 / watched;
  return {
    cpu: ((user + system) / 1e6) * scale,
    calls: (queue.calls - start.calls) * scale,
    bytes: (queue.bytes - start.bytes) * scale,
  };
}

/** The watcher's longest pause, which it comes to while nothing changes, in milliseconds. */
const longestPause = 10_000;

export const watchBench: Bench = {
  name: "watch",
  about: `${jobs.toLocaleString("en-US")} jobs of a Slurm that answers in ${answerTime} ms, watched for a minute by one process; then ${ends} of them end`,
  run: () =>
    withFolder(async (folder) => {
      const together = await watchTogether(join(folder, "together"));
      const each = await watchEach(join(folder, "each"), longestPause);
      return [rowOf("one watcher", together, each, notesOf(together)), rowOf("squeue a job", each, null, "")];
    }),
};

function rowOf(
  what: string,
  watch: Omit<Watch, "memory" | "latencies">,
  peer: Omit<Watch, "memory" | "latencies"> | null,
  note: string,
): Measurement {
  const calls = `${Math.round(watch.calls)} calls and ${(watch.bytes / 1e3).toFixed(0)} kB of answers a minute`;
  return {
    what,
    cpu: watch.cpu,
    wall: 60,
    amount: watch.calls,
    unit: "calls",
    ratio: peer === null ? null : { to: "squeue a job, calls", value: watch.calls / peer.calls },
    note: note === "" ? calls : `${calls}; ${note}`,
  };
}

function notesOf({ memory, latencies }: Watch): string {
  const at = (q: number) => ((latencies[Math.floor(q * (latencies.length - 1))] ?? 0) / 1000).toFixed(1);
  return `${(memory / 1e6).toFixed(0)} MB; known after ${at(0.5)} s (median), ${at(0.95)} s (95%), ${at(1)} s at most`;
}
