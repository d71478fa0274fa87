import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepQueue, type QueueKeeper } from "./queue-keeper.ts";

/** A thread that comes to rest at once each time it is to work, for the reason it was told of last. */
const thread = `
const { parentPort } = require("node:worker_threads");
let rest = { kind: "problem", problem: { kind: "defect", message: "broken", stack: "" } };
parentPort.on("message", (order) => {
  if (order.kind === "stop") process.exit();
  if (order.kind === "rest") rest = order.rest;
  if (order.kind !== "work") return;
  parentPort.postMessage({ kind: "working" });
  parentPort.postMessage({ kind: "resting", rest, asOf: 0 });
});
`;

let worker: Worker;
let keeper: QueueKeeper;
let rests = 0;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  rests = 0;
  keeper = keepQueue({
    data: { dir: "/", scale: "full", capacity: {} },
    paused: false,
    onState: () => {
      if (keeper.state().state === "resting") rests++;
    },
    onProgress: () => {},
    startThread: () => {
      worker = new Worker(thread, { eval: true });
      return worker;
    },
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await keeper.close();
});

/** When the thread has come to rest so many times. */
async function rested(times: number): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (rests < times) {
    if (performance.now() > deadline) throw new Error(`${rests} times, not ${times}`);
    await new Promise((look) => setImmediate(look));
  }
}

/** The thread works again after so many seconds, and not before. */
async function againAfter(seconds: number): Promise<void> {
  const before = rests;
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1000 * seconds - 1);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1);
  expect(vi.getTimerCount()).toBe(0);
  await rested(before + 1);
}

test("what stays in the way is tried less and less often, until somebody has done something", async () => {
  await rested(1);
  for (const seconds of [30, 60, 120, 240, 480, 960, 1800, 1800]) await againAfter(seconds);
  keeper.reload();
  await rested(10);
  await againAfter(30);
  keeper.order(true);
  keeper.order(false);
  // The lifted pause is told before the thread has heard of it.
  await rested(13);
  for (const seconds of [30, 60]) await againAfter(seconds);
  worker.postMessage({ kind: "rest", rest: { kind: "exhausted" } });
  await againAfter(120);
  expect(vi.getTimerCount()).toBe(0);
  worker.postMessage({ kind: "rest", rest: { kind: "problem", problem: { kind: "defect", message: "b", stack: "" } } });
  keeper.evidence(1);
  vi.advanceTimersByTime(5000);
  await rested(17);
  await againAfter(30);
});
