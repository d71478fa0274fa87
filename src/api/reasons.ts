import { z } from "zod";

/**
 * Why things are as they are, as data. Whoever shows a reason makes the sentence, in the reader's language; `words.ts` has
 * the English. Levels by id; messages of the machine (of a compiler, a cluster, a disk) as they came.
 */

/** For words, which only read. */
export type Frozen<T> = T extends readonly (infer U)[]
  ? readonly Frozen<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;

const level = z.string();
const strings = z.array(z.string());

/** Why a run was chosen. */
export const runReason = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("asked") }),
  z.object({ kind: z.literal("baseline") }),
  z.object({ kind: z.literal("design") }),
  z.object({ kind: z.literal("improve"), expected: z.number(), differsBy: z.array(level) }),
  z.object({ kind: z.literal("replicate"), runs: z.number() }),
  z.object({ kind: z.literal("bold"), level }),
  z.object({ kind: z.literal("confirm"), pair: z.number(), side: z.enum(["baseline", "recommended"]) }),
  z.object({ kind: z.literal("audit"), parts: z.number(), of: z.number() }),
  z.object({ kind: z.literal("margin"), side: z.enum(["baseline", "set"]) }),
  z.object({ kind: z.literal("leave-out"), level }),
  z.object({ kind: z.literal("first-look"), level }),
  z.object({ kind: z.literal("scrape"), level }),
  /** Recorded by another version of Cairn. */
  z.object({ kind: z.literal("unknown") }),
]);
export type RunReason = z.infer<typeof runReason>;

const failureCause = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("exit"), code: z.number() }),
  z.object({ kind: z.literal("signal"), signal: z.string() }),
  z.object({ kind: z.literal("timeout"), seconds: z.number() }),
  z.object({ kind: z.literal("out-of-memory"), message: z.string() }),
  z.object({ kind: z.literal("lost"), message: z.string() }),
  z.object({ kind: z.literal("stopped"), message: z.string() }),
  z.object({ kind: z.literal("spawn"), command: z.string(), message: z.string() }),
  z.object({ kind: z.literal("missing-output"), files: strings }),
  z.object({ kind: z.literal("missing-metrics"), objectives: strings }),
  z.object({ kind: z.literal("bad-metrics"), file: z.string(), message: z.string() }),
  z.object({ kind: z.literal("bad-output"), path: z.string(), message: z.string() }),
  z.object({ kind: z.literal("code-changed"), files: strings }),
  z.object({ kind: z.literal("refused"), message: z.string() }),
  z.object({ kind: z.literal("no-capacity"), needed: z.number(), available: z.number() }),
  z.object({ kind: z.literal("disk-full") }),
  z.object({ kind: z.literal("io"), message: z.string() }),
]);

/** How a stage failed. */
export const stageFailure = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("failed"), stage: z.string(), attempts: z.number().int(), cause: failureCause }),
  /** A whole sentence of an earlier version of Cairn's. */
  z.object({ kind: z.literal("told"), sentence: z.string() }),
]);
export type StageFailure = z.infer<typeof stageFailure>;

/** Why a combination cannot be built. */
export const clash = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("apart"), levels: z.array(level) }),
  z.object({ kind: z.literal("requires"), level, anyOf: z.array(level) }),
  /** What it requires and what it excludes leave nothing. */
  z.object({ kind: z.literal("contradiction") }),
  z.object({ kind: z.literal("no-code"), stage: z.string(), glob: z.string() }),
  /** A level's patch does not apply after the others: at this hunk of this file (null: the whole file), as `message` says. */
  z.object({
    kind: z.literal("misfit"),
    level,
    path: z.string(),
    hunk: z.number().int().nullable(),
    message: z.string(),
  }),
]);
export type Clash = z.infer<typeof clash>;

const value = z.json();
const change = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("added"), after: value }),
  z.object({ kind: z.literal("removed"), before: value }),
  z.object({ kind: z.literal("changed"), before: value, after: value }),
]);
const replaced = { before: value, after: value };

/** Why a stage is executed or not: what it has to wait for, where its result is from, or a way in which it is not what it was. */
export const stageReason = z.discriminatedUnion("kind", [
  /** A stage that it needs failed. */
  z.object({ kind: z.literal("blocked") }),
  /** What it is depends on the output of these, which is not there yet; none: of stages before it. */
  z.object({ kind: z.literal("waits"), for: strings }),
  /** Nothing has changed since this run executed it; null: not known which. */
  z.object({ kind: z.literal("reused"), run: z.string().nullable() }),
  z.object({ kind: z.literal("no-code"), stage: z.string(), glob: z.string() }),
  z.object({ kind: z.literal("first") }),
  z.object({ kind: z.literal("schema"), ...replaced }),
  z.object({ kind: z.literal("stage"), ...replaced }),
  z.object({ kind: z.literal("command"), ...replaced }),
  z.object({ kind: z.literal("param"), name: z.string(), change }),
  z.object({ kind: z.literal("code"), path: z.string(), change }),
  z.object({ kind: z.literal("input"), stage: z.string(), change }),
  z.object({ kind: z.literal("env"), name: z.string(), change }),
  z.object({ kind: z.literal("seed"), ...replaced }),
  z.object({ kind: z.literal("outputs"), ...replaced }),
]);
export type StageReason = z.infer<typeof stageReason>;

/** A budget: of the command that was given, or of the lab's policy. */
export const budget = z.enum([
  "runs",
  "core-hours",
  "GPU-hours",
  "hours",
  "the policy's runs",
  "the policy's core-hours",
  "the policy's GPU-hours",
  "the policy's hours",
]);
export type Budget = z.infer<typeof budget>;

/** What keeps the queue from its work. */
export const queueProblem = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("no-lab"), from: z.string() }),
  z.object({ kind: z.literal("bad-files") }),
  z.object({ kind: z.literal("other"), message: z.string() }),
]);
export type QueueProblem = z.infer<typeof queueProblem>;

/** Why the queue rests. */
export const queueRest = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("decided") }),
  z.object({ kind: z.literal("budget-spent"), which: budget }),
  z.object({ kind: z.literal("exhausted") }),
  z.object({ kind: z.literal("baseline-failed"), failure: stageFailure }),
  z.object({ kind: z.literal("problem"), problem: queueProblem }),
  /** Its thread ended, and is started again. */
  z.object({ kind: z.literal("crashed"), message: z.string(), seconds: z.number() }),
  z.object({ kind: z.literal("stopped") }),
]);
export type QueueRest = z.infer<typeof queueRest>;

/** Why a contribution does not move on by itself. */
export const obstacle = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("own-file") }),
  z.object({ kind: z.literal("lab-files") }),
  z.object({ kind: z.literal("withdrawn") }),
  z.object({ kind: z.literal("failed"), failure: stageFailure }),
  z.object({ kind: z.literal("clash"), clash }),
  z.object({ kind: z.literal("paused") }),
  z.object({ kind: z.literal("watching") }),
  z.object({ kind: z.literal("resting"), rest: queueRest }),
]);
export type Obstacle = z.infer<typeof obstacle>;
