/** A thread of the replay bench: is handed jobs one by one, answers each with its replays. */
import { parentPort, workerData } from "node:worker_threads";
import { type Job, type Replay, runJob, type Settings } from "./jobs.ts";
import { type Scenario, subjectsOf } from "./scenarios.ts";
import { readTables } from "./tables.ts";

export interface Errand {
  readonly tables: string;
  readonly only: readonly string[];
  readonly scenarios: readonly Scenario[];
  readonly settings: Settings;
  readonly python: string;
}

export type Reply =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly replays: readonly Replay[]; readonly seconds: number };

const { tables, only, scenarios, settings, python }: Errand = workerData;
const subjects = subjectsOf(readTables(tables, only), scenarios, settings.kappa);
const reply = (message: Reply): void => parentPort?.postMessage(message);

parentPort?.on("message", async (job: Job) => {
  const start = performance.now();
  const replays = await runJob(job, settings, subjects, python);
  reply({ kind: "done", replays, seconds: (performance.now() - start) / 1000 });
});
reply({ kind: "ready" });
