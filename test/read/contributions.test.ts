import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { contributionQuery, newContribution, contribution as wireContribution } from "../../src/api/contributions.ts";
import { runQuery } from "../../src/api/runs.ts";
import { combinationOf } from "../../src/app/combination.ts";
import { CairnError } from "../../src/app/errors.ts";
import { listContributions, readContribution, readParameters } from "../../src/app/read/contributions.ts";
import { readLab, readLandings } from "../../src/app/read/lab.ts";
import { proposeThrough, restoreThrough, withdrawThrough } from "../../src/app/read/proposals.ts";
import { readRecipe } from "../../src/app/read/recipe.ts";
import { readRun } from "../../src/app/read/run.ts";
import { listRuns } from "../../src/app/read/runs.ts";
import { restore, withdraw } from "../../src/app/withdraw.ts";
import { combinationIds } from "../../src/contribution/combination.ts";
import type { Landing } from "../../src/release/landing.ts";
import { actor, authors, files, openRig, type Rig } from "./rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

const ada = actor("ada", "read", "propose");
const admin = actor("root", "read", "propose", "admin");
const list = async (asked: Record<string, unknown> = {}, who = ada) =>
  (await listContributions(rig.live, who, contributionQuery.parse(asked))).items;
const ids = async (asked: Record<string, unknown> = {}) => (await list(asked)).map(({ id }) => id);
const failing = (kind: string) => ({ failure: { kind } });
const text = (path: string) => readFileSync(join(rig.dir, path));

describe("the queue", () => {
  test("tells what is proposed, what is measured, what is in the way, and what is worth measuring", async () => {
    await rig.run(null, [[], 1], [["wide"], 1], [["wide", "tidy"], 2], [["crash"], 1]);
    rig.plan = {
      ...rig.plan,
      runs: [
        { levels: ["wide", "mixer=low"], nats: 0.3 },
        { levels: ["mixer=low", "mixer=bad"], nats: 0.5 },
      ].map(({ levels, nats }) => ({
        levels,
        seed: 1,
        purpose: "search",
        why: "",
        reason: { kind: "asked" },
        tells: { about: "order", levels, question: "", nats, before: 1, after: 0.5 },
        coreSeconds: null,
        uncachedCoreSeconds: null,
      })),
    };
    const rows = await list();
    expect(rows.map(({ id, state, runs }) => [id, state, runs])).toEqual([
      ["mixer", "proposed", 0],
      ["wide", "measuring", 2],
      ["crash", "measuring", 0],
      ["tidy", "measuring", 1],
    ]);
    const [mixer, wide, crash, tidy] = rows;
    expect(mixer?.worth).toBeCloseTo(1.3);
    expect(wide?.worth).toBeCloseTo(0.3);
    expect(tidy?.worth).toBeNull();
    expect(mixer).toMatchObject({ conflicts: ["crash"], blockedBy: null });
    expect(mixer?.levels.map(({ level, change }) => [level, change])).toEqual([
      ["mixer=low", ["eval.clean: 0 → 3"]],
      ["mixer=bad", ["eval.clean: 0 → 7"]],
    ]);
    expect(wide?.levels[0]?.change).toEqual(["eval.width: 1 → 2", "eval.opt.lr: 1 → 3"]);
    expect(wide?.levels[0]?.effects.map(({ objective }) => objective)).toEqual([null, "loss"]);
    expect(wide?.coreSeconds).toBeGreaterThan(0);
    expect(wide?.toDecide?.runs).toBeGreaterThan(0);
    expect(crash?.blockedBy).toContain("eval exited with 3");
    expect(tidy).toMatchObject({ requires: ["wide"], blockedBy: null });
    expect(rows.every(({ proposedAt }) => Math.abs((proposedAt ?? 0) - Date.now()) < 600_000)).toBe(true);
  });

  test("is filtered, searched and sorted", async () => {
    await rig.run(null, [[], 1], [["mixer=low"], 1]);
    expect(await ids({ area: "data,evaluation", sort: "title" })).toEqual(["crash", "mixer"]);
    expect(await ids({ q: "readable" })).toEqual(["tidy"]);
    expect(await ids({ state: "measuring" })).toEqual(["mixer"]);
    expect(await ids({ mine: "true" })).toEqual([]);
    expect((await list({ mine: "true" }, actor(authors.wide.toUpperCase(), "read"))).map(({ id }) => id)).toEqual([
      "wide",
    ]);
    expect((await ids({ sort: "cost" }))[0]).toBe("mixer");
    expect(await ids({ sort: "newest" })).toHaveLength(4);
  });

  test("says what has landed, before the report does", async () => {
    const landing: Landing = {
      landing: 1,
      at: new Date(0).toISOString(),
      scale: "full",
      set: ["wide"],
      added: ["wide"],
      removed: [],
      gain: { utility: [9, 8, 10], objectives: { loss: [-9, -10, -8] } },
      confirmation: { pairs: 5, e: 50, threshold: 20 },
      credit: { wide: [9, 8, 10] },
    };
    mkdirSync(join(rig.dir, "landings"));
    await rig.run(null, [["wide"], 1], [[], 2]);
    writeFileSync(join(rig.dir, "landings/0001.yaml"), stringify(landing));
    await rig.live.refresh();
    expect(rig.report?.contributions.find(({ level }) => level === "wide")?.verdict.kind).not.toBe("landed");
    const rows = await list();
    expect(rows.find(({ id }) => id === "wide")).toMatchObject({ state: "landed", by: [authors.wide], blind: false });
    expect(readLandings(rig.live.session.loaded)).toEqual([
      {
        ...{ landing: 1, at: 0, scale: "full", set: ["wide"], added: ["wide"], removed: [], pairs: 5 },
        utility: { mean: 9, low: 8, high: 10 },
        objectives: [{ objective: "loss", difference: { mean: -9, low: -10, high: -8 } }],
        credit: [{ level: "wide", share: { mean: 9, low: 8, high: 10 } }],
        by: [authors.wide],
      },
    ]);
    expect(rows.find(({ id }) => id === "wide")?.levels[0]?.verdict).toEqual({ kind: "landed", landing: 1 });
    expect((await readContribution(rig.live, ada, "wide")).landings).toEqual([{ landing: 1, kind: "added", at: 0 }]);
    await expect(withdrawThrough(rig.live, admin, "wide")).rejects.toMatchObject(failing("conflict"));
    expect(existsSync(join(rig.dir, "contributions/wide.yaml"))).toBe(true);
    // What had nothing in it is no longer the baseline.
    const { items } = await listRuns(rig.live, runQuery.parse({ sort: "seed" }));
    const reproduced = await Promise.all(items.map(async ({ id }) => (await readRun(rig.live, id)).reproduce));
    expect(reproduced).toEqual(["cairn run baseline --seed 1", "cairn run nothing --seed 2"]);
    const made = ["baseline", "nothing"].map((name) => combinationOf(rig.live.session.loaded, [name]));
    expect(made.map((levels) => combinationIds(rig.live.session.loaded.space, levels))).toEqual([["wide"], []]);
    expect(readParameters(rig.live.session).stages[1]?.params).toContainEqual({ name: "width", value: 2 });
  });
});

test("what is wrong with the lab's files is in the way of what is open, and names no author", async () => {
  const broken = {
    severity: "error",
    path: "contributions/mixer.yaml",
    line: 2,
    column: 5,
    help: "Not both.",
  } as const;
  rig.diagnostics = [{ ...broken, message: `\`${authors.mixer}\` stands there twice.` }];
  const rows = new Map((await list()).map(({ id, blockedBy }) => [id, blockedBy]));
  expect(rows.get("mixer")).toContain("its file has errors");
  expect(rows.get("wide")).toContain("the lab's files have errors");
  expect(readLab(rig.live, ada).diagnostics).toEqual([{ ...broken, message: "`…` stands there twice." }]);
  expect(readLab(rig.live, actor(authors.mixer, "read")).diagnostics).toEqual(rig.diagnostics);
});

describe("a contribution", () => {
  test("is told with its change, its patch file by file, and its file", async () => {
    const tidy = wireContribution.parse(await readContribution(rig.live, actor(authors.tidy, "read"), "tidy"));
    expect(tidy).toMatchObject({ mine: true, blind: false, by: [authors.tidy], set: [] });
    expect(tidy.file).toEqual({ path: "contributions/tidy.yaml", text: files["contributions/tidy.yaml"] });
    expect(tidy.patches).toMatchObject([{ level: "tidy", origin: "contributions/tidy.patch" }]);
    expect(tidy.patches[0]?.files).toMatchObject([{ path: "train.sh", added: 1, removed: 0 }]);
    expect(tidy.patches[0]?.files[0]?.hunks).toMatch(/^@@ -1,2 \+1,3 @@\n # Measures/);
    const mixer = await readContribution(rig.live, ada, "mixer");
    expect(mixer.set).toEqual([
      { level: "mixer=low", key: "eval.clean", before: "0", after: "3" },
      { level: "mixer=bad", key: "eval.clean", before: "0", after: "7" },
    ]);
    await expect(readContribution(rig.live, ada, "none")).rejects.toMatchObject(failing("not-found"));
  });

  test("is proposed with a patch, checked, and at once in the lab", async () => {
    const body = newContribution.parse({
      id: "quiet",
      area: "infrastructure",
      why: "Less talk.",
      set: { "eval.opt.lr": 0.5 },
      patch:
        '--- a/eval.sh\n+++ b/eval.sh\n@@ -1,2 +1,3 @@\n+# quiet\n if [ "$2" = 13 ]; then echo broken >&2; exit 3; fi\n loss=$(( 100 - 10 * $1 - $2 + $(cat "$CAIRN_IN_TRAIN/model") % 7 ))\n',
    });
    expect(await proposeThrough(rig.live, ada, body)).toEqual({ id: "quiet", file: "contributions/quiet.yaml" });
    expect(text("contributions/quiet.patch").toString()).toBe(body.patch);
    expect(await readContribution(rig.live, ada, "quiet")).toMatchObject({
      title: "quiet",
      by: ["ada"],
      mine: true,
      state: "proposed",
      set: [{ key: "eval.opt.lr", before: "1", after: "0.5" }],
      patches: [{ files: [{ path: "eval.sh", added: 1 }] }],
    });
    await expect(proposeThrough(rig.live, ada, body)).rejects.toMatchObject(failing("conflict"));
  });

  test("that is not right is not written, not in part either", async () => {
    const before = readdirSync(join(rig.dir, "contributions"));
    const good = { id: "bad", area: "data", set: { "eval.clean": 1 } };
    const wrong = [
      { ...good, set: { "eval.nothing": 1 } },
      { ...good, area: "nowhere" },
      { ...good, patch: "--- a/none.sh\n+++ b/none.sh\n@@ -1 +1 @@\n-a\n+b\n" },
      { ...good, patch: "--- a/../../x\n+++ b/../../x\n@@ -1 +1 @@\n-a\n+b\n" },
      { ...good, patch: "no patch" },
      { ...good, requires: ["none"] },
      { ...good, set: {} },
    ];
    for (const body of wrong)
      await expect(proposeThrough(rig.live, ada, newContribution.parse(body))).rejects.toMatchObject(
        failing("invalid"),
      );
    expect(readdirSync(join(rig.dir, "contributions"))).toEqual(before);
  });
});

describe("withdrawing", () => {
  const tidy = actor(authors.tidy, "read", "propose");

  test("and restoring bring every file back byte for byte", async () => {
    const paths = ["contributions/tidy.yaml", "contributions/tidy.patch"];
    // Bytes that no text has survive too: the patch's file is moved, not written.
    writeFileSync(join(rig.dir, "contributions/tidy.yaml"), `${files["contributions/tidy.yaml"]}# \u{1faa8} \t \r\n`);
    await rig.live.refresh();
    const before = paths.map(text);
    const folder = readdirSync(join(rig.dir, "contributions"));
    await withdrawThrough(rig.live, tidy, "tidy");
    expect(paths.some((path) => existsSync(join(rig.dir, path)))).toBe(false);
    expect(await ids({ state: "withdrawn" })).toEqual(["tidy"]);
    expect(await ids()).not.toContain("tidy");
    expect(await readContribution(rig.live, tidy, "tidy")).toMatchObject({
      state: "withdrawn",
      title: "Tidy",
      mine: true,
      file: { text: before[0]?.toString() },
    });
    const again = newContribution.parse({ id: "tidy", area: "data", set: { "eval.clean": 1 } });
    await expect(proposeThrough(rig.live, ada, again)).rejects.toMatchObject(failing("conflict"));
    expect(await restoreThrough(rig.live, tidy, "tidy")).toEqual({ id: "tidy", file: "contributions/tidy.yaml" });
    expect(paths.map(text)).toEqual(before);
    expect(readdirSync(join(rig.dir, "contributions"))).toEqual(folder);
    expect(existsSync(join(rig.dir, ".cairn/withdrawn/tidy"))).toBe(false);
    expect(await ids()).toContain("tidy");
  });

  test("is for its authors and admins, and leaves alone what others need", async () => {
    await expect(withdrawThrough(rig.live, ada, "tidy")).rejects.toMatchObject(failing("forbidden"));
    await expect(withdrawThrough(rig.live, admin, "wide")).rejects.toMatchObject(failing("conflict"));
    await withdrawThrough(rig.live, admin, "tidy");
    await expect(restoreThrough(rig.live, ada, "tidy")).rejects.toMatchObject(failing("forbidden"));
    await withdrawThrough(rig.live, admin, "wide");
    // What it requires is gone meanwhile.
    await expect(restoreThrough(rig.live, tidy, "tidy")).rejects.toMatchObject(failing("invalid"));
    expect(existsSync(join(rig.dir, "contributions/tidy.yaml"))).toBe(false);
    await restoreThrough(rig.live, admin, "wide");
    await restoreThrough(rig.live, tidy, "tidy");
    expect(await ids()).toContain("tidy");
  });

  test("keeps a patch that another contribution has too, and a file that took the name", async () => {
    writeFileSync(
      join(rig.dir, "contributions/twin.yaml"),
      "title: Twin\nby: [k]\narea: data\nwhy: x\npatch: contributions/tidy.patch\n",
    );
    await rig.live.refresh();
    await withdrawThrough(rig.live, admin, "tidy");
    expect(existsSync(join(rig.dir, "contributions/tidy.patch"))).toBe(true);
    writeFileSync(join(rig.dir, "contributions/tidy.yml"), "mine");
    await expect(restoreThrough(rig.live, admin, "tidy")).rejects.toMatchObject(failing("conflict"));
    rmSync(join(rig.dir, "contributions/tidy.yml"));
    await restoreThrough(rig.live, admin, "tidy");
    expect(await ids()).toContain("tidy");
  });

  test("touches nothing by an id that is a path", async () => {
    for (const id of ["../cairn", "../../x", "..", "", "a/b", "tidy.yaml", "__proto__"]) {
      await expect(withdrawThrough(rig.live, admin, id)).rejects.toMatchObject(failing("not-found"));
      await expect(restoreThrough(rig.live, admin, id)).rejects.toMatchObject(failing("not-found"));
      expect(() => withdraw(rig.live.session.loaded, id)).toThrow(CairnError);
      await expect(restore(rig.dir, id)).rejects.toMatchObject(failing("not-found"));
    }
    expect(existsSync(join(rig.dir, "cairn.yaml"))).toBe(true);
  });
});

test("the lab is told in its own words", () => {
  expect(readLab(rig.live, ada)).toMatchObject({
    name: "small",
    scale: "full",
    scales: ["proxy", "full"],
    objectives: [{ name: "loss", matters: "1", guardrail: "5%", inUnits: null }],
    policy: { blind: true, budget: ["40 runs", "2.5 GPU-hours"] },
    diagnostics: [],
  });
});

test("the recipe says of each stage what became of it", async () => {
  await rig.run(null, [[], 1], [[], 2], [["wide"], 1], [["crash"], 1]);
  const { stages } = await readRecipe(rig.live);
  const [train, evaluate] = stages;
  expect(train).toMatchObject({
    ...{ stage: "train", needs: [], seeded: true, changedBy: ["tidy"] },
    ...{ executed: 2, reused: 2, failed: 0, cached: 2, running: 0 },
    lastWhy: { lines: [expect.any(String)] },
  });
  expect(train?.seconds?.low).toBeLessThanOrEqual(train?.seconds?.high ?? 0);
  expect(train?.savedCoreSeconds).toBeGreaterThan(0);
  expect(evaluate).toMatchObject({
    ...{ stage: "eval", needs: ["train"], objectives: ["loss"], executed: 3, reused: 0, failed: 1, cached: 3 },
    changedBy: expect.arrayContaining(["wide", "mixer", "crash"]),
    lastWhy: { lines: expect.arrayContaining(["parameter clean changed from 0 to 13"]) },
  });
});
