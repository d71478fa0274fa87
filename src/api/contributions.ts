import { z } from "zod";
import { listOf, pageOf, pageQuery } from "./page.ts";
import { obstacle } from "./reasons.ts";
import { interval, reportSchema, verdict } from "./report.ts";

/** proposed: nothing measured yet · measuring · decided kinds as the verdicts · withdrawn: its file was taken back. */
export const contributionState = z.enum([
  "proposed",
  "measuring",
  "undecided",
  "land",
  "shelve",
  "landed",
  "withdrawn",
]);
export type ContributionState = z.infer<typeof contributionState>;

/** A row of the queue. A contribution of several levels has one row, and several entries in `levels`. */
export const contributionRow = z.object({
  id: z.string(),
  title: z.string(),
  area: z.string(),
  why: z.string(),
  /** Empty while hidden: who proposed it is told to its authors alone until it is decided. */
  by: z.array(z.string()),
  /** Whether `by` is empty because it is hidden. */
  blind: z.boolean(),
  /** Whether the caller is one of its authors. */
  mine: z.boolean(),
  state: contributionState,
  levels: z.array(
    z.object({
      level: z.string(),
      /** `pretrain.position: learned → rotary` */
      change: z.array(z.string()),
      verdict,
      recommended: z.boolean(),
      /** What it does in the recommended set: the utility (objective null), then every objective. */
      effects: z.array(z.object({ objective: z.string().nullable(), estimate: interval })),
    }),
  ),
  /** How much it is worth to measure on it next: nats about the decision of what the plan holds, null: nothing planned. */
  worth: z.number().nullable(),
  /** Ids of contributions that must be in a set with it, and levels that cannot be. */
  requires: z.array(z.string()),
  conflicts: z.array(z.string()),
  /** Why it does not move on by itself, in words and as data; null when nothing is in its way. */
  blockedBy: z.string().nullable(),
  obstacle: obstacle.nullable(),
  runs: z.number().int(),
  /** Core-seconds of the runs that had it, and what deciding it would still take. */
  coreSeconds: z.number(),
  toDecide: z.object({ runs: z.number(), coreSeconds: z.number().nullable() }).nullable(),
  comments: z.number().int(),
  /** When its file was first seen, milliseconds since 1970. */
  proposedAt: z.number().nullable(),
});
export type ContributionRow = z.infer<typeof contributionRow>;

export const contributionPage = pageOf(contributionRow);
export const contributionQuery = z.object({
  ...pageQuery,
  state: listOf(contributionState).optional(),
  area: listOf(z.string().max(40)).optional(),
  mine: z.enum(["true", "false"]).optional(),
  q: z.string().max(200).optional(),
  /** worth: what is most worth measuring first, then what is decided. */
  sort: z.enum(["worth", "gain", "title", "cost", "newest"]).default("worth"),
});

const patchFile = z.object({
  path: z.string(),
  /** Lines of a unified diff, from its first `@@`. */
  hunks: z.string(),
  added: z.number().int(),
  removed: z.number().int(),
});

export const contribution = contributionRow.extend({
  /** Its file in `contributions/`, with the names taken out while they are hidden. */
  file: z.object({ path: z.string(), text: z.string() }),
  set: z.array(z.object({ level: z.string(), key: z.string(), before: z.string(), after: z.string() })),
  patches: z.array(z.object({ level: z.string(), origin: z.string(), files: z.array(patchFile) })),
  /** Effects in three senses on every objective, as in the report, of its levels alone. */
  effects: reportSchema.shape.effects,
  interactions: reportSchema.shape.interactions,
  credit: reportSchema.shape.credit,
  /** Landings it came in or went out with. */
  landings: z.array(z.object({ landing: z.number().int(), kind: z.enum(["added", "removed"]), at: z.number() })),
});
export type Contribution = z.infer<typeof contribution>;

export const newContribution = z.object({
  id: z
    .string()
    .max(80)
    .regex(/^[a-z0-9][a-z0-9_-]*$/, "lower-case letters, digits, - and _"),
  title: z.string().trim().min(1).max(200).optional(),
  /** One of the lab's `areas`. */
  area: z.string().max(40),
  why: z.string().max(4000).default(""),
  /** `stage.param` → any JSON value. */
  set: z.record(z.string(), z.json()).default({}),
  /** A unified diff, kept beside the contribution's file. */
  patch: z.string().max(2_000_000).optional(),
  requires: z.array(z.string()).default([]),
  bold: z.boolean().default(false),
  /** Who proposes; the caller alone when it is empty. */
  by: z.array(z.string().trim().min(1).max(80)).max(20).default([]),
});
export const proposed = z.object({ id: z.string(), file: z.string() });

/** What can be set, for forms: every parameter of the recipe with its value in the baseline. */
export const parameters = z.object({
  stages: z.array(z.object({ stage: z.string(), params: z.array(z.object({ name: z.string(), value: z.json() })) })),
});

export const comment = z.object({
  id: z.string(),
  contribution: z.string(),
  /** null while hidden: an author's words would say who proposed it. `author` says whether it was one. */
  by: z.string().nullable(),
  mine: z.boolean(),
  text: z.string(),
  createdAt: z.number(),
  editedAt: z.number().nullable(),
  /** A comment that was taken back has no text. */
  removedAt: z.number().nullable(),
});
export type Comment = z.infer<typeof comment>;
export const commentPage = pageOf(comment);
export const newComment = z.object({ text: z.string().trim().min(1).max(10_000) });
