import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { sha256 } from "../base/digest.ts";
import type { FailureCause, RunEvent, StageFailure, StageResult } from "../run/run.ts";
import { StoreError } from "../store/store.ts";
import { createRunLog, runLogPath } from "./run-log.ts";

const line = z.looseObject({ level: z.string(), time: z.iso.datetime(), event: z.string(), msg: z.string() });

let workspace = "";
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "cairn-run-log-"));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

function written(): z.infer<typeof line>[] {
  const text = readFileSync(runLogPath(workspace), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((json) => line.parse(JSON.parse(json)));
}

const key = sha256("key");
const at = { run: "r1", stage: "train" };
const failure = (change: Partial<StageFailure>): StageFailure => ({
  ...{ stage: "train", key, attempt: "a1", attempts: 1, logTail: ["hunter2"], logFile: null },
  ...{ cause: { kind: "exit", code: 7 } },
  ...change,
});

function logged(...events: RunEvent[]): z.infer<typeof line>[] {
  let now = 0;
  const clock = { now: () => 0, monotonic: () => (now += 1500) };
  const log = createRunLog({ workspace, lab: "planted", owner: "here:1:2", clock });
  for (const event of events) log.see({ kind: "stage", event });
  return written();
}

test("an attempt is followed by run, stage, key and attempt, with how long it took and how it ended", () => {
  const started = { kind: "stage-started", ...at, key, attempt: "a1" } as const;
  const result: StageResult = {
    ...{ key, stage: "train", output: key, measurements: key, metrics: new Map(), attempt: "a2", seconds: 12.5 },
    ...{ coreSeconds: 25, gpuSeconds: 0, finishedAt: 0 },
  };
  const lines = logged(
    started,
    { kind: "stage-failed", ...at, failure: failure({}), willRetry: true },
    { ...started, attempt: "a2" },
    { kind: "stage-finished", ...at, result },
  );
  const common = { lab: "planted", owner: "here:1:2", run: "r1", stage: "train", key };
  expect(lines).toMatchObject([
    { level: "info", event: "stage-started", ...common, attempt: "a1" },
    { level: "warn", event: "stage-failed", ...common, attempt: "a1", failure: "exit", seconds: 1.5, willRetry: true },
    { level: "info", event: "stage-started", ...common, attempt: "a2" },
    { level: "info", event: "stage-finished", ...common, attempt: "a2", seconds: 12.5 },
  ]);
  expect(lines[1]?.msg).toBe("train exited with 7");
});

test("what stages print and say stays out of it", () => {
  const lines = logged(
    { kind: "stage-log", ...at, attempt: "a1", message: "the token is hunter2" },
    { kind: "stage-progress", ...at, attempt: "a1", done: 1, total: 2 },
    { kind: "stage-failed", ...at, failure: failure({}), willRetry: false },
  );
  expect(lines).toMatchObject([{ level: "error", event: "stage-failed" }]);
  expect(JSON.stringify(lines)).not.toContain("hunter2");
});

test("nor is there a word of theirs, of their command or of the cluster in how they failed", () => {
  const said = 'line 1: an item should be {"id": …, "score": number}, not {"id": "hunter2"}';
  const causes: readonly (readonly [FailureCause, string])[] = [
    [{ kind: "bad-metrics", file: "items/loss.jsonl", message: said }, "train failed: bad-metrics (items/loss.jsonl)"],
    [{ kind: "bad-output", path: "hunter2", message: "it links to /home/hunter2" }, "train failed: bad-output"],
    [{ kind: "spawn", command: "./hunter2", message: "no program named hunter2" }, "train failed: spawn"],
    [{ kind: "refused", message: "sbatch: error: hunter2" }, "train failed: refused"],
  ];
  const lines = logged(
    ...causes.map(([cause]): RunEvent => {
      return { kind: "stage-failed", ...at, failure: failure({ cause }), willRetry: false };
    }),
  );
  expect(lines.map((each) => [each.failure, each.msg])).toEqual(causes.map(([cause, msg]) => [cause.kind, msg]));
  expect(JSON.stringify(lines)).not.toContain("hunter2");
});

test("contact that is lost and found again, and a queue that breaks", () => {
  const log = createRunLog({ workspace, lab: "x", owner: "o", clock: { now: () => 0, monotonic: () => 0 } });
  for (const problem of ["it does not answer", null])
    log.see({ kind: "stage", event: { kind: "contact", remote: "Slurm", problem } });
  const lost = new StoreError({ kind: "unreachable", path: "db.example/cairn", detail: "ECONNREFUSED" });
  log.broke(Object.assign(lost, { password: "hunter2" }));
  log.end("budget-spent");
  const lines = written();
  expect(lines).toMatchObject([
    { level: "warn", event: "contact", remote: "Slurm", msg: "it does not answer" },
    { level: "info", event: "contact", remote: "Slurm" },
    { level: "error", event: "queue-broke", failure: "unavailable", msg: expect.stringContaining("cannot be reached") },
    { level: "info", event: "queue-ended", end: "budget-spent" },
  ]);
  expect(JSON.stringify(lines)).not.toContain("hunter2");
});
