import { expect, test } from "vitest";
import type { FailureCause, RunResult } from "../run/run.ts";
import { hindranceOf } from "./hindrance.ts";

const failedBy = (cause: FailureCause): RunResult => {
  const failure = { stage: "train", key: null, attempt: "a", attempts: 2, cause, logTail: [], logFile: null };
  return { id: "r1", stages: new Map([["train", { kind: "failed", failure }]]) };
};
const prove = () => Promise.reject(new Error("not of this test"));
const hindrance = (cause: FailureCause) => hindranceOf({ artifacts: { prove } }, failedBy(cause));

test("a site's submit limit that stays would keep every run from being made, and `jobs` is what to mend", async () => {
  const message = "Slurm did not take it: QOSMaxSubmitJobPerUserLimit; Batch job submission failed";
  expect(await hindrance({ kind: "lost", message })).toEqual({
    kind: "unavailable",
    message: expect.stringContaining("QOSMaxSubmitJobPerUserLimit"),
    help: expect.stringContaining("`jobs`"),
  });
  expect(await hindrance({ kind: "lost", message: "its node failed (NODE_FAIL)" })).toBeNull();
});
