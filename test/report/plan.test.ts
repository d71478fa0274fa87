import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createRig, type Rig } from "../e2e/rig.ts";
import { needs } from "../needs.ts";

/** `cairn plan` on a real record: what each run tells, and what the decision would cost. */

const planSchema = z.object({
  state: z.string(),
  runs: z.array(
    z.object({
      levels: z.array(z.string()),
      why: z.string(),
      tells: z
        .object({
          about: z.enum(["level", "order", "set"]),
          levels: z.array(z.string()),
          question: z.string(),
          nats: z.number(),
          before: z.number(),
          after: z.number(),
        })
        .nullable(),
      coreSeconds: z.number(),
      uncachedCoreSeconds: z.number().nullable(),
    }),
  ),
  toGo: z.object({ runs: z.number(), coreSeconds: z.number().nullable(), allowed: z.number().nullable() }),
});

describe.skipIf(needs("python") === null)("cairn plan", () => {
  let rig: Rig;
  const made = 6;
  beforeAll(async () => {
    rig = createRig("planted");
    const first = planSchema.parse(await rig.json("plan"));
    expect(first.runs[0]).toMatchObject({ levels: [], tells: null, uncachedCoreSeconds: null });
    expect(first.toGo.coreSeconds).toBeNull();
    for (const seed of [1, 2, 3]) {
      await rig.cairn("run", "baseline", "--seeds", String(seed));
      await rig.cairn("run", "muon", "dedupe", "--seeds", String(seed));
    }
  }, 120_000);
  afterAll(() => rig.dispose());

  test("says of each run what it tells, for what it costs, and why it was chosen", async () => {
    const plan = planSchema.parse(await rig.json("plan", "--count", "3"));
    const { out } = await rig.cairn("plan", "--count", "3");
    const told = plan.runs.flatMap(({ tells }) => tells ?? []);
    expect(told.length).toBeGreaterThan(0);
    for (const { about, levels, nats, before, after, question } of told) {
      expect(levels).toHaveLength({ level: 1, order: 2, set: 0 }[about]);
      expect(nats).toBeGreaterThan(0);
      expect(after).toBeLessThan(before);
      expect(out).toContain(`${question}: ${nats.toFixed(2)} nats for `);
    }
    for (const { why } of plan.runs) expect(out.replace(/\s+/g, " ")).toContain(why);
  });

  test("says what the decision would cost from here", async () => {
    const { toGo } = planSchema.parse(await rig.json("plan"));
    const { runs } = z.object({ runs: z.array(z.object({ coreSeconds: z.number() })) }).parse(await rig.json("report"));
    expect(runs).toHaveLength(made);
    const mean = runs.reduce((total, run) => total + run.coreSeconds, 0) / made;
    expect(toGo.coreSeconds).toBeCloseTo(toGo.runs * mean, 6);
    expect((await rig.cairn("plan")).out).toMatch(new RegExp(`at most ${toGo.runs} runs, about .* core-`));
  });
});
