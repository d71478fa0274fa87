import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { reportSchema } from "../../src/api/report.ts";
import { createRig, type Rig } from "../e2e/rig.ts";
import { needs } from "../needs.ts";

/** What people see of a real record: what each planned run tells, how doubt narrowed, whether the model fits. */

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

describe.skipIf(needs("python") === null)("a lab after six runs", () => {
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

  test("cairn plan says of each run what it tells, for what it costs, and why it was chosen", async () => {
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

  test("cairn plan says what the decision would cost from here", async () => {
    const { toGo } = planSchema.parse(await rig.json("plan"));
    const { runs } = z.object({ runs: z.array(z.object({ coreSeconds: z.number() })) }).parse(await rig.json("report"));
    expect(runs).toHaveLength(made);
    const mean = runs.reduce((total, run) => total + run.coreSeconds, 0) / made;
    expect(toGo.coreSeconds).toBeCloseTo(toGo.runs * mean, 6);
    expect((await rig.cairn("plan")).out).toMatch(new RegExp(`at most ${toGo.runs} runs, about .* core-`));
  });

  test("cairn report shows how doubt narrowed, whether the model fits, and where noise comes from", async () => {
    const report = reportSchema.parse(await rig.json("report"));
    expect(report.narrowing.map(({ runs }) => runs)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(report.narrowing.at(-1)?.gain).toEqual(report.set.utility);
    expect(report.narrowing.at(-1)?.doubts.map(({ level }) => level)).toContain("muon");
    expect(report.fit.map(({ objective, runs }) => [objective, runs])).toEqual(
      report.objectives.map(({ name }) => [name, made]),
    );
    for (const { sd, parts } of report.noise) {
      expect(parts.map(({ source }) => source.kind).slice(0, 2)).toEqual(["own", "seed"]);
      expect(parts[0]?.sd.mean).toBeCloseTo(sd, 9);
      expect(parts[1]?.draws).toBe(3);
    }
    const { out } = await rig.cairn("report");
    for (const title of ["How it narrowed", "Does the model fit?", "Noise: standard deviations"])
      expect(out).toContain(title);
  });
});
