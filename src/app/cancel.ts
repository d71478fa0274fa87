import { liveness } from "../run/key.ts";
import { executorOf } from "./executors.ts";
import type { Session } from "./session.ts";

export interface Cancelled {
  /** Runs that wait no more. */
  readonly runs: number;
  /** Attempts that were ended where they ran. */
  readonly attempts: readonly string[];
  /** Runs that another Cairn, which is at work, has in hand. */
  readonly held: number;
  /** Why attempts may still run; null: none does. */
  readonly problem: string | null;
}

/** Ends what earlier sessions left to go on, and takes their runs off the list. What is recorded stays. */
export async function cancelLeft(session: Session): Promise<Cancelled> {
  const { store, owner } = session;
  const taken = await store.takeOverRuns(owner);
  for (const run of taken) await store.updateRun(run.id, owner, { state: "cancelled" });
  await store.releaseAbandoned();
  let problem: string | null = null;
  const executor = executorOf(session, (remote, found) => {
    problem = found === null ? null : `${remote} cannot be reached: ${found}`;
  });
  const attempts = await executor.sweepOrphans(liveness({ executor, journal: store.journal(owner) }));
  const runs = await store.listRuns();
  const held = runs.filter(({ state }) => state === "pending" || state === "running").length;
  return { runs: taken.length, attempts, held, problem };
}
