import type { Kysely, Transaction } from "kysely";
import type { Attempt, Execution, Executor, Journal } from "../../src/run/run.ts";
import type { Schema } from "../../src/store/schema.ts";
import { StoreError } from "../../src/store/store.ts";
import type { Lab } from "./lab.ts";
import { cross, deliver, InjectedFault, type Process } from "./world.ts";

/** How long a transaction takes, in milliseconds. */
const pace = { least: 0.2, most: 20 };

/** What goes wrong with transactions: it has to, where the store can notice. */
export interface Trouble {
  /** How likely one is to be refused, until the world is calm. */
  readonly errors: number;
}

function fail(lab: Lab, process: Process, kind: "busy" | "disk-full" | "io", what: string): never {
  lab.world.count(`journal: ${kind}`);
  lab.world.log(() => `${process.name} ${what}: ${kind}`);
  if (kind === "disk-full") lab.world.count("disk full");
  const cause = new InjectedFault(kind === "disk-full" ? "ENOSPC" : "EIO", what);
  const problem = kind === "io" ? ({ kind, path: "db", detail: "injected" } as const) : ({ kind, path: "db" } as const);
  throw new StoreError(problem, { cause });
}

/** The database as a process has it: transactions may be refused before they begin. */
export function troubledDatabase(lab: Lab, process: Process, db: Kysely<Schema>, { errors }: Trouble): Kysely<Schema> {
  const { world, disk } = lab;
  const transaction = () => ({
    execute: async <T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> => {
      if (!world.calm && disk.full) fail(lab, process, "disk-full", "transaction");
      if (!world.calm && world.chance(errors)) fail(lab, process, "busy", "transaction");
      return db.transaction().execute(work);
    },
  });
  return new Proxy(db, {
    get: (target, name) => {
      if (name === "transaction") return transaction;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The journal across the boundary of a process: it may do what it is asked and not say so; all of it is checked. */
export function watchedJournal(lab: Lab, process: Process, journal: Journal, { errors }: Trouble): Journal {
  const { world, checks } = lab;
  const call = <T>(what: string, effect: () => Promise<T>, fate: "reads" | "writes" | "is heard of"): Promise<T> =>
    cross(process, pace, async () => {
      if (fate === "reads" && !world.calm && world.chance(errors)) fail(lab, process, "busy", what);
      const value = await effect();
      world.log(() => `${process.name} ${what} → ${JSON.stringify(value)}`);
      // Done, and the word of it was lost.
      if (fate === "writes" && !world.calm && world.chance(errors / 2)) fail(lab, process, "io", what);
      return value;
    });
  const ending = <T>(attempt: Attempt, work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      checks.owes(attempt);
      throw error;
    });
  return {
    findResult: (key) => call(`finds ${key.slice(0, 6)}`, () => journal.findResult(key), "reads"),
    claim: (key, parts, stage, adopt) =>
      call(
        `claims ${stage} ${key.slice(0, 6)}`,
        async () => {
          const claim = await journal.claim(key, parts, stage, adopt);
          checks.claimed(process, key, claim);
          return claim;
        },
        "is heard of",
      ),
    heartbeat: () =>
      call(
        "beats",
        async () => {
          await journal.heartbeat();
          process.lastBeat = world.time;
        },
        "writes",
      ),
    record: (attempt, result) =>
      call(
        `records ${attempt.id}`,
        async () => {
          const recorded = await ending(attempt, () => journal.record(attempt, result));
          if (recorded === "recorded") checks.recorded(process, attempt, result);
          else world.count("record refused");
          return recorded;
        },
        "writes",
      ),
    fail: (attempt, cause) =>
      call(
        `fails ${attempt.id} ${cause.kind}`,
        async () => {
          const ended = await ending(attempt, () => journal.fail(attempt, cause));
          checks.ended(attempt, "failed");
          return ended;
        },
        "writes",
      ),
    release: (attempt) =>
      call(
        `releases ${attempt.id}`,
        async () => {
          await ending(attempt, () => journal.release(attempt));
          checks.ended(attempt, "released");
        },
        "writes",
      ),
    leave: (attempt) => {
      world.count("left");
      journal.leave(attempt);
    },
    invalidate: (result, reason) =>
      call(
        `sets ${result.attempt} aside`,
        async () => {
          await journal.invalidate(result, reason);
          checks.invalidated(result);
        },
        "writes",
      ),
    isAbandoned: (attempt) => call(`asks whether ${attempt} is abandoned`, () => journal.isAbandoned(attempt), "reads"),
    holds: (attempt) => call(`asks whether it holds ${attempt.id}`, () => journal.holds(attempt), "reads"),
    isOver: (attempt) => call(`asks whether ${attempt} is over`, () => journal.isOver(attempt), "reads"),
    appendMetrics: (attempt, points) =>
      call(`appends ${points.length} points`, () => journal.appendMetrics(attempt, points), "writes"),
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
