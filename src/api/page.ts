import { z } from "zod";

/** Lists come in pages. A cursor is opaque, and stays good while the list is asked for in the same order. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(500).optional(),
};

/** @param item of the list */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    /** Of all that the filters leave, on every page. */
    total: z.number().int(),
    /** null: this was the last page. */
    next: z.string().nullable(),
  });
}

/** Repeated or separated by commas in a query: `state=done,failed`. */
export function listOf<T extends z.ZodType<unknown, string>>(item: T) {
  return z
    .union([z.string(), z.array(z.string())])
    .transform((value) => (Array.isArray(value) ? value : value.split(",")).filter((part) => part !== ""))
    .pipe(z.array(item).max(500));
}

/** A number, or what JSON has none for: a diverged run's. */
export const wireNumber = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]);

/** What an error answers with (RFC 9457), as `application/problem+json`. */
export const problem = z.object({
  /** A stable word: `not-found`, `invalid`, `unauthenticated`, `forbidden`, `conflict`, `rate-limited`, … */
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** What is wrong, in a sentence. */
  detail: z.string(),
  /** What would be right. */
  help: z.string().nullable(),
  /** Where in the input, if it is the input: a field's path, or a place in the user's own text. */
  issues: z.array(
    z.object({
      at: z.string(),
      message: z.string(),
      help: z.string().nullable(),
    }),
  ),
});
export type Problem = z.infer<typeof problem>;
