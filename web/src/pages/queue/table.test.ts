import { describe, expect, test } from "vitest";
import type { ContributionRow } from "../../../../src/api/contributions.ts";
import type { Lab } from "../../../../src/api/lab.ts";
import { english } from "../../../../src/api/words.ts";
import { formatOf } from "../../format.ts";
import { measuresOf } from "./measures.ts";
import { queueTable } from "./table.ts";

const objectives: Lab["objectives"] = [
  {
    ...{ name: "loss", stage: "eval", goal: "minimize", unit: "nats", matters: "1%", guardrail: null, weight: 1 },
    ...{ inUnits: { matters: 0.02, guardrail: null }, items: false },
  },
];

const row: ContributionRow = {
  ...{ id: "context", title: "Longer | contexts", area: "data", why: "", by: [], blind: true, mine: false },
  state: "measuring",
  levels: [
    {
      level: "context=medium",
      change: ["train.context: 128 → 256"],
      verdict: { kind: "undecided", reason: { kind: "unmeasured" }, costToKnow: { runs: 2, coreSeconds: 3 } },
      recommended: false,
      effects: [
        { objective: null, estimate: { mean: 1.2, low: -1.6, high: 4.2 } },
        { objective: "loss", estimate: { mean: -0.05, low: -0.09, high: -0.01 } },
      ],
    },
    {
      level: "context=long",
      change: ["train.context: 128 → 512"],
      verdict: { kind: "undecided", reason: { kind: "unmeasured" }, costToKnow: { runs: 2, coreSeconds: 3 } },
      recommended: false,
      effects: [],
    },
  ],
  ...{
    worth: 0.31,
    requires: [],
    conflicts: [],
    blockedBy: null,
    obstacle: null,
    runs: 9,
    coreSeconds: 78.4,
    comments: 0,
  },
  toDecide: { runs: 6, coreSeconds: 20 },
  proposedAt: null,
};

describe("the queue as a table", () => {
  const measures = measuresOf(objectives, [row]);

  test("a row a level, with the page's numbers; nothing where nothing is measured", () => {
    const { head, rows } = queueTable([row], measures, (column) => column, formatOf("en"), english);
    const cell = (line: number, column: string) => rows[line]?.[head.indexOf(column)];
    expect(rows.every((line) => line.length === head.length)).toBe(true);
    expect(cell(0, "utility")).toBe("+1.2 (−1.6 to +4.2)");
    expect(cell(0, "loss")).toBe("−0.05 nats (−0.09 to −0.01)");
    expect(cell(0, "by")).toBe("");
    expect(cell(1, "level")).toBe("context=long");
    expect(cell(1, "utility")).toBeNull();
    expect(cell(1, "cost")).toBe(78);
  });

  test("a column has one scale, which holds zero, what matters and every estimate", () => {
    for (const { domain, matters, objective } of measures) {
      const means = row.levels.flatMap(({ effects }) =>
        effects.filter((effect) => effect.objective === objective).map(({ estimate }) => estimate.mean),
      );
      for (const value of [0, matters, -matters, ...means]) {
        expect(domain[0]).toBeLessThanOrEqual(value);
        expect(domain[1]).toBeGreaterThanOrEqual(value);
      }
    }
    expect(measures.map(({ objective, matters, goal }) => [objective, matters, goal])).toEqual([
      [null, 1, "maximize"],
      ["loss", 0.02, "minimize"],
    ]);
  });
});
