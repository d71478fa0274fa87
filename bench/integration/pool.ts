import { Worker } from "node:worker_threads";
import type { Job, Plan, Replay } from "./jobs.ts";
import type { Reply } from "./worker.ts";

/** Plays all jobs, `threads` at a time. Rejects with the first error of any, and ends the others. */
export async function runAll(
  plan: Plan,
  jobs: readonly Job[],
  threads: number,
  onReplay: (replay: Replay) => void,
): Promise<void> {
  const queue = jobs.values();
  const workers = Array.from(
    { length: Math.min(threads, jobs.length) },
    () => new Worker(new URL("./worker.ts", import.meta.url), { workerData: plan }),
  );
  const drain = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      worker.on("error", reject);
      worker.on("message", (reply: Reply) => {
        if (reply.kind === "done") onReplay(reply.replay);
        const next = queue.next();
        if (next.done) resolve();
        else worker.postMessage(next.value);
      });
    });
  try {
    await Promise.all(workers.map(drain));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
