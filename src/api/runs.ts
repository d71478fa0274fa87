import { z } from "zod";
import { listOf, pageOf, pageQuery, wireNumber } from "./page.ts";
import { runReason, stageFailure, stageReason } from "./reasons.ts";

export const runState = z.enum(["pending", "running", "done", "failed", "cancelled"]);
export const purpose = z.enum(["search", "confirm", "audit"]);

export const runRow = z.object({
  id: z.string(),
  levels: z.array(z.string()),
  seed: z.number(),
  scale: z.string(),
  purpose,
  state: runState,
  /** A plain sentence, and the same as data. */
  why: z.string(),
  reason: runReason,
  /** Objective → value; empty until measured. */
  values: z.record(z.string(), wireNumber),
  coreSeconds: z.number(),
  gpuSeconds: z.number(),
  /** Of its stages: how many are over, how many there are, how many came from the cache. */
  progress: z.object({ done: z.number().int(), of: z.number().int(), reused: z.number().int() }),
  /** The stage that is under way and how far it is (0 to 1) as it says itself; null when none is. */
  current: z.object({ stage: z.string(), fraction: z.number().nullable() }).nullable(),
  /** Whether the evidence is about the lab as it is now; null until the run is done. */
  counts: z.boolean().nullable(),
  createdAt: z.number(),
  finishedAt: z.number().nullable(),
});
export type RunRow = z.infer<typeof runRow>;

export const runPage = pageOf(runRow);
const runFilter = {
  state: listOf(runState).optional(),
  purpose: listOf(purpose).optional(),
  /** Runs that have all of these levels (or `baseline`: none but the baseline's). */
  level: listOf(z.string()).optional(),
  seed: listOf(z.coerce.number<string>()).optional(),
  scale: listOf(z.string()).optional(),
  /** In the id, a level or the reason. */
  q: z.string().max(200).optional(),
};
export const runQuery = z.object({
  ...pageQuery,
  ...runFilter,
  /** `created`, `finished`, `cost`, `state`, `seed`, `levels`, or an objective's name; `-` before it: largest first. */
  sort: z.string().max(200).default("-created"),
});
export const groupQuery = z.object({
  ...runFilter,
  /** `combination`, `seed`, `scale`, `purpose`, `state`, or a contribution's id: runs with and without it. */
  by: z.string().max(200).default("combination"),
});
export const runGroups = z.object({
  groups: z.array(
    z.object({
      key: z.string(),
      levels: z.array(z.string()).nullable(),
      runs: z.number().int(),
      coreSeconds: z.number(),
      /** Over its finite values; mean null for none, sd null for fewer than two. */
      values: z.record(
        z.string(),
        z.object({
          mean: z.number().nullable(),
          sd: z.number().nullable(),
          n: z.number().int(),
          diverged: z.number().int(),
        }),
      ),
    }),
  ),
});
export type RunGroups = z.infer<typeof runGroups>;

export const stageRun = z.object({
  stage: z.string(),
  state: z.enum(["pending", "running", "done", "failed", "blocked", "cancelled"]),
  key: z.string().nullable(),
  attempt: z.string().nullable(),
  reused: z.boolean(),
  seconds: z.number().nullable(),
  coreSeconds: z.number().nullable(),
  /** How it failed: a plain sentence, and the same as data. */
  failure: z.string().nullable(),
  failed: stageFailure.nullable(),
  /** Why it ran and was not taken from the cache, or where it came from: sentences of `cairn explain`, and the same as data. */
  explanation: z.array(z.string()),
  reasons: z.array(stageReason),
  /** Its resolved parameters and its command, as they went to the executor. */
  command: z.string(),
  params: z.record(z.string(), z.json()),
  /** Names of its logged curves and final metrics. */
  curves: z.array(z.string()),
  metrics: z.record(z.string(), wireNumber),
  /** Files it put out; empty until it is done, or where they are gone from the cache. */
  files: z.array(z.object({ path: z.string(), bytes: z.number() })),
});
export const run = runRow.extend({
  owner: z.string(),
  recipeDigest: z.string(),
  stages: z.array(stageRun),
  /** What to type to have the same run again. */
  reproduce: z.string(),
});
export type Run = z.infer<typeof run>;
export type StageRun = z.infer<typeof stageRun>;

export const compareQuery = z.object({ run: listOf(z.string()).pipe(z.array(z.string()).min(1).max(500)) });
export const comparison = z.object({
  runs: z.array(runRow),
  /** Parameters, patches and contributions in which they differ, a value per run in the same order. */
  differences: z.array(z.object({ key: z.string(), values: z.array(z.json().nullable()) })),
  /** Parameters in which they do not. */
  same: z.number().int(),
  /** Logged curves, and in how many of the runs each is. */
  curves: z.array(z.object({ stage: z.string(), name: z.string(), runs: z.number().int() })),
});
export type Comparison = z.infer<typeof comparison>;

export const curveAxis = z.enum(["step", "time", "tokens"]);
export const curveQuery = z.object({
  run: listOf(z.string()).pipe(z.array(z.string()).min(1).max(500)),
  stage: z.string(),
  name: z.string(),
  /** time: seconds since the attempt's first point. tokens: as the stage logs them in a curve named `tokens`. */
  axis: curveAxis.default("step"),
  /** At most so many buckets a run between `from` and `to`. */
  points: z.coerce.number().int().min(10).max(5000).default(800),
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
});
/**
 * Curves as they are drawn: buckets of equal width along the axis, each with the least, the largest and the mean of its
 * finite points, so that no spike is lost; with one point a bucket nothing is summarised. null: a bucket of none.
 */
export const curves = z.object({
  series: z.array(
    z.object({
      run: z.string(),
      x: z.array(z.number()),
      mean: z.array(z.number().nullable()),
      min: z.array(z.number().nullable()),
      max: z.array(z.number().nullable()),
      /** Where it was NaN or infinite. */
      marks: z.array(z.object({ x: z.number(), value: z.enum(["NaN", "Infinity", "-Infinity"]) })),
      /** Of the points before any bucket. */
      count: z.number().int(),
      sampled: z.boolean(),
    }),
  ),
  /** Runs that have no such curve, or no such axis. */
  missing: z.array(z.string()),
});
export type Curves = z.infer<typeof curves>;

/** A part of a log. Asked again with `next`, it goes on from there: that is following. */
export const logQuery = z.object({
  offset: z.coerce.number().int().min(0).optional(),
  /** Without an offset: the last so many bytes. */
  tail: z.coerce.number().int().min(1).max(1_000_000).default(64_000),
});
export const log = z.object({
  text: z.string(),
  offset: z.number().int(),
  next: z.number().int(),
  size: z.number().int(),
  /** Nothing more will come. */
  over: z.boolean(),
});
export type Log = z.infer<typeof log>;

/** Columns, filter and sort of a list, under a name that a team shares. The words of the URL's query, nothing else. */
export const view = z.object({
  id: z.string(),
  name: z.string(),
  page: z.enum(["runs", "queue"]),
  query: z.string().max(4000),
  createdAt: z.number(),
});
export const newView = z.object({
  name: z.string().trim().min(1).max(80),
  page: z.enum(["runs", "queue"]),
  query: z.string().max(4000),
});
export const views = z.object({ views: z.array(view) });
export type View = z.infer<typeof view>;
