import { describe, expect, test } from "vitest";
import { sha256 } from "../base/digest.ts";
import type { Landing } from "../release/landing.ts";
import type { RunRow } from "../store/store.ts";
import type { PastRun } from "./history.ts";
import { earlierTrials } from "./trials.ts";

const day = 24 * 3600 * 1000;
const dayOne = Date.UTC(2026, 0, 1);

function row(recipe: string, at: number, rest: Partial<RunRow> = {}): RunRow {
  return {
    id: `${recipe}-${at}-${rest.scale ?? "target"}`,
    levels: [],
    seed: 1001,
    scale: "target",
    purpose: "confirm",
    recipeDigest: sha256(recipe),
    origin: null,
    why: { kind: "confirm", pair: 1, side: "recommended" },
    owner: "o",
    stages: [],
    state: "done",
    createdAt: dayOne + at * day,
    finishedAt: null,
    coreSeconds: 0,
    gpuSeconds: 0,
    ...rest,
  };
}

function landing(number: number, at: number, candidate?: number): Landing {
  return {
    landing: number,
    at: new Date(dayOne + at * day).toISOString(),
    scale: "target",
    set: [],
    added: [],
    removed: [],
    gain: { utility: [0, 0, 0], objectives: {} },
    confirmation: { pairs: 5, e: 50, threshold: 33, ...(candidate !== undefined && { candidate }) },
    credit: {},
  };
}

const past = (run: RunRow, current: boolean): PastRun => ({ row: run, combination: [], current, results: new Map() });

describe("what has used the error budget before this search", () => {
  test("nothing in a new lab, and nothing by what this search tests itself", () => {
    expect(earlierTrials([], { rows: [], runs: [] })).toEqual({ tested: 0, landed: 0 });
    const now = row("a", 1);
    expect(earlierTrials([], { rows: [now], runs: [past(now, true)] })).toEqual({ tested: 0, landed: 0 });
  });

  test("sets of earlier baselines, each once, however many pairs it took; only the candidates' side counts", () => {
    const baseline = row("base", 1, { why: { kind: "confirm", pair: 1, side: "baseline" } });
    const search = row("s", 1, { purpose: "search", why: { kind: "baseline" } });
    const rows = [row("a", 1), row("a", 2), row("b", 3), baseline, search, row("c", 9)];
    const runs = rows.map((run) => past(run, true));
    expect(earlierTrials([landing(1, 5)], { rows, runs })).toEqual({ tested: 2, landed: 1 });
  });

  test("the same set against another baseline, at another scale or for an earlier state of the lab is another test", () => {
    const [before, now] = [row("a", 1), row("a", 9)];
    const proxy = row("a", 9, { scale: "proxy" });
    const stale = row("old", 8);
    const runs = [past(before, true), past(now, true), past(stale, false)];
    const rows = [before, now, proxy, stale];
    expect(earlierTrials([landing(1, 5)], { rows, runs })).toEqual({ tested: 3, landed: 1 });
  });

  test("a clone without the record goes on from what the newest landing says; older landings count themselves", () => {
    expect(earlierTrials([landing(1, 5), landing(2, 6, 7)], { rows: [], runs: [] })).toEqual({ tested: 7, landed: 2 });
    expect(earlierTrials([landing(1, 5), landing(2, 6)], { rows: [], runs: [] })).toEqual({ tested: 2, landed: 2 });
    // What was tested since adds to it.
    const stale = row("x", 9);
    const after = earlierTrials([landing(1, 5, 4)], { rows: [stale], runs: [past(stale, false)] });
    expect(after).toEqual({ tested: 5, landed: 1 });
  });

  test("a run that failed or was cancelled tested nothing", () => {
    const rows = [row("a", 1, { state: "failed" }), row("b", 1, { state: "cancelled" })];
    expect(earlierTrials([landing(1, 5, 1)], { rows, runs: [] })).toEqual({ tested: 1, landed: 1 });
  });
});
