import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Combination } from "../../src/contribution/contribution.ts";
import { commonModel } from "./common-model.ts";
import { curveOf, difference, firstAt, grid } from "./compare.ts";
import { type Job, jobsOf, type Replay, rowsOf, type Settings } from "./jobs.ts";
import type { Method, Problem } from "./method.ts";
import { methodNamed } from "./methods.ts";
import { whatOptunaLacks } from "./optuna.ts";
import { runAll } from "./pool.ts";
import { type Curve, type Point, replay } from "./replay.ts";
import { type Subject, subjectsOf } from "./scenarios.ts";
import { scoreOf } from "./score.ts";
import { createStamp } from "./stamp.ts";
import { openReplays } from "./store.ts";
import { showingsOf, summarise } from "./summary.ts";
import { readTables } from "./tables.ts";
import { upperBound } from "./text.ts";
import { judge, type World } from "./world.ts";

const folder = mkdtempSync(join(tmpdir(), "cairn-replays-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Three switches; the third is worth 2, the others 1; nothing with all three can be built. */
const world: World = {
  label: "w",
  levels: [2, 2, 2],
  objectives: [{ name: "y", sign: 1, matters: 0.1, guardrail: null, weight: 1 }],
  feasible: (x) => x.join() !== "1,1,1",
  measure: (x, seed) => [gain(x) + seed / 1000],
  judge: (x) => judge(x, gain(x), 3, false),
  pipeline: null,
};
const gain = ([a = 0, b = 0, c = 0]: Combination) => a + b + 2 * c;

/** Asks for these runs in turn, then repeats the last; lands what it was last told of. */
function script(runs: readonly Combination[]): Method {
  return {
    name: "script",
    start: () => {
      let next = 0;
      let last: Combination = [0, 0, 0];
      return {
        ask: (count) =>
          Array.from({ length: count }, () => ({ x: runs[Math.min(next, runs.length - 1)] ?? [], seed: ++next + 1 })),
        tell: ({ x }) => {
          last = x;
        },
        recommend: () => last,
      };
    },
  };
}

const limits = { runs: 4, cost: Number.POSITIVE_INFINITY, batch: 1 };

describe("a replay", () => {
  test("starts from the baseline's run and judges every recommendation", async () => {
    const [curve] = await replay(
      world,
      script([
        [1, 0, 0],
        [0, 1, 1],
        [0, 0, 1],
      ]),
      limits,
    );
    expect(curve?.map(({ fraction }) => fraction)).toEqual([0, 1 / 3, 1, 2 / 3]);
    expect(curve?.map(({ cost }) => cost)).toEqual([1, 2, 3, 4]);
  });

  test("ends at its limits, the last batch cut short", async () => {
    const asked: number[] = [];
    const watched = script([[1, 0, 0]]);
    const start: Method["start"] = (problem, seed) => {
      const player = watched.start(problem, seed);
      const ask = (count: number) => {
        asked.push(count);
        return player.ask(count);
      };
      return { ...player, ask };
    };
    const [curve] = await replay(world, { name: "watched", start }, { ...limits, runs: 6, batch: 3 });
    expect([curve?.length, asked]).toEqual([6, [3, 2]]);
  });

  test("in a pipeline, a batch pays for a shared stage once", async () => {
    const staged: World = { ...world, pipeline: { costs: [0.25, 0.75], prefixes: [[0], [0, 1, 2]] } };
    const both = (seed: number): Method => ({
      name: "both",
      start: () => ({
        ask: () => [
          { x: [1, 0, 0], seed },
          { x: [1, 1, 0], seed },
        ],
        tell: () => {},
        recommend: () => [0, 0, 0],
      }),
    });
    const [curve] = await replay(staged, both(1), { runs: 99, cost: 2.75, batch: 2 });
    expect(curve?.map(({ cost }) => cost)).toEqual([1, 2, 2.75]);
  });

  test("a method that breaks the rules is named", async () => {
    await expect(replay(world, script([[1, 1, 1]]), limits)).rejects.toThrow("script asked for 1,1,1, which cannot");
    const idle: Method = { name: "idle", start: () => ({ ask: () => [], tell: () => {}, recommend: () => [0, 0, 0] }) };
    await expect(replay(world, idle, limits)).rejects.toThrow("idle asked for 0 runs of 1 (w)");
    const wild: Method = { name: "wild", start: () => ({ ask: () => [], tell: () => {}, recommend: () => [1, 1, 1] }) };
    await expect(replay(world, wild, limits)).rejects.toThrow("wild recommends 1,1,1, which cannot be built");
  });

  test("the common model chooses among what the method measured, whatever the method would land", async () => {
    const runs = [
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 1],
      [1, 1, 0],
      [0, 1, 0],
    ];
    const [own, model] = await replay(world, script(runs), { ...limits, runs: 6 }, (problem: Problem) => [
      commonModel(problem, new Set()),
    ]);
    expect(own?.at(-1)?.fraction).toBeCloseTo(1 / 3, 12);
    expect(model?.at(-1)?.fraction).toBe(1);
  });
});

test("the score: gains over what matters, a breach loses five to ten effects, divergence has none", () => {
  const objectives = [
    { name: "q", sign: -1, matters: 2, guardrail: null, weight: 3 },
    { name: "g", sign: 1, matters: 1, guardrail: 4, weight: 0 },
  ] as const;
  expect(scoreOf({ objectives }, [6, 100], [10, 104])).toBe(6);
  expect(scoreOf({ objectives }, [6, 98], [10, 104])).toBe(6 - 150);
  expect(scoreOf({ objectives }, [6, 0], [10, 104])).toBe(6 - 200);
  expect(scoreOf({ objectives }, [6, Number.NaN], [10, 104])).toBeNaN();
});

describe("summaries", () => {
  const point = (fraction: number, rest: Partial<Point> = {}): Point => ({
    cost: 0,
    fraction,
    violates: false,
    lands: fraction !== 0,
    falsely: fraction < 0,
    ...rest,
  });
  const flat = (fractions: readonly number[]): Curve =>
    fractions.map((fraction, i) => point(fraction, { cost: i + 1 }));
  const subject = (name: string, dense: boolean, factors = 2): Subject => ({
    scenario: "A",
    panel: "A",
    name,
    dense,
    factors,
    parts: [],
    worldOf: () => world,
  });
  const of = (table: string, method: string, curves: readonly Curve[]): Replay[] =>
    curves.map((curve, repeat) => ({ scenario: "A", table, repeat, method, curve }));
  const constant = (value: number, runs = 8) => flat(Array.from({ length: runs }, () => value));

  test("median of repeats, mean of tables; the mean; the worst table", () => {
    const replays = [
      ...of(
        "t",
        "m",
        [0, 0.2, 1].map((value) => constant(value)),
      ),
      ...of(
        "u",
        "m",
        [-1, 0.4, 0.6].map((value) => constant(value)),
      ),
    ];
    const showings = showingsOf(replays, [subject("t", true), subject("u", false)]);
    expect(showings.map(({ subset, tables }) => [subset, tables.length])).toEqual([
      ["all", 2],
      ["dense", 1],
    ]);
    const [all, dense] = showings.map((showing) => summarise(showing).at(-1));
    expect(all).toMatchObject({ at: 4, tables: 2, repeats: 3, violations: 0 });
    expect(all?.median).toBeCloseTo(0.3, 12);
    expect(all?.mean).toBeCloseTo((0.4 + 0) / 2, 12);
    expect(all?.worst).toBeCloseTo(0, 12);
    expect(all?.false_landings).toBeCloseTo(1 / 6, 12);
    expect(all?.landings).toBeCloseTo((2 / 3 + 2 / 3) / 2, 12);
    expect(dense).toMatchObject({ subset: "dense", median: 0.2, tables: 1 });
    expect(dense?.worst).toBeCloseTo(0.4, 12);
  });

  test("moments: ⌈at N⌉ runs; in a pipeline, what so much cost has bought; an ended curve stays", () => {
    const rising = flat([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1]);
    const [plain] = showingsOf(of("t", "m", [rising]), [subject("t", false, 3)]).map(summarise);
    expect(plain?.map(({ mean }) => mean)).toEqual([0.1, 0.2, 0.5, 1]);
    const cheap = [1, 1.5, 2.9, 3.2, 6].map((cost, i) => point(i / 10, { cost }));
    const staged = of("t", "m", [cheap]).map((replayed): Replay => ({ ...replayed, scenario: "staged" }));
    const [paid] = showingsOf(staged, [{ ...subject("t", false, 3), scenario: "staged" }]).map(summarise);
    expect(paid?.map(({ mean }) => mean)).toEqual([0.1, 0.2, 0.4, 0.4]);
  });

  test("where a curve first reaches a level, straight between grid points", () => {
    const curve = grid.map((at) => Math.min(1, at / 2));
    expect(firstAt(curve, 0.95)).toBeCloseTo(1.9, 12);
    expect(firstAt(curve, 0.01)).toBe(grid[0]);
    expect(firstAt(curve, 1.01)).toBeNull();
    const [showing] = showingsOf(of("t", "m", [constant(0.5)]), [subject("t", false)]);
    if (showing === undefined) throw new Error("no showing");
    expect(curveOf(showing, "median")).toEqual(grid.map(() => 0.5));
  });

  test("differences are paired: what tables and repeats have in common drops out", () => {
    const base = [0.1, 0.5, 0.9, 0.3];
    const replays = ["t", "u"].flatMap((table, t) => [
      ...of(
        table,
        "cairn",
        base.map((value) => constant(value / (t + 1) + 0.2)),
      ),
      ...of(
        table,
        "other",
        base.map((value) => constant(value / (t + 1))),
      ),
    ]);
    const showings = showingsOf(replays, [subject("t", false), subject("u", false)]);
    const [cairn, other] = ["cairn", "other"].map((method) => showings.find((showing) => showing.method === method));
    if (cairn === undefined || other === undefined) throw new Error("no showing");
    const gap = difference(cairn, other, 1);
    for (const value of Object.values(gap)) expect(value).toBeCloseTo(0.2, 12);
    const apart = showingsOf(
      [
        ...of(
          "t",
          "cairn",
          base.map((v) => constant(v)),
        ),
        ...of(
          "t",
          "other",
          base.toReversed().map((v) => constant(v)),
        ),
      ],
      [subject("t", false)],
    );
    const [a, b] = [apart[0], apart[1]];
    if (a === undefined || b === undefined) throw new Error("no showing");
    expect(difference(a, b, 1).high - difference(a, b, 1).low).toBeGreaterThan(0.2);
  });

  test("so few of so many: the bound at which that is one in twenty", () => {
    expect(upperBound(0, 1000)).toBeCloseTo(1 - 0.05 ** (1 / 1000), 8);
    expect(upperBound(3, 3)).toBe(1);
    // Clopper–Pearson, one-sided 95%, 2 of 20.
    expect(upperBound(2, 20)).toBeCloseTo(0.2826, 3);
  });
});

describe("on disk and on all cores", () => {
  const factors = { a: ["0", "1"], b: ["0", "1", "2"], c: ["0", "1"] };
  const lines = [0, 1].flatMap((a) =>
    [0, 1, 2].flatMap((b) => [0, 1].map((c) => `${a},${b},${c},${a * b - c + 0.1 * b}`)),
  );
  const settings: Settings = { seed: "s", kappa: null, batch: 2, diverge: false };

  function prepare(): { readonly subjects: readonly Subject[]; readonly jobs: readonly Job[] } {
    const made = mkdtempSync(join(folder, "t-"));
    writeFileSync(join(made, "meta.json"), JSON.stringify({ small: { factors, objectives: { y: "max" } } }));
    writeFileSync(join(made, "small.csv"), ["a,b,c,obj:y", ...lines].join("\n"));
    prepared = made;
    const subjects = subjectsOf(readTables(made), ["A", "staged"], null);
    return { subjects, jobs: jobsOf(subjects, ["cairn", "random", "cairn-blind"], 2, true) };
  }
  let prepared = "";

  test("every method has a job where it enters, the common model only a peer", () => {
    const { jobs } = prepare();
    const rows = jobs
      .filter(({ repeat }) => repeat === 0)
      .flatMap((job) => rowsOf(job).map((row) => `${job.scenario} ${row}`));
    expect(rows.toSorted()).toEqual(
      [
        ...["A cairn", "A random", "A random+model"],
        ...["staged cairn", "staged cairn-blind", "staged random", "staged random+model"],
      ].toSorted(),
    );
    expect(methodNamed("cairn").entrantIn("null", "").name).toBe("cairn");
    expect(() => methodNamed("nobody")).toThrow("no method nobody");
  });

  test("one thread or three: the same replays", async () => {
    const { jobs } = prepare();
    const errand = { tables: prepared, only: [], scenarios: ["A", "staged"] as const, settings, python: "" };
    const played = async (threads: number): Promise<unknown[]> => {
      const made: unknown[] = [];
      await runAll(errand, jobs, threads, (index, replays) => {
        made[index] = replays;
      });
      return made;
    };
    const alone = await played(1);
    expect(alone).toHaveLength(jobs.length);
    expect(await played(3)).toEqual(alone);
  });

  test("finished replays are found again, a broken line and other settings are not", () => {
    const { subjects, jobs } = prepare();
    const [subject] = subjects;
    const [job, other] = jobs;
    if (subject === undefined || job === undefined || other === undefined) throw new Error("no jobs");
    const stamp = createStamp(settings)(subject);
    expect(createStamp({ ...settings, batch: 3 })(subject)).not.toBe(stamp);
    expect(createStamp(settings)({ ...subject, parts: [] })).not.toBe(stamp);

    const curve: Curve = [{ cost: 1, fraction: 0.25, violates: true, lands: false, falsely: true }];
    const replays = [{ scenario: job.scenario, table: job.table, repeat: job.repeat, method: "m", curve }];
    openReplays(folder).add(job, stamp, replays);
    appendFileSync(join(folder, "replays.jsonl"), '{"stamp":"');
    openReplays(folder).add(other, stamp, replays);
    const store = openReplays(folder);
    expect(store.find(job, stamp)).toEqual(replays);
    expect(store.find(other, stamp)).not.toBeNull();
    expect(store.find(job, "another")).toBeNull();
    expect(readFileSync(join(folder, "replays.jsonl"), "utf8").split("\n")).toHaveLength(4);
  });

  test("a Python that is not there is said so, with what to do", () => {
    expect(whatOptunaLacks(join(folder, "no-python"))).toMatch(/no-python cannot be started; install Python 3/);
  });
});
