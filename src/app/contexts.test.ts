import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sha256 } from "../base/digest.ts";
import { combinationFromIds } from "../contribution/combination.ts";
import { resolveCombination } from "../contribution/resolve.ts";
import type { RunOrigin, RunRow } from "../store/store.ts";
import { arrange, type Lab, originOf, type Place, placeOf } from "./contexts.ts";
import { loadLab } from "./load.ts";

const labText = `
cairn: 1
name: small
stages:
  train: { run: sh train.sh, code: [train.sh, model.sh], params: { lr: 1, steps: 40 }, seeded: true }
objectives:
  loss: { stage: train, goal: minimize, matters: 0.1 }
scales: { proxy: { train.steps: 10 }, full: {} }
`;
const patch = `--- a/model.sh
+++ b/model.sh
@@ -1,1 +1,1 @@
-width=1
+width=2
`;

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "cairn-contexts-"));
  mkdirSync(join(dir, "contributions"));
  write("cairn.yaml", labText);
  write("train.sh", "echo train\n");
  write("model.sh", "width=1\n");
  write("contributions/fast.yaml", "title: Fast\nby: [a]\narea: optimization\nwhy: x\nset: { train.lr: 3 }\n");
  write("contributions/wide.patch", patch);
  write(
    "contributions/wide.yaml",
    "title: Wide\nby: [b]\narea: architecture\nwhy: x\npatch: contributions/wide.patch\n",
  );
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (path: string, text: string) => writeFileSync(join(dir, path), text);

async function openLab(scale = "full"): Promise<Lab> {
  const loaded = await loadLab(dir);
  const { lab, space, tree, readFile: files } = loaded;
  return {
    loaded,
    scale,
    resolve: (combination, at = scale) => resolveCombination({ lab, space, combination, scale: at, tree, files }),
  };
}

type Row = Pick<RunRow, "levels" | "scale" | "recipeDigest" | "origin">;

async function record(levels: readonly string[], scale = "full"): Promise<Row> {
  const lab = await openLab(scale);
  const combination = combinationFromIds(lab.loaded.space, levels);
  const resolved = combination === null ? null : lab.resolve(combination);
  if (combination === null || resolved?.ok !== true) throw new Error("not in the lab");
  return { levels, scale, recipeDigest: resolved.value.digest, origin: originOf(lab, combination) };
}

async function place(row: Row): Promise<Place> {
  return placeOf(await openLab(), row);
}

const outside = ({ origin }: Row): RunOrigin["outside"] => origin?.outside ?? sha256("none");
const labOf = ({ origin }: Row): RunOrigin["lab"] => origin?.lab ?? sha256("none");

describe("a run's place", () => {
  test("is here while its combination is what was run, whatever else is proposed meanwhile", async () => {
    const row = await record(["fast", "wide"]);
    expect(await place(row)).toEqual({ kind: "here" });
    write("contributions/more.yaml", "title: More\nby: [c]\narea: optimization\nwhy: x\nset: { train.steps: 80 }\n");
    expect(await place(row)).toEqual({ kind: "here" });
  });

  test("is another scale of the lab as it is", async () => {
    const row = await record(["fast"], "proxy");
    expect(await place(row)).toEqual({ kind: "elsewhere", scale: "proxy", epoch: null });
    write("cairn.yaml", labText.replace("proxy: { train.steps: 10 }", "small: { train.steps: 10 }"));
    expect(await place(row)).toEqual({ kind: "nowhere" });
  });

  test("is an earlier epoch, one at all scales, when what changed is outside the contributions; until that is taken back", async () => {
    const rows = [await record([]), await record(["fast"]), await record(["wide"])];
    const proxy = await record(["fast"], "proxy");
    write("train.sh", "echo another way to train\n");
    for (const row of [...rows, proxy])
      expect(await place(row)).toEqual({ kind: "elsewhere", scale: row.scale, epoch: labOf(proxy) });
    write("train.sh", "echo train\n");
    for (const row of rows) expect(await place(row)).toEqual({ kind: "here" });
    expect(await place(proxy)).toEqual({ kind: "elsewhere", scale: "proxy", epoch: null });
  });

  test("is an epoch of its scale when the scale itself changed", async () => {
    const [proxy, full] = [await record(["fast"], "proxy"), await record(["fast"])];
    write("cairn.yaml", labText.replace("train.steps: 10", "train.steps: 20"));
    expect(await place(proxy)).toEqual({ kind: "elsewhere", scale: "proxy", epoch: outside(proxy) });
    expect(await place(full)).toEqual({ kind: "here" });
  });

  test("is nowhere once one of its levels does something else or is gone", async () => {
    const [fast, wide, both] = [await record(["fast"]), await record(["wide"]), await record(["fast", "wide"])];
    write("contributions/fast.yaml", "title: Fast\nby: [a]\narea: optimization\nwhy: x\nset: { train.lr: 4 }\n");
    expect(await place(fast)).toEqual({ kind: "nowhere" });
    expect(await place(wide)).toEqual({ kind: "here" });
    write("contributions/wide.patch", patch.replace("+width=2", "+width=3"));
    expect(await place(wide)).toEqual({ kind: "nowhere" });
    // Two changes at once: the lab is another, but what the levels were is not forgotten.
    write("train.sh", "echo another way to train\n");
    for (const row of [fast, wide, both]) expect(await place(row)).toEqual({ kind: "nowhere" });
    rmSync(join(dir, "contributions/fast.yaml"));
    expect(await place(fast)).toEqual({ kind: "nowhere" });
  });

  test("of a run that an earlier Cairn recorded is here or nowhere", async () => {
    const row = { ...(await record(["fast"])), origin: null };
    expect(await place(row)).toEqual({ kind: "here" });
    write("train.sh", "echo another way to train\n");
    expect(await place(row)).toEqual({ kind: "nowhere" });
  });
});

describe("contexts", () => {
  const at = (day: number) => Date.UTC(2026, 2, day, 12, 30);
  const [old, older] = [sha256("old"), sha256("older")];

  test("are none where all runs are here", () => {
    expect(arrange("full", [])).toEqual({ contexts: [], codes: [] });
  });

  test("have the deciding level first, and epochs from the newest back", () => {
    const found = arrange("full", [
      { scale: "full", epoch: older, at: at(1) },
      { scale: "proxy", epoch: null, at: at(9) },
      { scale: "full", epoch: old, at: at(4) },
      { scale: "proxy", epoch: old, at: at(3) },
    ]);
    expect(found.contexts).toEqual([
      { kind: "scale", levels: ["full", "proxy"] },
      { kind: "epoch", levels: ["now", "until 2026-03-04 12:30", "until 2026-03-01 12:30"] },
    ]);
    expect(found.codes).toEqual([
      [0, 2],
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
  });

  test("are only those that differ", () => {
    const found = arrange("full", [{ scale: "proxy", epoch: null, at: at(1) }]);
    expect(found).toEqual({ contexts: [{ kind: "scale", levels: ["full", "proxy"] }], codes: [[1]] });
  });
});
