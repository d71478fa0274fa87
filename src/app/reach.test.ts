import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Combination } from "../contribution/contribution.ts";
import { resolveCombination } from "../contribution/resolve.ts";
import { levelsOf } from "../plan/space.ts";
import { loadLab } from "./load.ts";
import { seededStagesOf } from "./reach.ts";

/** By seeded stage: the factors that do not reach it. */
async function unreachingIn(name: string, scale: string): Promise<Record<string, string[]>> {
  const {
    lab,
    space,
    baseline,
    tree,
    readFile: files,
  } = await loadLab(fileURLToPath(new URL(`../../labs/${name}`, import.meta.url)));
  const resolve = (combination: Combination) => {
    const resolved = resolveCombination({ lab, space, combination, scale, tree, files });
    return resolved.ok ? resolved.value : null;
  };
  const found = seededStagesOf(space, baseline, resolve);
  return Object.fromEntries(
    found.map(({ stage, reach }) => [
      stage,
      space.factors.flatMap((factor, j) => (reach.includes(j) ? [] : [factor.name])).sort(),
    ]),
  );
}

describe("what reaches a seeded stage", () => {
  test("is what changes it or a stage before it, a patch too, and nothing that only comes after", async () => {
    expect(await unreachingIn("planted", "full")).toEqual({ train: ["beam-search"] });
  });

  test("grows along the chain", async () => {
    expect(await unreachingIn("sotu", "proxy")).toEqual({
      pretrain: ["checked-labels", "graded-mix", "partial-reward", "rollouts", "sft-rate"],
      sft: ["partial-reward", "rollouts"],
      rl: [],
    });
  });

  test("may be anything where a step cannot be built", async () => {
    const dir = fileURLToPath(new URL("../../labs/planted", import.meta.url));
    const { lab, space, baseline, tree, readFile: files } = await loadLab(dir);
    const beam = levelsOf(space).find(({ factor }) => space.factors[factor]?.name === "beam-search");
    const found = seededStagesOf(space, baseline, (combination) => {
      if (beam !== undefined && combination[beam.factor] === beam.level) return null;
      const resolved = resolveCombination({ lab, space, combination, scale: "full", tree, files });
      return resolved.ok ? resolved.value : null;
    });
    expect(found[0]?.reach).toContain(beam?.factor);
  });
});
