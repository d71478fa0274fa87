/** A thread of the replay bench: is handed jobs one by one, answers each with its replay. */
import { parentPort, workerData } from "node:worker_threads";
import { type Job, type Plan, type Replay, runJob } from "./jobs.ts";
import { readTables } from "./tables.ts";

export type Reply = { readonly kind: "ready" } | { readonly kind: "done"; readonly replay: Replay };

const plan: Plan = workerData;
const tables = readTables(plan.tables, plan.only);
const reply = (message: Reply): void => parentPort?.postMessage(message);

parentPort?.on("message", (job: Job) => reply({ kind: "done", replay: runJob(job, plan, tables) }));
reply({ kind: "ready" });
