import { readFileSync } from "node:fs";
import { z } from "zod";

/** The planted truth of this lab, for tests to hold a decision against. Values at full scale. */

const effect = z.partialRecord(z.enum(["score", "loss", "latency_ms"]), z.number());

const schema = z.object({
  baseline: z.object({ score: z.number(), loss: z.number(), latency_ms: z.number() }),
  effects: z.record(z.string(), effect),
  interactions: z.array(z.object({ levels: z.array(z.string()), effect })),
  diverges: z.array(z.array(z.string())),
  excludes: z.array(z.array(z.string())),
  requires: z.array(z.tuple([z.string(), z.string()])),
  noise: z.object({
    score: z.object({ seed: z.number(), own: z.number(), difficulty: z.number(), item: z.number() }),
    loss: z.object({ seed: z.number(), own: z.number() }),
    latency_ms: z.object({ seed: z.number(), own: z.number() }),
  }),
  decision: z.object({
    land: z.array(z.string()),
    mayRide: z.array(z.string()),
    shelve: z.record(z.string(), z.string()),
  }),
});

export const truth = schema.parse(JSON.parse(readFileSync(new URL("truth.json", import.meta.url), "utf8")));

export type PlantedObjective = keyof typeof truth.baseline;

/** f: the true value of an objective for a set of levels (ids); NaN for the score and the loss where it diverges. */
export function trueValue(objective: PlantedObjective, levels: readonly string[]): number {
  const holds = (part: readonly string[]) => part.every((level) => levels.includes(level));
  if (objective !== "latency_ms" && truth.diverges.some(holds)) return Number.NaN;
  const parts = [
    ...levels.map((level) => truth.effects[level]),
    ...truth.interactions.filter((pair) => holds(pair.levels)).map((pair) => pair.effect),
  ];
  return parts.reduce((sum, part) => sum + (part?.[objective] ?? 0), truth.baseline[objective]);
}

/** The true gain in utility over the baseline, in units of `matters` (0.01 of score, 0.02 of loss). */
export function trueUtility(levels: readonly string[]): number {
  const gain = (objective: PlantedObjective) => trueValue(objective, levels) - trueValue(objective, []);
  return gain("score") / 0.01 - gain("loss") / 0.02;
}

/** Whether the lab's own constraints allow the set: no two levels of one key, everything required is there. */
export function isAllowed(levels: readonly string[]): boolean {
  const excluded = truth.excludes.some((group) => group.filter((level) => levels.includes(level)).length > 1);
  const lacking = truth.requires.some(([level, needed]) => levels.includes(level) && !levels.includes(needed));
  return !excluded && !lacking;
}
