import { describe, expect, it } from "vitest";
import { type ContributionRow, contributionRow } from "../../../../../src/api/contributions.ts";
import { reportOf } from "../report.test-util.ts";
import { groupsOf, namedSet, obstaclesOf, setOf, whatIfPath } from "./choice.ts";

const member = (level: string, contribution: string, area: string) => ({
  level,
  contribution,
  title: level,
  by: [],
  area,
  why: "",
  change: [],
  verdict: { kind: "landed" as const, landing: 1 },
});

const report = reportOf({
  recommended: ["rate:low", "muon"],
  contributions: [
    member("rate:low", "rate", "optimization"),
    member("rate:high", "rate", "optimization"),
    member("muon", "muon", "optimization"),
    member("adam", "adam", "optimization"),
    member("filter", "filter", "data"),
  ],
});

const row = (id: string, parts: Partial<ContributionRow>) =>
  contributionRow.parse({
    ...{ id, title: id, area: "", why: "", by: [], blind: false, mine: false, state: "measuring", levels: [] },
    ...{
      worth: null,
      requires: [],
      conflicts: [],
      blockedBy: null,
      obstacle: null,
      runs: 0,
      coreSeconds: 0,
      toDecide: null,
    },
    ...{ comments: 0, proposedAt: null },
    ...parts,
  });
const rows = [row("muon", { conflicts: ["adam"] }), row("filter", { requires: ["rate"] }), row("adam", {})];

describe("groupsOf", () => {
  it("puts what cannot be together into one factor: a contribution's levels, and what conflicts from either side", () => {
    const groups = groupsOf(report, rows).map(({ area, factors }) => ({
      area,
      factors: factors.map((factor) => factor.map(({ level }) => level)),
    }));
    expect(groups).toEqual([
      { area: "data", factors: [["filter"]] },
      {
        area: "optimization",
        factors: [
          ["rate:low", "rate:high"],
          ["muon", "adam"],
        ],
      },
    ]);
  });
});

describe("obstaclesOf", () => {
  const choices = groupsOf(report, rows).flatMap(({ factors }) => factors.flat());
  const choice = (level: string) => choices.filter((it) => it.level === level);

  it("are what is in the set and cannot be with it, and what it needs and is not there", () => {
    expect(choice("rate:high").map((it) => obstaclesOf(it, ["rate:low"], report))).toEqual([
      { conflicts: ["rate:low"], missing: [] },
    ]);
    expect(choice("filter").map((it) => obstaclesOf(it, [], report))).toEqual([{ conflicts: [], missing: ["rate"] }]);
    expect(choice("filter").map((it) => obstaclesOf(it, ["rate:high"], report))).toEqual([
      { conflicts: [], missing: [] },
    ]);
  });
});

describe("the set in the URL", () => {
  it("is the recommended one where none is named, and can be empty", () => {
    expect(setOf(report, [])).toEqual(["rate:low", "muon"]);
    expect(namedSet(report, ["muon", "rate:low"])).toEqual([]);
    for (const set of [[], ["muon"], ["filter", "adam"]]) expect(setOf(report, namedSet(report, set))).toEqual(set);
  });

  it("is linked to", () => {
    expect(new URLSearchParams(whatIfPath(["rate:low", "muon"]).split("?")[1]).get("set")).toBe("rate:low,muon");
    expect(whatIfPath([])).toBe("/evidence?show=what-if&set=-");
  });
});
