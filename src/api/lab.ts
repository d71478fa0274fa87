import { z } from "zod";
import { listOf, wireNumber } from "./page.ts";
import { clash, queueRest, runReason, stageReason } from "./reasons.ts";
import { interval, reportSchema } from "./report.ts";

export const lab = z.object({
  name: z.string(),
  version: z.string(),
  /** That evidence is gathered at, and all there are. */
  scale: z.string(),
  scales: z.array(z.string()),
  areas: z.array(z.string()),
  objectives: z.array(
    z.object({
      name: z.string(),
      stage: z.string(),
      goal: z.enum(["minimize", "maximize"]),
      unit: z.string().nullable(),
      /** As the lab file says them: `0.01`, `5%`. */
      matters: z.string(),
      guardrail: z.string().nullable(),
      /** The same in the objective's unit; null before the baseline has been run. */
      inUnits: z.object({ matters: z.number(), guardrail: z.number().nullable() }).nullable(),
      weight: z.number(),
      items: z.boolean(),
    }),
  ),
  policy: z.object({
    alpha: z.number(),
    confidence: z.number(),
    explore: z.number(),
    blind: z.boolean(),
    /** `200 runs`, `64 GPU-hours`; empty: none. And the same as data. */
    budget: z.array(z.string()),
    bounds: z.array(z.object({ amount: z.number(), of: z.enum(["runs", "core-hours", "GPU-hours", "hours"]) })),
  }),
  /** What is wrong with the lab's files now; what is shown is the last state that was right. */
  diagnostics: z.array(
    z.object({
      severity: z.enum(["error", "warning"]),
      path: z.string(),
      line: z.number().nullable(),
      column: z.number().nullable(),
      message: z.string(),
      help: z.string().nullable(),
    }),
  ),
});
export type Lab = z.infer<typeof lab>;

export const queueState = z.object({
  /** working: choosing and running · paused: by a person · watching: this server was told not to run · resting: see `because`. */
  state: z.enum(["working", "paused", "watching", "resting"]),
  /** Why it rests: in words with what would help, and the same as data. null: it does not. */
  because: z.string().nullable(),
  rest: queueRest.nullable(),
  running: z.number().int(),
  /** Runs to a decision, at most; and core-seconds for them by what runs have cost. null: not known yet. */
  toGo: z.object({ runs: z.number(), coreSeconds: z.number().nullable() }).nullable(),
  /** Of the policy's budget, still to be spent; null: no bound. */
  runsLeft: z.number().nullable(),
});
export type QueueState = z.infer<typeof queueState>;
export const queueOrder = z.object({ paused: z.boolean() });

/** The newest report there is. It is made beside the server's other work; `computing` says that a newer one is under way. */
export const currentReport = z.object({
  report: reportSchema.nullable(),
  /** Number of the change that it has seen (see events). */
  asOf: z.number().int(),
  computing: z.boolean(),
});
export type CurrentReport = z.infer<typeof currentReport>;
export const reportQuery = z.object({ landing: z.coerce.number().int().min(1).optional() });

/** What `cairn plan` says. */
export const plan = z.object({
  runs: z.array(
    z.object({
      levels: z.array(z.string()),
      seed: z.number(),
      purpose: z.string(),
      why: z.string(),
      reason: runReason,
      tells: z
        .object({
          about: z.enum(["level", "order", "set"]),
          levels: z.array(z.string()),
          question: z.string(),
          nats: z.number(),
          before: z.number(),
          after: z.number(),
        })
        .nullable(),
      coreSeconds: z.number().nullable(),
      uncachedCoreSeconds: z.number().nullable(),
    }),
  ),
  toGo: z.object({ runs: z.number(), coreSeconds: z.number().nullable(), allowed: z.number().nullable() }),
  stop: z.enum(["decided", "runs-spent", "exhausted"]).nullable(),
});
export type Plan = z.infer<typeof plan>;
export const planQuery = z.object({ count: z.coerce.number().int().min(1).max(20).default(4) });

export const predictionQuery = z.object({ level: listOf(z.string()).default([]) });
/** What the model expects of a set, beside the baseline. */
export const prediction = z.object({
  levels: z.array(z.string()),
  /** null: it can be built. Else why not, and by which levels. */
  impossible: z.object({ message: z.string(), levels: z.array(z.string()), clash }).nullable(),
  utility: interval.nullable(),
  objectives: z.array(
    z.object({
      objective: z.string(),
      value: interval,
      difference: interval,
      guardrail: z.object({ margin: z.number(), probability: z.number() }).nullable(),
    }),
  ),
  /** Runs of exactly this set. */
  runs: z.number().int(),
});
export type Prediction = z.infer<typeof prediction>;

export const recipe = z.object({
  stages: z.array(
    z.object({
      stage: z.string(),
      needs: z.array(z.string()),
      seeded: z.boolean(),
      command: z.string(),
      params: z.record(z.string(), z.json()),
      code: z.array(z.string()),
      resources: z.record(z.string(), z.union([z.number(), z.string()])),
      objectives: z.array(z.string()),
      /** Contributions that change it. */
      changedBy: z.array(z.string()),
      /** Executed and taken from the cache over all runs, and what it cost and spared. */
      executed: z.number().int(),
      reused: z.number().int(),
      failed: z.number().int(),
      seconds: z.object({ mean: z.number(), low: z.number(), high: z.number() }).nullable(),
      coreSeconds: z.number(),
      savedCoreSeconds: z.number(),
      /** Distinct results in the cache. */
      cached: z.number().int(),
      /** Under way now: attempts. */
      running: z.number().int(),
      /** Of the newest run that executed it: why. */
      lastWhy: z.object({ run: z.string(), lines: z.array(z.string()), reasons: z.array(stageReason) }).nullable(),
    }),
  ),
});
export type Recipe = z.infer<typeof recipe>;

export const landing = z.object({
  landing: z.number().int(),
  at: z.number(),
  scale: z.string(),
  set: z.array(z.string()),
  added: z.array(z.string()),
  removed: z.array(z.string()),
  utility: interval,
  objectives: z.array(z.object({ objective: z.string(), difference: interval })),
  pairs: z.number().int(),
  credit: z.array(z.object({ level: z.string(), share: interval })),
  /** Who carried it; a landing is decided, so nothing is hidden. */
  by: z.array(z.string()),
});
export const landings = z.object({ landings: z.array(landing) });
export type Landing = z.infer<typeof landing>;
export const landed = z.object({ landing, file: z.string() });
/** The set that the caller has seen recommended: it lands only if that is still it. */
export const newLanding = z.object({ set: z.array(z.string()) });

/**
 * What changed, and its number. As server-sent events, the number is the event's id: a client that comes back with
 * `Last-Event-ID` is told of everything that changed since, once each. The body names what changed; what it is now is
 * asked for.
 */
export const change = z.object({
  number: z.number().int(),
  /** `lab`: its files. `report`: a newer one is ready (no number of its own). `queue`: its state (likewise). */
  kind: z.enum([
    "run",
    "curve",
    "decision",
    "landing",
    "comment",
    "contribution",
    "account",
    "view",
    "lab",
    "report",
    "queue",
  ]),
  /** The run's, attempt's, contribution's … id; empty where there is one alone. */
  id: z.string(),
});
export type Change = z.infer<typeof change>;
export const eventQuery = z.object({ since: z.coerce.number().int().min(0).optional() });

export const health = z.object({
  status: z.enum(["ok", "degraded"]),
  version: z.string(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().nullable() })),
});
export { wireNumber };
