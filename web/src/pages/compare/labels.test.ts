import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { labelsOf } from "./labels.ts";

const words = { baseline: "baseline", none: "no contributions", seed: "seed" };
const run = (id: string, levels: string[], seed = 1, scale = "proxy") => ({ id, levels, seed, scale });

describe("names of compared runs", () => {
  test("say only in what they differ", () => {
    const runs = [run("x", ["a", "b"]), run("y", ["a", "c"]), run("z", ["a"], 2)];
    expect([...labelsOf(runs, [], words).values()]).toEqual(["b · seed 1", "c · seed 1", "a · seed 2"]);
    expect([...labelsOf([run("x", ["a", "b"])], [], words).values()]).toEqual(["a + b"]);
    expect([...labelsOf([run("x", []), run("y", [], 1, "full")], [], words).values()]).toEqual([
      "baseline · proxy",
      "baseline · full",
    ]);
  });

  test("are all different", () => {
    const levels = fc.subarray(["a", "b", "c", "d"]);
    const runs = fc.array(fc.tuple(levels, fc.integer({ min: 1, max: 2 })), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(runs, levels, (found, baseline) => {
        const named = labelsOf(
          found.map(([set, seed], i) => run(`r${i}`, set, seed)),
          baseline,
          words,
        );
        expect(new Set(named.values()).size).toBe(found.length);
      }),
    );
  });
});
