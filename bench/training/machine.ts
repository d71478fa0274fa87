import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StageFailure } from "../../src/api/reasons.ts";
import { type History, type PastRun, readHistory } from "../../src/app/history.ts";
import { workspaceFolder } from "../../src/app/load.ts";
import { type AskedRun, runAsked } from "../../src/app/queue.ts";
import { failureOfRun } from "../../src/app/reasons.ts";
import type { Session } from "../../src/app/session.ts";
import { isSameCombination } from "../../src/contribution/combination.ts";
import type { Observation } from "../../src/evidence/evidence.ts";
import { type Price, sumOf } from "./account.ts";

const packageRoot = fileURLToPath(new URL("../../", import.meta.url));

/** Copies a lab without its record to `dir/lab`, or finds the copy that is there. @returns where it is. */
export function copyLab(from: string, dir: string): string {
  const to = join(dir, "lab");
  if (existsSync(to)) return to;
  const skipped = new Set([workspaceFolder, "node_modules"]);
  mkdirSync(dir, { recursive: true });
  cpSync(from, to, { recursive: true, filter: (path) => !skipped.has(basename(path)) });
  symlinkSync(join(packageRoot, "node_modules"), join(to, "node_modules"), "dir");
  return to;
}

/** A finished run, and what each of its stages took when it was executed. */
export interface Made {
  readonly past: PastRun;
  /** null: it crashed. */
  readonly observation: Observation | null;
  readonly failure: StageFailure | null;
  readonly prices: readonly Price[];
  /** Whether it was made now: no policy had asked for it before. */
  readonly isNew: boolean;
}

/** The one machine that all policies share: it executes what was never executed, and remembers the rest. */
export class Machine {
  readonly #session: Session;
  readonly #cores: number;
  readonly #signal: AbortSignal;
  #history: History;

  private constructor(session: Session, cores: number, signal: AbortSignal, history: History) {
    this.#session = session;
    this.#cores = cores;
    this.#signal = signal;
    this.#history = history;
  }

  /** Runs that a process which is gone left half-made are forgotten: whoever wants them asks again. */
  static async open(session: Session, cores: number, signal: AbortSignal): Promise<Machine> {
    const { store, owner } = session;
    for (const { id } of await store.takeOverRuns(owner)) await store.updateRun(id, owner, { state: "cancelled" });
    return new Machine(session, cores, signal, await readHistory(session));
  }

  /** In the order asked. @throws Interrupted when the signal ended it. */
  async make(asked: readonly AskedRun[]): Promise<readonly Made[]> {
    const missing = asked.filter((run) => this.#find(run) === null);
    if (missing.length > 0) {
      await runAsked(this.#session, missing, {
        budget: { runs: null, core_hours: null, gpu_hours: null, hours: null },
        capacity: { cpus: this.#cores },
        signal: this.#signal,
        onEvent: () => {},
      });
      if (this.#signal.aborted) throw new Interrupted();
      this.#history = await readHistory(this.#session);
    }
    return Promise.all(asked.map((run) => this.#describe(run, missing.includes(run))));
  }

  #find({ combination, seed }: AskedRun): PastRun | null {
    const found = this.#history.runs.find(
      (run) =>
        run.current &&
        (run.row.state === "done" || run.row.state === "failed") &&
        run.row.seed === seed &&
        run.combination !== null &&
        isSameCombination(run.combination, combination),
    );
    return found ?? null;
  }

  async #describe(asked: AskedRun, isNew: boolean): Promise<Made> {
    const past = this.#find(asked);
    if (past === null) throw new Error("a run that was asked for has no end on record");
    const done = [...past.results.values()].map(({ key, coreSeconds }) => ({ key, coreSeconds }));
    const prices = [...done, ...(await this.#failedAttempts(past))];
    const failed = past.row.state === "failed";
    const observation = this.#history.observations.find(({ run }) => run === past.row.id) ?? null;
    if (!failed && observation === null) throw new Error(`run ${past.row.id} is done and says nothing`);
    const failure = failed ? failureOfRun(past.row) : null;
    return { past, observation, failure, prices, isNew };
  }

  /** What stages that failed took, all their attempts together. */
  async #failedAttempts({ row }: PastRun): Promise<Price[]> {
    const prices: Price[] = [];
    for (const { stage, key, state } of row.stages) {
      if (state !== "failed" || key === null) continue;
      const cores = this.#session.loaded.lab.stages.find(({ name }) => name === stage)?.resources.cpus ?? 1;
      const attempts = await this.#session.store.listAttempts(key);
      const took = attempts.map(({ startedAt, endedAt }) => ({
        key,
        coreSeconds: endedAt === null ? 0 : (cores * (endedAt - startedAt)) / 1000,
      }));
      prices.push({ key, coreSeconds: sumOf(took) });
    }
    return prices;
  }
}

/** A person, or the system, said stop. */
export class Interrupted extends Error {}
