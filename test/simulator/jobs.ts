import { join } from "node:path";
import type { Execution, Executor, Exit, Task } from "../../src/run/run.ts";
import type { Lab } from "./lab.ts";
import { cross, deliver, type Process, type World } from "./world.ts";

/** What a stage's command is going to do. */
export interface Plan {
  /** Milliseconds. */
  readonly duration: number;
  readonly ends: "well" | "exit" | "crash" | "no-output" | "bad-metrics" | "never";
}

/** A command that was started for an attempt, on the machine or on the cluster, whoever still knows of it. */
export interface Job {
  readonly attempt: string;
  readonly task: Task;
  readonly plan: Plan;
  /** Who started it. */
  readonly starter: Process;
  state: "waiting" | "running" | "over";
  /** null: none of the command's own. */
  exit: { readonly code: number } | { readonly signal: string } | null;
  /** What it left in its output directory when it ended well. */
  left: string | null;
  readonly onOver: (() => void)[];
}

export function planOf(world: World, timeout: number | null): Plan {
  const duration = world.between({ least: 20, most: world.chance(0.2) ? 120_000 : 5_000 });
  const draw = world.rng.uniform();
  if (draw < 0.05) return { duration, ends: "exit" };
  if (draw < 0.08) return { duration, ends: "crash" };
  if (draw < 0.1) return { duration, ends: "no-output" };
  if (draw < 0.12) return { duration, ends: "bad-metrics" };
  // Nothing but a time limit ends it.
  if (draw < 0.15 && timeout !== null) return { duration, ends: "never" };
  return { duration, ends: "well" };
}

export function createJob(lab: Lab, task: Task, starter: Process): Job {
  const { attempt, timeout } = task;
  const plan = planOf(lab.world, timeout);
  const job: Job = { attempt, task, plan, starter, state: "waiting", exit: null, left: null, onOver: [] };
  lab.jobs.push(job);
  return job;
}

/** The command begins. */
export function beginJob(lab: Lab, job: Job): void {
  const { world, disk } = lab;
  const { CAIRN_OUT: output = "", CAIRN_EVENTS: events = "", CAIRN_RESUME: resume = "" } = job.task.env;
  job.state = "running";
  world.log(() => `job ${job.attempt} begins (${job.plan.ends}, ${(job.plan.duration / 1000).toFixed(2)} s)`);
  lab.checks.began(job);
  const gone = () => finishJob(lab, job, { code: 1 });
  const step = (at: number, work: () => void) =>
    world.after(at, () => {
      if (job.state !== "running") return;
      try {
        work();
      } catch {
        // Where it writes is not there any more.
        gone();
      }
    });
  const { duration, ends } = job.plan;
  const last = lab.isMeasured(job.attempt);
  // A stage that draws at random gives another output at every attempt.
  const content = lab.isNoisy(job.attempt) ? job.attempt : lab.keyOf(job.attempt);
  step(duration * 0.2, () => {
    disk.tree.write(join(resume, "state"), job.attempt);
    disk.tree.append(events, `{"type":"progress","done":1,"total":2}\n`);
  });
  step(duration * 0.5, () => {
    disk.tree.write(join(output, "first"), content);
    disk.tree.append(events, `{"type":"metric","name":"loss","step":1,"value":0.5}\nno event\n`);
  });
  step(duration, () => {
    if (ends === "never") return;
    if (ends === "exit") return finishJob(lab, job, { code: 3 });
    if (ends === "crash") return finishJob(lab, job, { signal: "SIGSEGV" });
    if (ends === "no-output") return finishJob(lab, job, { code: 0 });
    disk.tree.write(join(output, "second"), content);
    if (last) disk.tree.write(join(output, "metrics.json"), ends === "bad-metrics" ? "nonsense" : `{"loss": 0.5}`);
    job.left = `first=${content}\nsecond=${content}`;
    finishJob(lab, job, { code: 0 });
  });
}

/** It has ended, in whatever way; `null` is one that leaves no exit of its own. */
export function finishJob(lab: Lab, job: Job, exit: Job["exit"]): void {
  if (job.state === "over") return;
  job.state = "over";
  job.exit = exit;
  lab.world.log(() => `job ${job.attempt} ends ${JSON.stringify(exit)}`);
  for (const told of job.onOver) told();
}

/** How long a process takes to go after it was asked to, in milliseconds: some ignore it, and are killed in the end. */
const grace = { least: 1, most: 3000 };

/** Commands as processes of one machine: they live on when who started them dies, until somebody sweeps. */
export function createMachineExecutor(lab: Lab, process: Process): Executor {
  const { world } = lab;
  const end = (job: Job): Promise<void> =>
    cross(process, grace, () => {
      finishJob(lab, job, { signal: "SIGTERM" });
    });
  return {
    start: (task) => startHere(lab, process, task, end),
    sweepOrphans: async (isLive) => {
      const found = await cross(process, { least: 1, most: 50 }, () => lab.jobs.filter(isRunning));
      const swept: string[] = [];
      for (const job of found) {
        if (await isLive(job.attempt)) continue;
        await end(job);
        world.count("orphan swept");
        swept.push(job.attempt);
      }
      return swept;
    },
  };
}

const isRunning = (job: Job): boolean => job.state !== "over";

function startHere(lab: Lab, process: Process, task: Task, end: (job: Job) => Promise<void>): Execution {
  const job = createJob(lab, task, process);
  let reason: Exit | null = null;
  let ending: Promise<void> | null = null;
  const stop = (because: Exit): Promise<void> => {
    reason ??= because;
    ending ??= end(job);
    return ending;
  };
  const exit = new Promise<Exit>((resolve) => {
    job.onOver.push(() => {
      deliver(process, lab.world.between({ least: 0.1, most: 20 }), () => {
        resolve(reason ?? ownExit(job));
      });
    });
  });
  const { timeout } = task;
  if (timeout !== null)
    deliver(process, timeout * 1000, () => {
      if (job.state !== "over") void stop({ kind: "timed-out", seconds: timeout });
    });
  beginJob(lab, job);
  return {
    exit,
    cancel: async () => {
      await stop({ kind: "cancelled" });
      await exit;
    },
  };
}

function ownExit({ exit }: Job): Exit {
  if (exit === null) throw new Error("a process without an exit");
  return "code" in exit ? { kind: "exited", code: exit.code } : { kind: "signalled", signal: exit.signal };
}
