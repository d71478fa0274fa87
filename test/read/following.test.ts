import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { curveQuery, logQuery, runQuery } from "../../src/api/runs.ts";
import { readCurves } from "../../src/app/read/curves.ts";
import { readLog } from "../../src/app/read/logs.ts";
import { listRuns } from "../../src/app/read/runs.ts";
import { files, openRig, type Rig } from "./rig.ts";

let rig: Rig;
let gate = "";
beforeEach(async () => {
  const dir = mkdtempSync(join(tmpdir(), "cairn-gate-"));
  gate = join(dir, "open");
  rig = await openRig();
  // The stage says all it has to say, and then waits to be let on.
  writeFileSync(
    join(rig.dir, "train.sh"),
    `${files["train.sh"]}while [ ! -e "${gate}" ]; do sleep 0.05; done\necho 完\n`,
  );
  await rig.live.refresh();
});
afterEach(async () => {
  await rig.close();
  rmSync(join(gate, ".."), { recursive: true, force: true });
});

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (let i = 0; i < 400; i++) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it never came");
}

test("a run that is under way is seen: its stage, its log, its curve, and its end", async () => {
  const work = rig.run(null, [[], 1], [["wide"], 1]);
  const list = async () => (await listRuns(rig.live, runQuery.parse({ sort: "created" }))).items;
  const stage = "train";
  const first = await until(async () => (await list()).find(({ current }) => current?.stage === stage) ?? null);
  expect(first).toMatchObject({ state: "running", progress: { done: 0, of: 2, reused: 0 }, finishedAt: null });
  const where = { run: first.id, stage };
  const log = (offset: number) => readLog(rig.live, where, logQuery.parse({ offset }));
  const begun = await until(async () => ((await log(0)).size > 0 ? log(0) : null));
  expect(begun).toMatchObject({ text: "训练 done\n", over: false });
  const curve = curveQuery.parse({ ...where, name: "train_loss" });
  const { series } = await until(async () => {
    const found = await readCurves(rig.live, curve, new AbortController().signal);
    return found.series[0]?.count === 11 ? found : null;
  });
  expect(series[0]?.mean.at(0)).toBe(20);
  // The other waits for the same training, and shows it.
  await until(async () =>
    (await list()).filter(({ current }) => current?.stage === stage).length === 2 ? true : null,
  );
  writeFileSync(gate, "");
  await work;
  expect(await log(begun.next)).toMatchObject({ text: "完\n", over: true });
  expect((await list()).map(({ state, current, progress }) => [state, current, progress.done])).toEqual([
    ["done", null, 2],
    ["done", null, 2],
  ]);
});
