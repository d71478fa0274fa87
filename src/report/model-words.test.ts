import { describe, expect, test } from "vitest";
import { decided, diverging, measuring } from "../../test/report/fixtures/samples.ts";
import type { Report } from "../api/report.ts";
import { fitWord, modelWarnings, outsideText, type ReportFit, worstText } from "./fit-words.ts";
import { doubtRows, fromTo, gainRow, gainSentence } from "./narrowing-view.ts";
import { isTold, type NoisePart, noiseSources, noiseSourcesNote, sourceText } from "./noise-words.ts";
import { sparkline } from "./sparkline.ts";

const report = measuring();
const fit: ReportFit = {
  objective: "val_bpb",
  state: "narrow",
  runs: 24,
  outside: 7,
  expected: 2.4,
  chance: 0.0075,
  worst: { run: "a", z: -3.14 },
  kurtosis: 3,
};

function withRuns(levels: readonly (readonly [string, string[], number])[], fits: readonly ReportFit[]): Report {
  const [run] = report.runs;
  if (run === undefined) throw new Error("the sample has no runs");
  return { ...report, fit: [...fits], runs: levels.map(([id, of, seed]) => ({ ...run, id, levels: of, seed })) };
}

describe("a model that does not fit", () => {
  test("is said with what was expected, how likely that is, and the run that would tell", () => {
    const runs = [
      ["a", ["muon", "rotary"], 1],
      ["b", ["rotary", "muon"], 2],
      ["c", [], 3],
    ] as const;
    const [warning] = modelWarnings(
      withRuns(
        [...runs].map(([id, of, seed]) => [id, [...of], seed]),
        [fit],
      ),
    );
    expect(warning).toEqual({
      text: "val_bpb: 7 of 24 runs lie outside their 90% leave-one-out interval (2.4 expected), which chance alone does in 1 of 130 labs. The model is surer of this objective than it may be: take what is close to the edge of its interval as open, and repeat a, the run farthest off.",
      command: "cairn run muon rotary --seeds 3",
    });
  });

  test("names the one run that is far off, the baseline's too, and asks for each repeat once", () => {
    const outlier: ReportFit = { ...fit, state: "outlier", worst: { run: "c", z: 5.26 } };
    const warnings = modelWarnings(withRuns([["c", [], 2]], [outlier, { ...outlier, objective: "cloze" }]));
    expect(warnings.map(({ text }) => text)).toEqual([
      "val_bpb: run c lies 5.3 standard deviations from what all the other runs say of it, farther than noise goes. See what that run did, then measure it again.",
      "cloze: run c lies 5.3 standard deviations from what all the other runs say of it, farther than noise goes. See what that run did, then measure it again.",
    ]);
    expect(warnings.map(({ command }) => command)).toEqual(["cairn run baseline --seeds 1", null]);
  });

  test("is not said of one that fits", () => {
    expect(modelWarnings(decided())).toEqual([]);
    expect([fitWord({ ...fit, state: "fits" }), fitWord(fit), fitWord({ ...fit, state: "outlier" })]).toEqual([
      "fits",
      "too sure",
      "one run far off",
    ]);
    expect(worstText(fit)).toBe("a, −3.1 sd");
    expect(worstText({ ...fit, worst: null })).toBe("");
    expect(outsideText(report, { ...fit, outside: 1, runs: 9, expected: 0.9 })).toBe(
      "1 of 9 runs lies outside its 90% leave-one-out interval (0.9 expected)",
    );
  });
});

describe("narrowing", () => {
  test("lists what is least known now, from the first count to the last", () => {
    const rows = doubtRows(report, 3);
    expect(rows).toHaveLength(3);
    const last = rows.map(({ sds }) => sds.at(-1) ?? 0);
    expect(last).toEqual(last.toSorted((a, b) => b - a));
    const most = Math.max(...(report.narrowing.at(-1)?.doubts ?? []).map(({ sd }) => sd));
    expect(last[0]).toBe(most);
    expect(rows[0]?.sds).toHaveLength(report.narrowing.length);
  });

  test("says what was believed first and what is believed now", () => {
    const step = (runs: number, mean: number, half: number) => ({
      runs,
      gain: { mean, low: mean - half, high: mean + half },
      doubt: half / 1.64,
      doubts: [],
    });
    const of = (...steps: readonly ReturnType<typeof step>[]) => gainSentence({ ...report, narrowing: [...steps] });
    expect(of(step(4, 3, 9), step(9, 20, 5), step(46, 27.8, 2.7))).toBe(
      "After 4 runs this set would have been believed to gain +3 (−6 to +12); after all 46 it is +27.8 utility (+25.1 to +30.5).",
    );
    expect(of(step(1, 3, 9))).toBe("After 1 run the set is believed to gain +3 utility (−6 to +12).");
    expect(of()).toBeNull();
    expect(gainSentence(diverging())).toBeNull();
    expect(gainRow(diverging())).toBeNull();
    expect(fromTo({ name: "muon", sds: [10.26, 4, 0.0523] })).toBe("±10 → ±0.052");
    expect(fromTo({ name: "muon", sds: [1.5] })).toBe("±1.5");
  });

  test("is a line of bars from zero to the largest", () => {
    expect(sparkline([0, 1, 2, 4, 7])).toBe("▁▂▃▅█");
    expect(sparkline([1, 2], 14)).toBe("▂▂");
    expect(sparkline([0, 0])).toBe("▁▁");
    expect(sparkline([9, -1], 7)).toBe("█▁");
  });
});

describe("the sources of noise", () => {
  const part = (source: NoisePart["source"], draws: number): NoisePart => ({
    source,
    sd: { mean: 1, low: 0.5, high: 2 },
    draws,
  });

  test("are named, and unknown where only one draw was seen", () => {
    const parts = [
      part({ kind: "own" }, 1),
      part({ kind: "seed" }, 1),
      part({ kind: "stages", stages: ["tokenizer", "pretrain"] }, 4),
    ];
    expect(parts.map(sourceText)).toEqual(["a run's own", "a seed's", "tokenizer and pretrain's"]);
    expect(parts.map(isTold)).toEqual([true, false, true]);
    const of = (some: readonly NoisePart[]): Report => ({
      ...report,
      noise: ["a", "b"].map((objective) => ({ objective, sd: 1, sampling: null, parts: [...some] })),
    });
    expect(noiseSources(of(parts))).toEqual(["a run's own", "a seed's", "tokenizer and pretrain's"]);
    expect(noiseSourcesNote(of(parts))).toContain("Unknown");
    expect(noiseSourcesNote(of(parts.slice(0, 1)))).not.toContain("Unknown");
  });
});
