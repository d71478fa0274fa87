import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askedByHand, type Findings, findingsOf } from "../../../test/findings.ts";
import { needs } from "../../../test/needs.ts";
import { type PostgresRig, startPostgres } from "../../../test/rigs/postgres.ts";
import { createLabRig, type LabRig } from "./cli.test-util.ts";

const program = needs("postgres");

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
    for (const levels of askedByHand) {
      const { code, err } = await lab.cairn(url, "run", ...levels, "--seeds", "2", "--cpus", "1");
      expect([code, code === 0 || code === 3 ? "" : err]).toEqual([expect.toBeOneOf([0, 3]), ""]);
    }
    return lab;
  }

  async function report(lab: LabRig, url: string | null): Promise<Findings> {
    const { out, err } = await lab.cairn(url, "report", "--json");
    if (out === "") throw new Error(err);
    return findingsOf(out);
  }

  it("comes to the same findings and the same decision, made there or copied there", { timeout: 120_000 }, async () => {
    const own = await measured(null);
    const team = await measured(rig.url);
    const told = await report(own, null);
    expect(told.runs).toHaveLength(2 * askedByHand.length);
    expect(await report(team, rig.url)).toEqual(told);
    expect((await own.cairn(null, "db", "copy", "--to", `${rig.url}#cairn_copied`)).code).toBe(0);
    expect(await report(own, rig.url)).toEqual(told);
  });
});
