import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Clock } from "../../base/clock.ts";
import type { Execution, Exit, Task } from "../run.ts";
import { jobFiles } from "./job-script.ts";
import { createRemoteExecutor } from "./remote.ts";
import { type Call, type CallResult, createSlurm } from "./slurm.ts";

/**
 * A Slurm that behaves as badly as real ones have: commands that hang after they were obeyed, queues that lag or come
 * back empty, a controller that forgets a job (which runs on) and gives its number to the next, preemption that puts a
 * job back in the queue, no accounts. Its jobs do what a job script does to its files.
 */
interface Job {
  readonly number: number;
  readonly name: string;
  readonly folder: string;
  state: "PENDING" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED" | "PREEMPTED";
  /** Steps of the world until it ends by itself. */
  left: number;
  /** The controller does not know it any more. */
  forgotten: boolean;
}

interface Faults {
  /** One a call, again and again: what becomes of it. */
  readonly calls: readonly ("well" | "hangs-before" | "hangs-after" | "empty" | "refuses-contact")[];
  /** One a step of the world. */
  readonly steps: readonly ("nothing" | "run" | "forget" | "preempt" | "requeue" | "kill")[];
  readonly accounts: boolean;
}

class FakeSlurm {
  readonly jobs: Job[] = [];
  readonly #faults: Faults;
  readonly #folders: ReadonlyMap<string, string>;
  readonly #onStep: (steps: number) => void;
  /** By attempt: how often its command ran to its end, and wrote that down. */
  readonly ends = new Map<string, number>();
  #calls = 0;
  #steps = 0;
  #number = 1;

  /** @param onStep told how many steps of the world there were: one a call, so that its time is nobody's but its own */
  constructor(faults: Faults, folders: ReadonlyMap<string, string>, onStep: (steps: number) => void) {
    // Sooner or later it answers, and time passes: else there is nothing to be known, and nothing is said.
    this.#faults = { ...faults, calls: [...faults.calls, "well", "well"], steps: [...faults.steps, "run"] };
    this.#folders = folders;
    this.#onStep = onStep;
  }

  readonly call: Call = async ([program, ...args]) => {
    this.#step();
    const fault = this.#faults.calls[this.#calls++ % this.#faults.calls.length] ?? "well";
    if (fault === "hangs-before") return { kind: "timed-out" };
    if (fault === "refuses-contact")
      return failed("sbatch: error: Unable to contact slurm controller (connect failure)");
    const result = this.#obey(program, args);
    if (fault === "hangs-after") return { kind: "timed-out" };
    return fault === "empty" && program !== "sbatch" ? said("") : result;
  };

  #obey(program: string, args: readonly string[]): CallResult {
    const value = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? "";
    switch (program) {
      case "sbatch": {
        const name = value("job-name");
        const folder = this.#folders.get(name) ?? "";
        this.jobs.push({ number: this.#number++, name, folder, state: "PENDING", left: 3, forgotten: false });
        return said(String(this.#number - 1));
      }
      case "squeue":
        return said(lines(this.jobs.filter((job) => !job.forgotten)));
      case "sacct":
        return this.#faults.accounts ? said(lines(this.jobs)) : failed("Slurm accounting storage is disabled");
      case "scancel":
        for (const job of this.jobs) if (job.name === value("name") && !job.forgotten) cancel(job);
        return said("");
      default:
        return { kind: "absent", program };
    }
  }

  /** Time passes for the jobs. */
  #step(): void {
    this.#onStep(this.#steps);
    const what = this.#faults.steps[this.#steps++ % this.#faults.steps.length] ?? "run";
    const alive = this.jobs.filter((job) => job.state === "PENDING" || job.state === "RUNNING");
    const one = alive[this.#steps % Math.max(1, alive.length)];
    if (one !== undefined && what === "forget" && this.#steps < 12) {
      one.forgotten = true;
      this.#number = one.number;
    }
    if (one !== undefined && what === "preempt") one.state = "PREEMPTED";
    if (one !== undefined && what === "requeue") one.state = "PENDING";
    if (one !== undefined && what === "kill" && this.#steps < 20) cancel(one);
    for (const job of alive) this.#advance(job);
  }

  #advance(job: Job): void {
    if (job.state === "PENDING") {
      try {
        mkdirSync(jobFiles(job.folder).begun);
      } catch {
        // It began before, or nobody waits for it.
      }
      job.state = "RUNNING";
    } else if (job.state === "RUNNING" && --job.left === 0) {
      job.state = "FAILED";
      this.ends.set(job.name, (this.ends.get(job.name) ?? 0) + 1);
      writeFileSync(jobFiles(job.folder).exit, "7 10 12.5\n");
    }
  }
}

function cancel(job: Job): void {
  if (job.state === "PENDING" || job.state === "RUNNING") job.state = "CANCELLED";
}

function lines(jobs: readonly Job[]): string {
  return jobs.map(({ name, state }) => `${name}|${state}\n`).join("");
}

function said(stdout: string): CallResult {
  return { kind: "exited", code: 0, stdout, stderr: "" };
}

function failed(stderr: string): CallResult {
  return { kind: "exited", code: 1, stdout: "", stderr };
}

const faults: fc.Arbitrary<Faults> = fc.record({
  calls: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant("well" as const) },
      { weight: 3, arbitrary: fc.constantFrom("hangs-before", "hangs-after", "empty", "refuses-contact") },
    ),
    { minLength: 1, maxLength: 12 },
  ),
  steps: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constant("run" as const) },
      { weight: 2, arbitrary: fc.constantFrom("nothing", "forget", "preempt", "requeue", "kill") },
    ),
    { minLength: 1, maxLength: 12 },
  ),
  accounts: fc.boolean(),
});

/** At which step of the world everybody who watches stops watching; null: nobody does. */
const leaving = fc.option(fc.integer({ min: 1, max: 30 }));

describe("Slurm at its worst", () => {
  let root = "";
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "cairn-histories-"));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  let count = 0;

  it("in a thousand histories: one end an attempt, by evidence alone, and nothing runs on that is known", {
    timeout: 300_000,
  }, async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(faults, fc.integer({ min: 1, max: 3 }), leaving, async (faults, jobs, leftAt) => {
        const folders = new Map(
          Array.from({ length: jobs }, () => {
            const attempt = `stage-0123456789-1-${(count++).toString(16).padStart(8, "0")}`;
            return [attempt, join(root, attempt)] as const;
          }),
        );
        let now = 0;
        const watchers: Execution[] = [];
        const slurm = new FakeSlurm(faults, folders, (steps) => {
          now += 100;
          if (steps === leftAt) for (const watcher of watchers) watcher.leave?.();
        });
        const clock: Clock = { now: () => now, monotonic: () => now };
        const create = () =>
          createRemoteExecutor(createSlurm({ partition: null, account: null, qos: null, arguments: [] }, slurm.call), {
            clock,
            wrapping: { modules: [], prefix: [] },
            onContact: () => {},
            pause: { least: 0, most: 0 },
            patience: 2_000,
            lag: 1_000,
          });
        const ends = await Promise.all(
          [...folders].map(async ([attempt, folder]) => {
            mkdirSync(folder);
            const task = taskOf(attempt, folder);
            const first = create().start(task);
            watchers.push(first);
            const exit = await first.exit;
            if (exit.kind !== "left") return [attempt, exit] as const;
            const second = await create().attach?.(task);
            const last = (await second?.exit) ?? null;
            if (last?.kind === "stopped") expect(slurm.ends.get(attempt) ?? 0).toBe(0);
            return [attempt, last] as const;
          }),
        );
        for (const [attempt, exit] of ends) check(slurm, attempt, folders.get(attempt) ?? "", exit, seen);
      }),
      { numRuns: 1000 },
    );
    // Histories of every kind were there.
    expect([...seen.keys()].sort()).toEqual(expect.arrayContaining(["exited", "lost", "stopped"]));
  });
});

function check(slurm: FakeSlurm, attempt: string, folder: string, exit: Exit | null, seen: Map<string, number>): void {
  const own = slurm.jobs.filter((job) => job.name === attempt);
  if (exit === null) {
    // Never submitted: nothing of it was ever there.
    expect(own).toEqual([]);
    return;
  }
  seen.set(exit.kind, (seen.get(exit.kind) ?? 0) + 1);
  if (exit.kind === "exited") {
    expect(exit).toEqual({ kind: "exited", code: 7, seconds: 2.5 });
    expect(readFileSync(jobFiles(folder).exit, "utf8")).toBe("7 10 12.5\n");
  } else {
    expect(["lost", "stopped"]).toContain(exit.kind);
    if (exit.kind === "stopped") expect(own.some((job) => job.state === "CANCELLED")).toBe(true);
  }
}

function taskOf(attempt: string, folder: string): Task {
  return {
    attempt,
    folder,
    argv: ["true"],
    cwd: folder,
    env: {},
    logFile: join(folder, "log"),
    resources: { cpus: 1, gpus: 0, memory: null },
    timeout: null,
  };
}
