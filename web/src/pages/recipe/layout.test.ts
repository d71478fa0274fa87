import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ancestorsOf, layoutOf, type Stage } from "./layout.ts";

const chain: readonly Stage[] = [
  { stage: "corpus", needs: [] },
  { stage: "tokenizer", needs: ["corpus"] },
  { stage: "pretrain", needs: ["tokenizer"] },
  { stage: "eval", needs: ["corpus", "tokenizer", "pretrain"] },
];

/** Stages that need only earlier ones. */
const graph = fc
  .integer({ min: 0, max: 14 })
  .chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, i) => fc.subarray(Array.from({ length: i }, (_, j) => `s${j}`)))),
  )
  .map((needs): readonly Stage[] => needs.map((some, i) => ({ stage: `s${i}`, needs: some })));

describe("layoutOf", () => {
  it("draws a chain on one line, and what a need brings along not twice", () => {
    const { stages, routes } = layoutOf(chain);
    expect(stages.map(({ column, row }) => [column, row])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
    expect(routes.map(({ from, to }) => `${from} ${to}`)).toEqual([
      "corpus tokenizer",
      "tokenizer pretrain",
      "pretrain eval",
    ]);
  });

  it("puts siblings beside each other and in the order of what they need", () => {
    const fork = [
      { stage: "a", needs: [] },
      { stage: "b", needs: [] },
      { stage: "of b", needs: ["b"] },
      { stage: "of a", needs: ["a"] },
    ];
    const rows = new Map(layoutOf(fork).stages.map(({ stage, row }) => [stage, row]));
    expect(Math.sign((rows.get("of b") ?? 0) - (rows.get("of a") ?? 0))).toBe(
      Math.sign((rows.get("b") ?? 0) - (rows.get("a") ?? 0)),
    );
  });

  it("puts every stage after its needs, no two on one place, and lines along neighbouring columns", () => {
    fc.assert(
      fc.property(graph, (stages) => {
        const { stages: placed, routes } = layoutOf(stages);
        const columns = new Map(placed.map(({ stage, column }) => [stage, column]));
        for (const { stage, needs } of stages)
          for (const need of needs) expect(columns.get(need)).toBeLessThan(columns.get(stage) ?? 0);
        expect(new Set(placed.map(({ column, row }) => `${column} ${row}`)).size).toBe(stages.length);
        for (const { points } of routes)
          for (const [i, point] of points.slice(1).entries()) expect(point.column).toBe((points[i]?.column ?? 0) + 1);
      }),
    );
  });

  it("leaves out no connection: what is reached by lines is what is needed, directly or not", () => {
    fc.assert(
      fc.property(graph, (stages) => {
        const drawn = layoutOf(stages).routes;
        const kept = stages.map(({ stage }) => ({
          stage,
          needs: drawn.filter(({ to }) => to === stage).map(({ from }) => from),
        }));
        const sorted = (all: ReadonlySet<string> | undefined) => [...(all ?? [])].sort();
        for (const { stage } of stages)
          expect(sorted(ancestorsOf(kept).get(stage))).toEqual(sorted(ancestorsOf(stages).get(stage)));
      }),
    );
  });
});
