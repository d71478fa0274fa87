import { z } from "zod";

const triple = z.tuple([z.number(), z.number(), z.number()]);

/**
 * What a landing is, on disk: `landings/NNNN.yaml` in the lab, so that the baseline travels with the lab's history and
 * outlives `.cairn/`. The newest one's `set` is the baseline. Numbers with bounds are [mean, low, high].
 */
export const landingSchema = z.strictObject({
  landing: z.int().min(1),
  at: z.iso.datetime(),
  scale: z.string(),
  /** Every level in the baseline from here on. */
  set: z.array(z.string()),
  /** Those this landing brought in, and those it took out. */
  added: z.array(z.string()),
  removed: z.array(z.string()),
  /**
   * The utility's and the guarded objectives' from the confirmation's fresh pairs, so not inflated by the search; the
   * others' are the model's.
   */
  gain: z.strictObject({ utility: triple, objectives: z.record(z.string(), triple) }),
  confirmation: z.strictObject({
    pairs: z.int(),
    e: z.number(),
    threshold: z.number(),
    /** Which of the sets that the lab ever put to confirmation this was, from 1: the error budget goes on from there. */
    candidate: z.int().min(1).optional(),
  }),
  credit: z.record(z.string(), triple),
});
export type Landing = z.infer<typeof landingSchema>;
