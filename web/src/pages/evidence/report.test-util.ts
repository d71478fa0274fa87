import { type Report, reportSchema } from "../../../../src/api/report.ts";

/** A small report: two objectives, nothing measured; `parts` replace what a test is about. */
export function reportOf(parts: Partial<Report> = {}): Report {
  const objective = { stage: "eval", unit: null, guardrail: null, weight: 1, baseline: null };
  const none = { mean: 0, low: 0, high: 0 };
  return reportSchema.parse({
    cairn: 1,
    version: "0",
    generatedAt: 0,
    lab: "test",
    scale: "full",
    confidence: 0.9,
    alpha: 0.05,
    state: "measuring",
    landing: null,
    objectives: [
      { ...objective, name: "loss", goal: "minimize", matters: 0.1 },
      { ...objective, name: "speed", goal: "maximize", matters: 5 },
    ],
    baseline: [],
    recommended: [],
    set: { utility: none, objectives: [], confirmation: null },
    contributions: [],
    effects: [],
    interactions: [],
    noise: [],
    points: [],
    credit: [],
    runs: [],
    cost: {
      runs: 0,
      coreSeconds: 0,
      gpuSeconds: 0,
      wallSeconds: 0,
      executedStages: 0,
      reusedStages: 0,
      savedCoreSeconds: 0,
    },
    evidence: { used: 0, earlier: 0 },
    ...parts,
  });
}
