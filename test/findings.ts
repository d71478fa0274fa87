import { z } from "zod";

/** What is the same of a lab's report wherever the lab runs and is recorded: not when it was made, nor how long things took. */
const findings = z.object({
  state: z.string(),
  recommended: z.array(z.string()),
  set: z.json(),
  contributions: z.array(z.json()),
  effects: z.array(z.json()),
  interactions: z.array(z.json()),
  noise: z.array(z.json()),
  points: z.array(z.json()),
  errorBudget: z.json(),
  runs: z.array(z.object({ levels: z.array(z.string()), seed: z.number(), state: z.string(), values: z.json() })),
});

export type Findings = z.infer<typeof findings>;

/** Of `cairn report --json`. */
export function findingsOf(report: string): Findings {
  // What knowing would cost goes by the time that runs took.
  return findings.parse(JSON.parse(report, (key, value) => (key === "costToKnow" ? undefined : value)));
}

/** Runs of the planted lab that are asked for by hand, on seeds 1 and 2: what the planner chooses depends on what things cost. */
export const askedByHand = [["baseline"], ["muon"], ["muon", "rotary"], ["high-lr"]];
