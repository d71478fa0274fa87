import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareQuery, curveQuery, groupQuery, logQuery, runQuery, run as runSchema } from "../../src/api/runs.ts";
import { compareRuns } from "../../src/app/read/comparison.ts";
import { readCurves } from "../../src/app/read/curves.ts";
import { openFile } from "../../src/app/read/files.ts";
import { groupRuns } from "../../src/app/read/groups.ts";
import { readLog } from "../../src/app/read/logs.ts";
import { readRun } from "../../src/app/read/run.ts";
import { listRuns } from "../../src/app/read/runs.ts";
import type { CurveBlock, Store } from "../../src/store/store.ts";
import { openRig, type Rig } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
  await rig.run(
    null,
    ...([1, 2, 3] as const).map((seed) => [[], seed] as const),
    ...([1, 2] as const).map((seed) => [["wide"], seed] as const),
    [["wide", "tidy"], 1],
    [["mixer=bad"], 1],
    [["crash"], 1],
  );
  await rig.run("proxy", [[], 1]);
});
afterAll(() => rig.close());

const list = (asked: Record<string, unknown> = {}) => listRuns(rig.live, runQuery.parse(asked));
const groups = async (by: string) => (await groupRuns(rig.live, groupQuery.parse({ by }))).groups;
/** The one run of these levels, at a seed. */
const idOf = async (levels: readonly string[], seed = 1, scale = "full") => {
  const { items } = await list();
  const found = items.find((run) => run.levels.join() === levels.join() && run.seed === seed && run.scale === scale);
  if (found === undefined) throw new Error(`no run of ${levels}`);
  return found.id;
};

describe("the list of runs", () => {
  test("has everything, newest first, and each run's place to the lab", async () => {
    const { items, total, next } = await list();
    expect([items.length, total, next]).toEqual([9, 9, null]);
    expect(items[0]).toMatchObject({
      levels: [],
      scale: "proxy",
      state: "done",
      why: "asked for by hand",
      counts: true,
      progress: { done: 2, of: 2, reused: 1 },
      current: null,
    });
    expect(items.find(({ levels }) => levels[0] === "crash")).toMatchObject({
      state: "failed",
      values: {},
      counts: null,
    });
  });

  test("is sorted by an objective with what diverged and what is missing last", async () => {
    for (const sort of ["loss", "-loss"]) {
      const { items } = await list({ sort });
      const values = items.map(({ values: { loss } }) => loss);
      expect(values.slice(-2)).toEqual(["NaN", undefined]);
      const numbers = values.filter((value) => typeof value === "number");
      expect(numbers).toEqual(numbers.toSorted((a, b) => (sort === "loss" ? a - b : b - a)));
    }
    await expect(list({ sort: "lost" })).rejects.toMatchObject({ failure: { kind: "usage" } });
  });

  test("is filtered by everything it shows", async () => {
    const count = async (asked: Record<string, unknown>) => (await list(asked)).total;
    expect(await count({ level: "wide" })).toBe(3);
    expect(await count({ level: "wide,tidy" })).toBe(1);
    expect(await count({ level: "baseline" })).toBe(4);
    expect(await count({ seed: "2,3" })).toBe(3);
    expect(await count({ scale: "proxy" })).toBe(1);
    expect(await count({ state: "failed" })).toBe(1);
    expect(await count({ purpose: "confirm" })).toBe(0);
    expect(await count({ q: "MIXER" })).toBe(1);
    expect(await count({ q: "by hand", state: "done" })).toBe(8);
  });

  test("walked in pages is the same list, also when runs are added between", async () => {
    const whole = (await list({ sort: "seed" })).items.map(({ id }) => id);
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 20; page++) {
      const { items, next } = await list({ sort: "seed", limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...items.map(({ id }) => id));
      if (next === null) break;
      cursor = next;
      if (page === 1) await rig.run(null, [["wide"], 9]);
    }
    const added = await idOf(["wide"], 9);
    expect(seen.filter((id) => id !== added)).toEqual(whole);
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe("groups", () => {
  test("have mean and standard deviation of what is finite, and count what diverged", async () => {
    const byCombination = await groups("combination");
    const baseline = byCombination.find(({ key }) => key === "baseline");
    const { items } = await list({ level: "baseline", scale: "full" });
    const losses = items.flatMap(({ values: { loss } }) => (typeof loss === "number" ? [loss] : []));
    const mean = losses.reduce((a, b) => a + b, 0) / 3;
    const sd = Math.sqrt(losses.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 2);
    expect(baseline).toMatchObject({ levels: [], runs: 3 });
    expect(baseline?.values.loss).toMatchObject({
      mean: expect.closeTo(mean),
      sd: expect.closeTo(sd),
      n: 3,
      diverged: 0,
    });
    expect(byCombination.find(({ key }) => key === "mixer=bad")?.values.loss).toEqual({
      mean: null,
      sd: null,
      n: 0,
      diverged: 1,
    });
    expect(byCombination.find(({ key }) => key === "baseline (proxy)")?.runs).toBe(1);
  });

  test("are by a contribution with and without it", async () => {
    const found = new Map((await groups("mixer")).map(({ key, runs }) => [key, runs]));
    expect(found.get("mixer=bad")).toBe(1);
    expect(found.get("without mixer")).toBeGreaterThan(5);
    await expect(groups("nobody")).rejects.toMatchObject({ failure: { kind: "usage" } });
  });
});

test("a comparison says in what runs differ, and in how much they do not", async () => {
  const run = [await idOf([]), await idOf(["tidy", "wide"]), await idOf([], 1, "proxy")];
  const { runs, differences, same, curves } = await compareRuns(rig.live, compareQuery.parse({ run }));
  expect(runs.map(({ id }) => id)).toEqual(run);
  const found = new Map(differences.map(({ key, values }) => [key, values]));
  expect(found.get("eval.width")).toEqual([1, 2, 1]);
  expect(found.get("eval.opt.lr")).toEqual([1, 3, 1]);
  expect(found.get("train.steps")).toEqual([4, 4, 1]);
  expect(found.get("contribution tidy")).toEqual([null, true, null]);
  const [plain, patched, proxy] = found.get("file train.sh") ?? [];
  expect([plain === patched, plain === proxy]).toEqual([false, true]);
  expect(found.has("file eval.sh")).toBe(false);
  expect(same).toBeGreaterThan(2);
  expect(curves).toContainEqual({ stage: "train", name: "train_loss", runs: 3 });
  await expect(compareRuns(rig.live, compareQuery.parse({ run: "none" }))).rejects.toMatchObject({
    failure: { kind: "not-found" },
  });
});

describe("curves", () => {
  const curves = (asked: Record<string, unknown>) =>
    readCurves(rig.live, curveQuery.parse({ stage: "train", ...asked }), new AbortController().signal);

  test("are told point by point, with what diverged marked, along each axis", async () => {
    const run = await idOf([]);
    const byStep = await curves({ run, name: "train_loss" });
    expect(byStep.series[0]).toMatchObject({
      run,
      x: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      mean: [20, 19, 18, 17, 16, 15, 14, 13, 12, 11, null],
      marks: [{ x: 10, value: "NaN" }],
      count: 11,
      sampled: false,
    });
    const byTokens = await curves({ run, name: "train_loss", axis: "tokens", from: 100, to: 300 });
    expect(byTokens.series[0]).toMatchObject({ x: [100, 200, 300], mean: [19, 18, 17] });
    const byTime = await curves({ run, name: "train_loss", axis: "time" });
    expect(byTime.series[0]?.x[0]).toBe(0);
    expect(byTime.series[0]?.x.every((x) => x >= 0 && x < 60)).toBe(true);
  });

  test("that diverged early and went on for millions of points are looked at once, and marked in every bucket", async () => {
    const { live } = rig;
    const [size, count, end] = [16, 2_100_000, 1_000_000];
    const odd = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
    const steps = Float64Array.from({ length: count }, (_, i) => i);
    const values = steps.map((i) => (i < end ? 1 : (odd[i % 3] ?? 0)));
    const blocks = Array.from({ length: count / size }, (_, number): CurveBlock => {
      const finite = number * size < end ? size : 0;
      const each = finite > 0 ? 1 : null;
      const extent = { least: number * size, most: number * size + size - 1 };
      return { number, steps: extent, times: null, count: size, finite, min: each, max: each, mean: each };
    });
    const store: Store = {
      ...live.session.store,
      summariseMetrics: async () => blocks,
      readMetrics: async (_attempt, _name, { first, last } = { first: 0, last: blocks.length - 1 }) => ({
        steps: steps.subarray(first * size, (last + 1) * size),
        values: values.subarray(first * size, (last + 1) * size),
        times: null,
      }),
    };
    const asked = curveQuery.parse({ stage: "train", run: await idOf([]), name: "x", points: 500 });
    // Every mark for every block would be seventy thousand million looks.
    const found = await readCurves(
      { ...live, session: { ...live.session, store } },
      asked,
      new AbortController().signal,
    );
    const [series] = found.series;
    expect(series).toMatchObject({ count, sampled: true });
    const marks = series?.marks ?? [];
    expect(marks.slice(0, 3)).toEqual([
      { x: end, value: "-Infinity" },
      { x: end + 1, value: "NaN" },
      { x: end + 2, value: "Infinity" },
    ]);
    const diverged = (series?.x ?? []).filter((middle) => middle + count / 1000 > end).length;
    expect(diverged).toBeGreaterThan(250);
    expect(marks).toHaveLength(3 * diverged);
  });

  test("that a run has not are missing", async () => {
    const run = [await idOf([]), await idOf(["crash"]), "none"].join();
    expect((await curves({ run, name: "train_loss" })).missing).toEqual(["none"]);
    expect((await curves({ run, name: "nothing" })).missing).toHaveLength(3);
    expect((await curves({ run, name: "train_loss", stage: "eval" })).missing).toHaveLength(3);
  });
});

describe("one run", () => {
  test("says what each stage was made of, why it was executed, and what came of it", async () => {
    const run = runSchema.parse(await readRun(rig.live, await idOf(["wide"])));
    const [train, evaluated] = run.stages;
    expect(train).toMatchObject({
      stage: "train",
      reused: true,
      explanation: [expect.stringMatching(/^nothing that makes it what it is has changed since run r\w+ executed it$/)],
      params: { steps: 4 },
      files: [
        { path: "deep/file.txt", bytes: 6 },
        { path: "deep/link", bytes: expect.any(Number) },
        { path: "model", bytes: expect.any(Number) },
      ],
    });
    expect(evaluated).toMatchObject({
      reused: false,
      command: "sh eval.sh 2 0",
      params: { width: 2, clean: 0, "opt.lr": 3 },
      explanation: expect.arrayContaining(["parameter width changed from 1 to 2"]),
      metrics: { loss: run.values.loss },
    });
    expect(run.reproduce).toBe("cairn run wide --seed 1");
  });

  test("is reproduced by what it says", async () => {
    const reproduce = async (...of: Parameters<typeof idOf>) => (await readRun(rig.live, await idOf(...of))).reproduce;
    expect(await reproduce([], 3)).toBe("cairn run baseline --seed 3");
    expect(await reproduce([], 1, "proxy")).toBe("cairn run baseline --seed 1 --scale proxy");
    expect(await reproduce(["mixer=bad"])).toBe("cairn run mixer=bad --seed 1");
  });

  test("that crashed says how, and has its log", async () => {
    const id = await idOf(["crash"]);
    const run = await readRun(rig.live, id);
    expect(run.stages[1]).toMatchObject({
      state: "failed",
      failure: expect.stringContaining("exited with 3"),
      files: [],
    });
    const log = await readLog(rig.live, { run: id, stage: "eval" }, logQuery.parse({}));
    expect(log).toMatchObject({ text: "broken\n", offset: 0, over: true });
  });

  test("is not there when it is not", async () => {
    for (const id of ["none", "__proto__", ""])
      await expect(readRun(rig.live, id)).rejects.toMatchObject({ failure: { kind: "not-found" } });
  });
});

test("a log is read in pieces that begin and end at characters", async () => {
  const run = await idOf([]);
  const read = (asked: Record<string, unknown>) => readLog(rig.live, { run, stage: "train" }, logQuery.parse(asked));
  expect(await read({})).toEqual({ text: "训练 done\n", offset: 0, next: 12, size: 12, over: true });
  expect(await read({ tail: 8 })).toMatchObject({ text: " done\n", offset: 6 });
  expect(await read({ offset: 3 })).toMatchObject({ text: "练 done\n", offset: 3, next: 12 });
  await expect(readLog(rig.live, { run, stage: "nothing" }, logQuery.parse({}))).rejects.toMatchObject({
    failure: { kind: "not-found" },
  });
});

describe("a file of a stage", () => {
  const read = async (path: string, stage = "train") => {
    const run = await idOf([]);
    return new Response(await openFile(rig.live, { run, stage }, path)).text();
  };

  test("is handed out as it is in the cache", async () => {
    expect(await read("deep/file.txt")).toBe("inner\n");
    expect(await read("deep/link")).toBe(await read("model"));
    expect(JSON.parse(await read("metrics.json", "eval"))).toHaveProperty("loss");
  });

  test("is not found by a path that leaves its directory, in whatever way", async () => {
    writeFileSync(join(rig.dir, "secret"), "secret");
    const outside = ["../../../secret", "/etc/passwd", join(rig.dir, "secret"), "..", ".", "", "deep", "deep/../../x"];
    const odd = ["model\0", "\0", "deep//../../../../secret", "..\\..\\secret", "model/x", "%2e%2e/secret"];
    for (const path of [...outside, ...odd])
      await expect(read(path)).rejects.toMatchObject({ failure: { kind: "not-found" } });
    await expect(read("model", "__proto__")).rejects.toMatchObject({ failure: { kind: "not-found" } });
  });
});
