import { readFile, stat, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import type { Result } from "../../base/result.ts";
import { unlessMissing } from "../../base/system-error.ts";
import type { Execution, Executor, Exit, Task } from "../run.ts";
import { jobFiles, jobScript, parseExit, type Wrapping } from "./job-script.ts";

/**
 * Somewhere else that runs jobs: Slurm, Ray. A job carries its attempt's id as its unique name, by which it is found
 * again. Being out of reach is an ordinary answer.
 */
export interface Remote {
  /** As people call it. */
  readonly name: string;
  submit(task: Task, script: string): Promise<Submission>;
  /** What it knows of jobs of these names, at this moment; a name it does not know is absent. */
  look(attempts: ReadonlySet<string>): Promise<Result<ReadonlyMap<string, JobState>, string>>;
  /** Names of all this user's attempts that wait or run there. */
  list(): Promise<Result<readonly string[], string>>;
  /** Asks for their end, whatever state they are in; unknown ones are no error. */
  cancel(attempts: readonly string[]): Promise<Result<null, string>>;
}

export type Submission =
  | { readonly kind: "accepted" }
  /** And never will be: the words are the site's. */
  | { readonly kind: "refused"; readonly message: string }
  /** It may have been taken, or not. */
  | { readonly kind: "unknown"; readonly message: string };

export type JobState =
  | { readonly kind: "waiting" }
  | { readonly kind: "running" }
  /** By itself. How is in the exit file alone: a queue may speak of another job under the same number. */
  | { readonly kind: "ended" }
  | { readonly kind: "gone"; readonly exit: Extract<Exit, { kind: "lost" | "out-of-memory" | "timed-out" }> }
  | { readonly kind: "cancelled" };

export interface RemoteOptions {
  readonly clock: Clock;
  readonly wrapping: Wrapping;
  /** Told, once each time, that it cannot be reached, and null when it can again. */
  readonly onContact: (problem: string | null) => void;
  /** Milliseconds between two looks at first, and at most: it is asked less often the longer nothing changes. */
  readonly pause?: { readonly least: number; readonly most: number };
  /** How long a job must be unknown, while it could be asked for, until it is lost, in milliseconds. */
  readonly patience?: number;
  /** How long the exit file of an ended job may take to arrive (a shared file system lags), in milliseconds. */
  readonly lag?: number;
}

interface Watched {
  readonly task: Task;
  readonly settle: (exit: Exit) => void;
  /** In how many answers running it was unknown, and when the first of them came; null: it is known. */
  absence: Absence | null;
  /** Since when it has been said to have ended without an exit file. */
  endedSince: number | null;
  /** When it was first seen to have begun, by the monotonic clock. */
  begunAt: number | null;
  submitting: boolean;
  /** Why it is being ended. */
  ending: Exit | null;
  settled: boolean;
}

interface Absence {
  readonly since: number;
  readonly answers: number;
}

/** So many answers without it, so far apart as patience asks: one before a long silence and one after are no proof. */
const leastAnswers = 6;

/** How often an interrupted submission is looked up and tried again before it is given up. */
const mostSubmissions = 5;

/**
 * Runs tasks as jobs of a `remote`. One watcher looks after all of them. How a command ended is read from its exit file;
 * the remote is asked for what has no such file: refusals, time limits, memory, machines that failed. A job that it does
 * not know is lost only after a while in which it could be asked; silence is no evidence.
 */
export function createRemoteExecutor(remote: Remote, options: RemoteOptions): Executor {
  const { clock, wrapping } = options;
  const pause = options.pause ?? { least: 500, most: 10_000 };
  const patience = options.patience ?? 60_000;
  const lag = options.lag ?? 30_000;
  const watched = new Map<string, Watched>();
  let looking = false;
  let problem: string | null = null;
  let hurry = new AbortController();

  const contact = (now: string | null) => {
    if ((now === null) !== (problem === null)) options.onContact(now);
    problem = now;
  };

  const oneMore = (before: Absence | null): Absence => ({
    since: before?.since ?? clock.monotonic(),
    answers: (before?.answers ?? 0) + 1,
  });
  const isProof = ({ since, answers }: Absence, enough: number) =>
    answers >= leastAnswers && clock.monotonic() - since >= enough;

  const settle = (job: Watched, exit: Exit) => {
    if (job.settled) return;
    job.settled = true;
    watched.delete(job.task.attempt);
    job.settle(exit);
  };

  const watch = (task: Task): { readonly job: Watched; readonly execution: Execution } => {
    let answer: (exit: Exit) => void = () => {};
    const exit = new Promise<Exit>((resolve) => {
      answer = resolve;
    });
    const job: Watched = {
      task,
      settle: answer,
      absence: null,
      endedSince: null,
      begunAt: null,
      submitting: false,
      ending: null,
      settled: false,
    };
    watched.set(task.attempt, job);
    lookOn();
    hurry.abort();
    const execution: Execution = {
      exit,
      cancel: async () => {
        job.ending ??= { kind: "cancelled" };
        hurry.abort();
        await exit;
      },
      leave: () => settle(job, { kind: "left" }),
    };
    return { job, execution };
  };

  const lookOn = () => {
    if (looking) return;
    looking = true;
    void look().finally(() => {
      looking = false;
      if (watched.size > 0) lookOn();
    });
  };

  /** Until nothing is watched. */
  const look = async (): Promise<void> => {
    let wait = pause.least;
    while (watched.size > 0) {
      hurry = new AbortController();
      const changed = await lookOnce().catch((error: unknown) => {
        // The shared file system is out of reach: as silent as a remote.
        contact(error instanceof Error ? error.message : String(error));
        return false;
      });
      wait = changed ? pause.least : Math.min(wait * 1.5, pause.most);
      // What has a time of its own is not to be noticed late.
      const timed = [...watched.values()].some((job) => job.task.timeout !== null || job.ending !== null);
      await delay(timed ? Math.min(wait, 1000) : wait, undefined, { signal: hurry.signal }).catch(() => {});
    }
  };

  const lookOnce = async (): Promise<boolean> => {
    let changed = false;
    for (const job of [...watched.values()]) changed = (await readFiles(job)) || changed;
    const ending = [...watched.values()].filter((job) => job.ending !== null && !job.submitting);
    if (ending.length > 0) {
      for (const job of ending) await noteEnding(job);
      const asked = await remote.cancel(ending.map(({ task }) => task.attempt));
      if (!asked.ok) contact(asked.error);
    }
    const names = new Set([...watched.values()].filter((job) => !job.submitting).map(({ task }) => task.attempt));
    if (names.size === 0) return changed;
    const states = await remote.look(names);
    if (!states.ok) {
      contact(states.error);
      return changed;
    }
    contact(null);
    for (const name of names) {
      const job = watched.get(name);
      if (job !== undefined) changed = (await judge(job, states.value.get(name) ?? null)) || changed;
    }
    return changed;
  };

  /** What its own files say. True when something is new. */
  const readFiles = async (job: Watched): Promise<boolean> => {
    const files = jobFiles(job.task.folder);
    const exit = parseExit((await readIfThere(files.exit)) ?? "");
    if (exit !== null) {
      settle(job, job.ending ?? { kind: "exited", ...exit });
      return true;
    }
    if (job.begunAt === null && (await isThere(files.begun))) {
      job.begunAt = clock.monotonic() - (await runningFor(job, clock.now()));
      return true;
    }
    const { timeout } = job.task;
    if (timeout !== null && job.begunAt !== null && clock.monotonic() - job.begunAt > timeout * 1000)
      job.ending ??= { kind: "timed-out", seconds: timeout };
    return false;
  };

  /** What the remote says of it. True when something is new. */
  const judge = async (job: Watched, state: JobState | null): Promise<boolean> => {
    if (state !== null) job.absence = null;
    switch (state?.kind) {
      case "waiting":
      case "running":
        job.endedSince = null;
        return false;
      case "gone":
        settle(job, job.ending ?? state.exit);
        return true;
      case "cancelled":
        if (await readFiles(job)) return true;
        settle(job, job.ending ?? (await endedBefore(job)) ?? cancelledElsewhere(remote, job.begunAt !== null));
        return true;
      case "ended": {
        if (await readFiles(job)) return true;
        job.endedSince ??= clock.monotonic();
        if (job.ending === null && clock.monotonic() - job.endedSince < lag) return false;
        const message = `${remote.name} says that it ended, and there is no exit file in ${job.task.folder}`;
        settle(job, job.ending ?? { kind: "lost", message });
        return true;
      }
      case undefined: {
        job.absence = oneMore(job.absence);
        // What was asked to end and is unknown has ended, or never began.
        if (!isProof(job.absence, job.ending === null ? patience : Math.min(patience, lag))) return false;
        if (await readFiles(job)) return true;
        // It may be known again later; then it is not to run on.
        await remote.cancel([job.task.attempt]);
        settle(job, job.ending ?? { kind: "lost", message: `${remote.name} does not know it any more` });
        return true;
      }
    }
  };

  const submit = async (job: Watched): Promise<void> => {
    const { task } = job;
    const files = jobFiles(task.folder);
    const script = jobScript(task, wrapping);
    // Where its directory is gone, another has given up what was never submitted.
    await writeFile(files.script, script);
    await writeFile(files.submitted, "");
    for (let tries = 1; !job.settled; tries++) {
      if (job.ending !== null) return settle(job, job.ending);
      const submission = await remote.submit(task, files.script);
      if (submission.kind === "refused") return settle(job, submission);
      contact(submission.kind === "unknown" ? submission.message : null);
      if (submission.kind === "accepted") return;
      // It is looked up by its name before it is submitted again, for as long as it takes.
      const known = await lookUp(job);
      if (known || job.settled) return;
      if (tries === mostSubmissions) {
        return settle(job, { kind: "lost", message: `${remote.name} did not take it: ${submission.message}` });
      }
    }
  };

  /** Whether it is there: false only after a while in which it could be asked for and was not known. */
  const lookUp = async (job: Watched): Promise<boolean> => {
    const { attempt, folder } = job.task;
    let absence: Absence | null = null;
    for (let wait = pause.least; !job.settled && job.ending === null; wait = Math.min(wait * 1.5, pause.most)) {
      if (await isThere(jobFiles(folder).begun)) return true;
      const states = await remote.look(new Set([attempt]));
      contact(states.ok ? null : states.error);
      if (states.ok && states.value.has(attempt)) return true;
      if (states.ok) absence = oneMore(absence);
      if (absence !== null && isProof(absence, patience)) return false;
      await delay(wait);
    }
    return true;
  };

  return {
    start: (task) => {
      const { job, execution } = watch(task);
      job.submitting = true;
      submit(job)
        .catch((error: unknown) =>
          settle(job, { kind: "not-started", message: error instanceof Error ? error.message : String(error) }),
        )
        .finally(() => {
          job.submitting = false;
          hurry.abort();
        });
      return execution;
    },

    attach: async (task) => ((await isThere(jobFiles(task.folder).submitted)) ? watch(task).execution : null),

    sweepOrphans: async (isLive) => {
      const listed = await remote.list();
      if (!listed.ok) {
        contact(listed.error);
        return [];
      }
      const dead: string[] = [];
      for (const attempt of listed.value) if (!watched.has(attempt) && !(await isLive(attempt))) dead.push(attempt);
      if (dead.length === 0) return [];
      await remote.cancel(dead);
      const deadline = clock.monotonic() + lag;
      for (let wait = pause.least; ; wait = Math.min(wait * 1.5, pause.most)) {
        const left = await remote.list();
        const alive = new Set(left.ok ? left.value : dead);
        if (dead.every((attempt) => !alive.has(attempt)) || clock.monotonic() > deadline)
          return dead.filter((attempt) => !alive.has(attempt));
        await delay(wait);
      }
    },
  };
}

/**
 * Milliseconds that it has been running for, by the clock on the wall: whoever watched it before had another monotonic one.
 * A wall clock that was set meanwhile gives it more time or less, and loses nothing.
 */
async function runningFor({ task }: Watched, now: number): Promise<number> {
  if (task.timeout === null) return 0;
  const { runningSince } = jobFiles(task.folder);
  const noted = (await readIfThere(runningSince)) ?? "";
  if (/^\d+\n$/.test(noted)) return Math.max(0, now - Number(noted));
  // Where that cannot be kept, who adopts it gives it all of its time again.
  await writeFile(runningSince, `${Math.round(now)}\n`).catch(() => {});
  return 0;
}

/** Whoever adopts the job meanwhile finds it cancelled, and is to know why. */
async function noteEnding({ ending, task }: Watched): Promise<void> {
  if (ending?.kind !== "timed-out") return;
  // A full disk, or a folder that another has put away, must not keep the job alive.
  await writeFile(jobFiles(task.folder).timeIsUp, `${ending.seconds}\n`).catch(() => {});
}

/** Why one who watched the job before has ended it; null: nobody has. */
async function endedBefore({ task }: Watched): Promise<Exit | null> {
  const noted = (await readIfThere(jobFiles(task.folder).timeIsUp)) ?? "";
  return /^\d+(?:\.\d+)?\n$/.test(noted) ? { kind: "timed-out", seconds: Number(noted) } : null;
}

/** Before it began it may have been the remote's own doing (Slurm, of a job whose number an orphan has): it may try again. */
function cancelledElsewhere({ name }: Remote, begun: boolean): Exit {
  if (begun) return { kind: "stopped", message: `somebody cancelled it in ${name}` };
  return { kind: "lost", message: `it was cancelled in ${name} before it began` };
}

async function readIfThere(path: string): Promise<string | null> {
  return unlessMissing(readFile(path, "utf8"), null);
}

async function isThere(path: string): Promise<boolean> {
  return unlessMissing(
    stat(path).then(() => true),
    false,
  );
}
