import { Worker } from "node:worker_threads";
import type { Job, Replay } from "./jobs.ts";
import type { Errand, Reply } from "./worker.ts";

/** Plays all jobs, `threads` at a time; `onDone` gets each job's index. Rejects with the first error of any, and ends the others. */
export async function runAll(
  errand: Errand,
  jobs: readonly Job[],
  threads: number,
  onDone: (index: number, replays: readonly Replay[], seconds: number) => void,
): Promise<void> {
  const queue = jobs.entries();
  const workers = Array.from(
    { length: Math.min(threads, jobs.length) },
    () => new Worker(new URL("./worker.ts", import.meta.url), { workerData: errand }),
  );
  const drain = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      let underWay = -1;
      worker.on("error", reject);
      worker.on("message", (reply: Reply) => {
        if (reply.kind === "done") onDone(underWay, reply.replays, reply.seconds);
        const next = queue.next();
        if (next.done) return resolve();
        const [index, job] = next.value;
        underWay = index;
        worker.postMessage(job);
      });
    });
  try {
    await Promise.all(workers.map(drain));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
