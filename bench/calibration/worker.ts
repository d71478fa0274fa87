/** A thread of the calibration: is handed jobs one by one, answers each with its row. */
import { parentPort } from "node:worker_threads";
import type { Row } from "./part.ts";
import { partNamed } from "./parts.ts";

export interface Job {
  readonly part: string;
  readonly scenario: string;
  readonly label: string;
}

export type Reply = { readonly kind: "ready" } | { readonly kind: "done"; readonly row: Row; readonly seconds: number };

const reply = (message: Reply): void => parentPort?.postMessage(message);

parentPort?.on("message", ({ part, scenario, label }: Job) => {
  const start = performance.now();
  const row = partNamed(part).play(scenario, label);
  reply({ kind: "done", row, seconds: (performance.now() - start) / 1000 });
});
reply({ kind: "ready" });
