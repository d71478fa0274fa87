import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { needs } from "../../../test/needs.ts";
import { type PostgresRig, startPostgres } from "../../../test/rigs/postgres.ts";
import { createLabRig, type LabRig } from "./cli.test-util.ts";

const program = needs("postgres");

/** What a report says of the lab; without when it was made, and how long things took. */
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

/** What is measured, on seeds 1 and 2. */
const combinations = [["baseline"], ["muon"], ["muon", "rotary"], ["high-lr"]];

describe.skipIf(program === null)("one lab, recorded in SQLite and in PostgreSQL", () => {
  let rig: PostgresRig;
  const labs: LabRig[] = [];
  beforeAll(async () => {
    rig = await startPostgres(program ?? "");
  });
  afterAll(async () => {
    for (const lab of labs) lab.dispose();
    await rig.close();
  });

  async function measured(url: string | null): Promise<LabRig> {
    const lab = createLabRig();
    labs.push(lab);
    for (const levels of combinations) {
      const { code, err } = await lab.cairn(url, "run", ...levels, "--seeds", "2", "--cpus", "1");
      expect([code, code === 0 || code === 3 ? "" : err]).toEqual([expect.toBeOneOf([0, 3]), ""]);
    }
    return lab;
  }

  async function report(lab: LabRig, url: string | null): Promise<z.infer<typeof findings>> {
    const { out, err } = await lab.cairn(url, "report", "--json");
    if (out === "") throw new Error(err);
    return findings.parse(JSON.parse(out, (key, value) => (key === "costToKnow" ? undefined : value)));
  }

  it("comes to the same findings and the same decision, made there or copied there", { timeout: 120_000 }, async () => {
    const own = await measured(null);
    const team = await measured(rig.url);
    const told = await report(own, null);
    expect(told.runs).toHaveLength(2 * combinations.length);
    expect(await report(team, rig.url)).toEqual(told);
    expect((await own.cairn(null, "db", "copy", "--to", `${rig.url}#cairn_copied`)).code).toBe(0);
    expect(await report(own, rig.url)).toEqual(told);
  });
});
