import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { needs } from "../../../test/needs.ts";
import { type PostgresRig, startPostgres } from "../../../test/rigs/postgres.ts";
import { createLabRig } from "./cli.test-util.ts";

const program = needs("postgres");

describe.skipIf(program === null)("a run whose database goes away", () => {
  let rig: PostgresRig;
  beforeAll(async () => {
    rig = await startPostgres(program ?? "");
  });
  afterAll(() => rig.close());

  it.each(["fast", "kill"] as const)(
    "(%s) goes on when it is back: nothing is lost, nothing recorded twice",
    async (how) => {
      const lab = createLabRig();
      const schema = `cairn_outage_${how}`;
      const url = `${rig.url}#${schema}`;
      const counted = async (table: string, where: string) => {
        const [row] = await rig.ask(`select count(*)::int as n from ${schema}.${table} where ${where}`);
        return row?.n;
      };
      let over = false;
      const running = lab.cairn(url, "run", "muon", "rotary", "--seeds", "6", "--cpus", "2").finally(() => {
        over = true;
      });
      // In the middle of it: something is recorded, and something runs.
      for (let n: unknown = 0; !over && !(Number(n) >= 4); await delay(20)) {
        n = await counted("results", "true").catch(() => 0);
      }
      expect(over).toBe(false);
      await rig.stop(how);
      await delay(1_500);
      expect(over).toBe(false);
      await rig.start();
      const { code, err } = await running;
      expect([code, [0, 3].includes(code) ? "" : err]).toEqual([code, ""]);
      expect(await counted("runs", "state = 'done'")).toBe(6);
      expect(await counted("runs", "state <> 'done'")).toBe(0);
      // Six of training and of evaluation, one of the corpus: each tried once, and recorded.
      expect(await counted("results", "invalid is null")).toBe(13);
      expect(await counted("attempts", "state = 'recorded'")).toBe(13);
      expect(await counted("attempts", "true")).toBe(13);
      lab.dispose();
    },
  );
});
