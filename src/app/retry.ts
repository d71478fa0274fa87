import type { Session } from "./session.ts";

/** Takes back the verdict "crashed" of every failed run, so that the planner may ask for it again. */
export async function retryFailed(session: Session): Promise<number> {
  const { store } = session;
  let count = 0;
  for (const run of await store.listRuns()) {
    if (run.state !== "failed" || run.scale !== session.scale) continue;
    if ((await store.updateRun(run.id, run.owner, { state: "cancelled" })) !== null) count += 1;
  }
  return count;
}
