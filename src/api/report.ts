import { z } from "zod";
import { stageFailure } from "./reasons.ts";

/** The report on the wire: what `cairn report --json` prints and the HTML page is drawn from. Levels by id, no vectors. */

export const interval = z.object({ mean: z.number(), low: z.number(), high: z.number() });
const levelId = z.string();
const sense = z.enum(["alone", "in-set", "on-average"]);

const landReason = z.object({
  inSet: interval,
  alone: interval,
  worksWith: z.array(levelId),
  overlapsWith: z.array(levelId),
});

const shelveReason = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("superseded"), by: levelId, inSet: interval }),
  z.object({ kind: z.literal("harms"), objective: z.string(), difference: interval, guardrail: z.boolean() }),
  z.object({ kind: z.literal("no-effect"), inSet: interval, alone: interval }),
  z.object({ kind: z.literal("hurts"), inSet: interval, alone: interval }),
  z.object({ kind: z.literal("only-with"), other: levelId, inSet: interval }),
  z.object({ kind: z.literal("diverges"), runs: z.number(), of: z.number() }),
  z.object({
    kind: z.literal("cannot-run"),
    because: z.string(),
    /** The same as data: how a run that had it failed; null: no combination can have it. Not in reports of before it was. */
    failure: stageFailure.nullable().optional(),
  }),
]);

const undecidedReason = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("unmeasured") }),
  z.object({ kind: z.literal("noisy"), inSet: interval, alone: interval }),
  z.object({ kind: z.literal("unconfirmed") }),
  z.object({ kind: z.literal("guardrail-unsure"), objective: z.string(), probability: z.number() }),
]);

export const verdict = z.discriminatedUnion("kind", [
  /** In the baseline already, by an earlier landing. */
  z.object({ kind: z.literal("landed"), landing: z.number() }),
  z.object({ kind: z.literal("land"), reason: landReason }),
  z.object({ kind: z.literal("shelve"), reason: shelveReason }),
  z.object({
    kind: z.literal("undecided"),
    reason: undecidedReason,
    costToKnow: z.object({ runs: z.number(), coreSeconds: z.number() }),
  }),
]);

const objective = z.object({
  name: z.string(),
  stage: z.string(),
  goal: z.enum(["minimize", "maximize"]),
  unit: z.string().nullable(),
  /** Absolute, in the unit. */
  matters: z.number(),
  guardrail: z.number().nullable(),
  weight: z.number(),
  /** The model's belief about the baseline's value; null before it has been run. */
  baseline: interval.nullable(),
});

const confirmation = z.object({
  pairs: z.number(),
  threshold: z.number(),
  tests: z.array(z.object({ objective: z.string().nullable(), e: z.number(), difference: interval })),
  outcome: z.enum(["pending", "confirmed", "futile"]),
});

/** Where single runs' noise comes from, and its standard deviation there in the objective's unit. */
const noisePart = z.object({
  source: z.discriminatedUnion("kind", [
    /** What nothing else explains. */
    z.object({ kind: z.literal("own") }),
    /** What runs of one seed share. */
    z.object({ kind: z.literal("seed") }),
    /** What runs share that took one draw of these stages from the cache. */
    z.object({ kind: z.literal("stages"), stages: z.array(z.string()) }),
  ]),
  sd: interval,
  /** How many draws of it the runs have seen: of one alone, nothing is known but what was assumed. */
  draws: z.number(),
});

const fit = z.object({
  objective: z.string(),
  /** narrow: more runs outside their interval than chance explains; outlier: one run farther off than noise goes. */
  state: z.enum(["fits", "narrow", "outlier"]),
  /** Finite runs, those outside what all the others say of them at the report's confidence, and how many would be. */
  runs: z.number(),
  outside: z.number(),
  expected: z.number(),
  /** Probability of so many or more outside, if the model fits. */
  chance: z.number(),
  /** The run farthest off, in its own standard deviations. */
  worst: z.object({ run: z.string(), z: z.number() }).nullable(),
  /** Fourth moment of the residuals: 3 for a normal, more for heavier tails. */
  kurtosis: z.number().nullable(),
});

/** Runs at other scales, or of before the lab changed outside its contributions, beside those that are decided about. */
const context = z.object({
  kind: z.enum(["scale", "epoch"]),
  /** The one that is decided about first. */
  levels: z.array(z.object({ name: z.string(), runs: z.number() })),
  /** By the model: the correlation of what is measured there with what is measured here. */
  correlations: z.array(z.object({ objective: z.string(), estimate: interval })),
  /** Spearman's rank correlation over the combinations that were run on both sides; null where too few were. */
  ranks: z.array(
    z.object({ level: z.string(), objective: z.string(), combinations: z.number(), estimate: interval.nullable() }),
  ),
});

/** A part of the baseline: what it was worth in the set that it landed with, and what the baseline would lose without it now. */
const lastingPart = z.object({
  level: levelId,
  landing: z.number().nullable(),
  atLanding: interval.nullable(),
  now: interval,
  /** holds: worth its keep, at the report's confidence. spent: not worth it. unknown: so many more runs would tell. */
  state: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("holds") }),
    z.object({ kind: z.literal("spent") }),
    z.object({ kind: z.literal("unknown"), runs: z.number() }),
  ]),
});

const run = z.object({
  id: z.string(),
  levels: z.array(levelId),
  seed: z.number(),
  scale: z.string(),
  purpose: z.enum(["search", "confirm", "audit"]),
  state: z.enum(["pending", "running", "done", "failed", "cancelled"]),
  /** A plain sentence. */
  why: z.string(),
  /** Objective → value; the strings are diverged results. */
  values: z.record(z.string(), z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])])),
  stages: z.array(
    z.object({
      stage: z.string(),
      key: z.string().nullable(),
      attempt: z.string().nullable(),
      reused: z.boolean(),
      seconds: z.number().nullable(),
      failure: z.string().nullable(),
    }),
  ),
  coreSeconds: z.number(),
  createdAt: z.number(),
  finishedAt: z.number().nullable(),
  /** Whether the evidence is about the lab as it is now; null until the run is done. */
  counts: z.boolean().nullable(),
});

export const reportSchema = z.object({
  cairn: z.literal(1),
  version: z.string(),
  generatedAt: z.number(),
  lab: z.string(),
  scale: z.string(),
  confidence: z.number(),
  alpha: z.number(),
  state: z.enum(["empty", "measuring", "confirming", "decided"]),
  /** The landing that this decision became, if it did. */
  landing: z.number().nullable(),
  objectives: z.array(objective),
  /** Levels in the baseline now. */
  baseline: z.array(levelId),
  recommended: z.array(levelId),
  set: z.object({
    utility: interval,
    objectives: z.array(
      z.object({
        objective: z.string(),
        difference: interval,
        guardrail: z.object({ margin: z.number(), probability: z.number() }).nullable(),
      }),
    ),
    confirmation: confirmation.nullable(),
  }),
  contributions: z.array(
    z.object({
      level: levelId,
      contribution: z.string(),
      title: z.string(),
      by: z.array(z.string()),
      area: z.string(),
      why: z.string(),
      /** What it changes, a line each: `pretrain.position: learned → rotary`, `patch contributions/x.patch: 2 files`. */
      change: z.array(z.string()),
      verdict,
    }),
  ),
  effects: z.array(z.object({ level: levelId, objective: z.string().nullable(), sense, estimate: interval })),
  interactions: z.array(
    z.object({ a: levelId, b: levelId, objective: z.string().nullable(), sense, estimate: interval }),
  ),
  noise: z.array(
    z.object({
      objective: z.string(),
      sd: z.number(),
      sampling: z.number().nullable(),
      parts: z.array(noisePart).default([]),
    }),
  ),
  /** Whether the model fits its runs, by leaving each out; empty in a sketch, and in reports of before it was looked at. */
  fit: z.array(fit).default([]),
  /** What was believed of the recommended set after some counts of runs, in units of utility; empty as `fit` is. */
  narrowing: z
    .array(
      z.object({
        runs: z.number(),
        gain: interval,
        /** Standard deviation of the gain. */
        doubt: z.number(),
        /** Standard deviation of what each level does in the set. */
        doubts: z.array(z.object({ level: levelId, sd: z.number() })),
      }),
    )
    .default([]),
  /** Of evidence from elsewhere; empty where there is none, in a sketch, and in reports of before it was used. */
  contexts: z.array(context).default([]),
  /** What landed before this report, and whether it still holds; empty in a sketch and in reports of before it was asked. */
  lasting: z.array(lastingPart).default([]),
  points: z.array(
    z.object({
      levels: z.array(levelId),
      runs: z.number(),
      values: z.array(z.object({ objective: z.string(), estimate: interval })),
      utility: interval,
      onFront: z.boolean(),
    }),
  ),
  credit: z.array(z.object({ level: levelId, share: interval })),
  /** Of the lab's life: sets ever put to confirmation, those that landed, and the E that the next must reach; null in reports of before it was kept. */
  errorBudget: z.object({ tested: z.number(), landed: z.number(), asked: z.number() }).nullable().default(null),
  runs: z.array(run),
  cost: z.object({
    runs: z.number(),
    coreSeconds: z.number(),
    gpuSeconds: z.number(),
    wallSeconds: z.number(),
    executedStages: z.number(),
    reusedStages: z.number(),
    /** Core-seconds that the cache spared. */
    savedCoreSeconds: z.number(),
  }),
  evidence: z.object({ used: z.number(), earlier: z.number() }),
});

export type Report = z.infer<typeof reportSchema>;
export type ReportVerdict = Report["contributions"][number]["verdict"];
export type ReportRun = Report["runs"][number];
