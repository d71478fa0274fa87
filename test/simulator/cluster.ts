import { err, ok } from "../../src/base/result.ts";
import { jobFiles } from "../../src/run/executors/job-script.ts";
import { createRemoteExecutor, type JobState, type Remote, type Submission } from "../../src/run/executors/remote.ts";
import type { Executor, Task } from "../../src/run/run.ts";
import { beginJob, createJob, finishJob, type Job } from "./jobs.ts";
import type { Lab } from "./lab.ts";
import { cross, type Process } from "./world.ts";

/**
 * A cluster with a queue: it may be out of reach, take a job and not say so, know of it late, lose the machine under it,
 * and forget what has ended.
 */
export class Cluster {
  reachable = true;
  readonly #lab: Lab;
  readonly #entries: Entry[] = [];

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  take(task: Task, starter: Process): void {
    const { world } = this.#lab;
    const { disk } = this.#lab;
    const job = createJob(this.#lab, task, starter);
    const entry: Entry = {
      job,
      knownFrom: world.time + (world.chance(0.2) ? world.between({ least: 100, most: 20_000 }) : 0),
      end: null,
      endedAt: null,
    };
    this.#entries.push(entry);
    job.onOver.push(() => {
      entry.end ??= { kind: "ended" };
      entry.endedAt = world.time;
      if (job.exit === null || !disk.tree.exists(task.folder)) return;
      const code = "code" in job.exit ? job.exit.code : 139;
      // Only what came to its own end writes this.
      if (entry.end.kind === "ended") disk.tree.write(jobFiles(task.folder).exit, `${code} 10 12.5\n`);
    });
    world.after(world.between({ least: 10, most: 30_000 }), () => {
      if (job.state === "over") return;
      // Nobody waits for it any more.
      if (!disk.tree.exists(task.folder)) return finishJob(this.#lab, job, null);
      disk.tree.make(jobFiles(task.folder).begun, true);
      beginJob(this.#lab, job);
    });
  }

  /** A machine fails under a job. */
  loseOne(): void {
    const alive = this.#entries.filter(({ job }) => job.state === "running");
    if (alive.length === 0) return;
    const { world } = this.#lab;
    const entry = world.pick(alive);
    entry.end = { kind: "gone", exit: { kind: "lost", message: "its node failed" } };
    world.count("node failed");
    finishJob(this.#lab, entry.job, null);
  }

  known(): Entry[] {
    const { time } = this.#lab.world;
    return this.#entries.filter(
      ({ knownFrom, endedAt }) => knownFrom <= time && (endedAt === null || time - endedAt < 300_000),
    );
  }

  cancel(attempts: readonly string[]): void {
    for (const entry of this.known()) {
      if (entry.job.state === "over" || !attempts.includes(entry.job.attempt)) continue;
      entry.end = { kind: "cancelled" };
      finishJob(this.#lab, entry.job, null);
    }
  }
}

interface Entry {
  readonly job: Job;
  /** From this moment on it is in the lists. */
  readonly knownFrom: number;
  end: JobState | null;
  endedAt: number | null;
}

/** How long a command of the cluster's takes, in milliseconds. */
const pace = { least: 5, most: 2_000 };

/** The real executor of src/run on the cluster, as one process sees it. */
export function createClusterExecutor(lab: Lab, process: Process, cluster: Cluster): Executor {
  return createRemoteExecutor(remoteOf(lab, process, cluster), {
    clock: process.clock,
    wrapping: { modules: [], prefix: [] },
    onContact: (problem) => lab.world.count(problem === null ? "contact again" : "contact lost"),
  });
}

function remoteOf(lab: Lab, process: Process, cluster: Cluster): Remote {
  const { world } = lab;
  const asked = <T>(what: string, answer: () => T) =>
    cross(process, pace, () => {
      world.log(() => `${process.name} ${what}${cluster.reachable ? "" : ": no answer"}`);
      return cluster.reachable ? ok(answer()) : err("no answer");
    });
  return {
    name: "the cluster",
    submit: async (task): Promise<Submission> => {
      const answered = await asked(`submits ${task.attempt}`, () => {
        const fate = world.calm ? 1 : world.rng.uniform();
        if (fate < 0.02) return { kind: "refused", message: "no such partition" } as const;
        if (fate < 0.05) return { kind: "unknown", message: "it hung, and was not taken" } as const;
        if (fate < 0.1) {
          world.count("submission taken later");
          world.after(world.between({ least: 10, most: 15_000 }), () => cluster.take(task, process));
          return { kind: "unknown", message: "it hung" } as const;
        }
        cluster.take(task, process);
        return fate < 0.15
          ? ({ kind: "unknown", message: "it hung after it was taken" } as const)
          : ({ kind: "accepted" } as const);
      });
      return answered.ok ? answered.value : { kind: "unknown", message: answered.error };
    },
    look: (attempts) =>
      asked("looks", () => {
        const states = new Map<string, JobState>();
        for (const { job, end } of cluster.known()) {
          if (!attempts.has(job.attempt)) continue;
          const known = states.get(job.attempt);
          const state: JobState = end ?? { kind: job.state === "waiting" ? "waiting" : "running" };
          if (known === undefined || (known.kind !== "waiting" && known.kind !== "running"))
            states.set(job.attempt, state);
        }
        return states;
      }),
    list: () =>
      asked("lists", () =>
        cluster
          .known()
          .filter(({ job }) => job.state !== "over")
          .map(({ job }) => job.attempt),
      ),
    cancel: (attempts) =>
      asked(`cancels ${attempts.join(" ")}`, () => {
        cluster.cancel(attempts);
        return null;
      }),
  };
}
