import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runQuery } from "../../src/api/runs.ts";
import { listRuns } from "../../src/app/read/runs.ts";
import { gc } from "../../src/app/upkeep.ts";
import { files, openRig } from "./rig.ts";

test("what runs use that are not over is not collected, however young it may be", async () => {
  const gate = mkdtempSync(join(tmpdir(), "cairn-gate-"));
  const rig = await openRig();
  const wait = `touch "${gate}/begun"; while [ ! -e "${gate}/open" ]; do sleep 0.05; done\n`;
  writeFileSync(join(rig.dir, "train.sh"), `${files["train.sh"]}${wait}`);
  await rig.live.refresh();
  try {
    // Its patch makes a copy of the lab.
    const work = rig.run(null, [["tidy"], 1]);
    while (!existsSync(join(gate, "begun"))) await new Promise((resolve) => setTimeout(resolve, 5));
    const collect = () => gc(rig.live.session, { olderThanDays: 0, dryRun: false, onProgress: () => {} });
    expect(await collect()).toMatchObject({ removed: 0, trees: 0 });
    writeFileSync(join(gate, "open"), "");
    await work;
    const { items } = await listRuns(rig.live, runQuery.parse({}));
    expect(items.map(({ state }) => state)).toEqual(["done"]);
    expect(await collect()).toMatchObject({ removed: 0, trees: 1 });
  } finally {
    writeFileSync(join(gate, "open"), "");
    await rig.close();
    rmSync(gate, { recursive: true, force: true });
  }
});
