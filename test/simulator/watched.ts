import type { Execution, Executor, Journal } from "../../src/run/run.ts";
import { StoreError } from "../../src/store/store.ts";
import type { Lab } from "./lab.ts";
import { cross, deliver, InjectedFault, type Process } from "./world.ts";

/** How long a transaction takes, in milliseconds. */
const pace = { least: 0.2, most: 20 };

/** The journal across the boundary of a process: it may refuse, or do it and not say so; all of it is checked. */
export function watchedJournal(lab: Lab, process: Process, journal: Journal, errors: number): Journal {
  const { world, checks, disk } = lab;
  const fail = (kind: "busy" | "disk-full" | "io", what: string): never => {
    world.count(`journal: ${kind}`);
    world.log(() => `${process.name} ${what}: ${kind}`);
    const cause = new InjectedFault(kind === "disk-full" ? "ENOSPC" : "EIO", what);
    if (kind === "disk-full") world.count("disk full");
    const problem =
      kind === "io" ? ({ kind, path: "db", detail: "injected" } as const) : ({ kind, path: "db" } as const);
    throw new StoreError(problem, { cause });
  };
  /** @param unknown what the journal itself makes of not knowing whether it was done */
  const call = <T>(
    what: string,
    writes: boolean,
    effect: () => Promise<T>,
    unknown: (value: T) => void = () => {},
  ): Promise<T> =>
    cross(process, pace, async () => {
      if (!world.calm && writes && disk.full) fail("disk-full", what);
      if (!world.calm && world.chance(errors)) fail("busy", what);
      const value = await effect();
      world.log(() => `${process.name} ${what} → ${JSON.stringify(value)}`);
      // Done, and the word of it was lost.
      if (!world.calm && world.chance(errors / 2)) {
        unknown(value);
        fail("io", what);
      }
      return value;
    });
  return {
    findResult: (key) => call(`finds ${key.slice(0, 6)}`, false, () => journal.findResult(key)),
    claim: (key, parts, stage, adopt) =>
      call(
        `claims ${stage} ${key.slice(0, 6)}`,
        true,
        async () => {
          const claim = await journal.claim(key, parts, stage, adopt);
          checks.claimed(process, key, claim);
          return claim;
        },
        (claim) => claim.kind === "granted" && journal.leave(claim.attempt),
      ),
    heartbeat: () =>
      call("beats", true, async () => {
        await journal.heartbeat();
        process.lastBeat = world.time;
      }),
    record: (attempt, result) =>
      call(`records ${attempt.id}`, true, async () => {
        const recorded = await journal.record(attempt, result);
        if (recorded === "recorded") checks.recorded(process, attempt, result);
        else world.count("record refused");
        return recorded;
      }),
    fail: (attempt, cause) =>
      call(`fails ${attempt.id} ${cause.kind}`, true, async () => {
        const ended = await journal.fail(attempt, cause);
        checks.ended(attempt, "failed");
        return ended;
      }),
    release: (attempt) =>
      call(`releases ${attempt.id}`, true, async () => {
        await journal.release(attempt);
        checks.ended(attempt, "released");
      }),
    leave: (attempt) => {
      world.count("left");
      journal.leave(attempt);
    },
    invalidate: (result, reason) =>
      call(`sets ${result.attempt} aside`, true, async () => {
        await journal.invalidate(result, reason);
        checks.invalidated(result);
      }),
    isAbandoned: (attempt) => call(`asks whether ${attempt} is abandoned`, false, () => journal.isAbandoned(attempt)),
    holds: (attempt) => call(`asks whether it holds ${attempt.id}`, false, () => journal.holds(attempt)),
    isOver: (attempt) => call(`asks whether ${attempt} is over`, false, () => journal.isOver(attempt)),
    appendMetrics: (attempt, points) =>
      call(`appends ${points.length} points`, true, () => journal.appendMetrics(attempt, points)),
  };
}

/** The executor, with what it was asked to start looked at. */
export function watchedExecutor(lab: Lab, process: Process, executor: Executor): Executor {
  const follow = (attempt: string, execution: Execution): Execution => {
    void execution.exit.then(() => lab.checks.sawEnd(process, attempt));
    return execution;
  };
  const { attach } = executor;
  return {
    start: (task) => {
      lab.checks.watches(process, task, true);
      if (!lab.world.calm && lab.world.chance(0.01)) {
        const exit = new Promise<{ kind: "not-started"; message: string }>((resolve) => {
          lab.world.count("input/output error");
          deliver(process, 1, () => resolve({ kind: "not-started", message: "injected" }));
        });
        return follow(task.attempt, { exit, cancel: async () => {}, leave: () => {} });
      }
      return follow(task.attempt, executor.start(task));
    },
    ...(attach === undefined
      ? {}
      : {
          attach: async (task) => {
            const execution = await attach(task);
            if (execution === null) return null;
            lab.checks.watches(process, task, false);
            return follow(task.attempt, execution);
          },
        }),
    sweepOrphans: (isLive) => executor.sweepOrphans(isLive),
  };
}
