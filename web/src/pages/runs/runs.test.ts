import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RunRow } from "../../../../src/api/runs.ts";
import { combinationText } from "./combination.ts";
import { chipsThatFit } from "./fit.ts";
import { membersOf } from "./grouping.ts";
import { firstPage, nextLimit, refreshed, stretchesOf, withPage } from "./pages.ts";
import { apiFilter, choices, isFiltered, nextSort, noFilter, parseQuery, type RunsQuery, writeQuery } from "./query.ts";
import { allToggled, extended, mostSelected, nothingSelected, toggled } from "./selection.ts";

const word = fc.stringMatching(/^[a-z][a-z0-9=_-]{0,12}$/);
const words = fc.uniqueArray(word, { maxLength: 4 });
const queries: fc.Arbitrary<RunsQuery> = fc.record({
  filter: fc.record({
    state: fc.subarray([...choices.state]),
    purpose: fc.subarray([...choices.purpose]),
    level: words,
    seed: fc.uniqueArray(fc.nat(99).map(String), { maxLength: 3 }),
    scale: words,
    q: fc.string({ maxLength: 20 }),
  }),
  sort: word,
  group: fc.oneof(fc.constant(""), word),
  columns: fc.option(words, { nil: null }),
  widths: fc.dictionary(word, fc.integer({ min: 40, max: 800 }), { maxKeys: 3 }),
  delta: fc.boolean(),
});

describe("the URL's query", () => {
  test("says all that the page shows, and is read as it was written", () => {
    fc.assert(
      fc.property(queries, (query) => {
        const read = parseQuery(new URLSearchParams(writeQuery(query).toString()));
        expect(read).toEqual({ ...query, widths: { ...query.widths } });
      }),
    );
  });

  test("is empty for the usual page", () => {
    expect(writeQuery(parseQuery(new URLSearchParams())).toString()).toBe("");
  });

  test("leaves out what the server would refuse", () => {
    const { filter, widths } = parseQuery(new URLSearchParams("state=done,eaten&seed=1,x&widths=id~90,seed~wide,~4"));
    expect(filter).toEqual({ ...noFilter, state: ["done"], seed: ["1"] });
    expect(widths).toEqual({ id: 90 });
    expect(apiFilter(noFilter)).toEqual({});
    expect(isFiltered(noFilter)).toBe(false);
    expect(isFiltered(filter)).toBe(true);
  });

  test("a column is sorted by its better end first, then by the other, then not", () => {
    expect(nextSort("-created", "val_bpb", false)).toBe("val_bpb");
    expect(nextSort("val_bpb", "val_bpb", false)).toBe("-val_bpb");
    expect(nextSort("-val_bpb", "val_bpb", false)).toBe("-created");
    expect(nextSort("-created", "created", true)).toBe("created");
    expect(nextSort("created", "created", true)).toBe("-created");
  });
});

function row(id: string, seed = 1): RunRow {
  const { state } = { state: "done" } satisfies Pick<RunRow, "state">;
  return {
    id,
    levels: [],
    seed,
    scale: "proxy",
    purpose: "search",
    state,
    reason: { kind: "asked" },
    why: "",
    values: {},
    coreSeconds: 0,
    gpuSeconds: 0,
    progress: { done: 1, of: 1, reused: 0 },
    current: null,
    counts: true,
    createdAt: 0,
    finishedAt: 0,
  };
}

describe("a list that does not move", () => {
  const list = firstPage({ items: [row("a"), row("b")], total: 4, next: "2" });

  test("pages follow each other, and a row that moved is not there twice", () => {
    const all = withPage(list, { items: [row("b"), row("c"), row("d")], total: 5, next: null });
    expect(all.rows.map(({ id }) => id)).toEqual(["a", "b", "c", "d"]);
    expect(all.total).toBe(4);
    expect(all.next).toBeNull();
    expect(stretchesOf(all, 1, 1)).toEqual([{ start: 0, length: 2, cursor: null }]);
    expect(stretchesOf(all, 1, 2)).toHaveLength(2);
    expect(stretchesOf(all, 2, 3)).toEqual([{ start: 2, length: 2, cursor: "2" }]);
  });

  test("rows become fresh in their place, and what came since is counted", () => {
    const later = refreshed(list, [row("new"), row("a", 7)], 6);
    expect(later.rows.map(({ id, seed }) => [id, seed])).toEqual([
      ["a", 7],
      ["b", 1],
    ]);
    expect(later.arrived).toBe(2);
    expect(later.rows[1]).toBe(list.rows[1]);
  });

  test("who scrolls far ahead gets larger pages", () => {
    expect(nextLimit(list, 50)).toBe(200);
    expect(nextLimit(list, 5000)).toBe(1000);
  });
});

describe("choosing rows", () => {
  const shown = ["a", "b", "c", "d", "e"];

  test("one by one, and all from the last to this one", () => {
    const one = toggled(nothingSelected, "b");
    expect([...extended(one, "d", shown).ids]).toEqual(["b", "c", "d"]);
    expect([...extended(one, "a", shown).ids].toSorted()).toEqual(["a", "b"]);
    expect([...toggled(one, "b").ids]).toEqual([]);
    expect([...extended(nothingSelected, "c", shown).ids]).toEqual(["c"]);
  });

  test("all and none, and never more than can be compared", () => {
    const many = Array.from({ length: mostSelected + 50 }, (_, i) => `r${i}`);
    const all = allToggled(nothingSelected, many);
    expect(all.ids.size).toBe(mostSelected);
    expect(allToggled(all, many).ids.size).toBe(0);
    expect(toggled(all, "another").ids.size).toBe(mostSelected);
    expect(extended({ ...toggled(nothingSelected, "r0") }, "r540", many).ids.size).toBe(mostSelected);
  });
});

describe("chips", () => {
  test("fit into the width, with room for the count of the others; one at least", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), fc.integer({ min: 20, max: 900 }), (names, width) => {
        const count = chipsThatFit(names, width);
        expect(count).toBeLessThanOrEqual(names.length);
        expect(count).toBeGreaterThanOrEqual(Math.min(1, names.length));
        expect(chipsThatFit(names, width + 100)).toBeGreaterThanOrEqual(count);
        expect(chipsThatFit(names, 1e6)).toBe(names.length);
      }),
    );
    expect(chipsThatFit(["byte-pairs", "muon", "rotary"], 180)).toBe(2);
  });
});

describe("a combination in few words", () => {
  const words = { baseline: "baseline", none: "no contributions" };

  test("by what it changes in the baseline where that is shorter", () => {
    const landed = ["a", "b", "c"];
    expect(combinationText(["a", "b", "c"], landed, words)).toBe("baseline");
    expect(combinationText(["a", "b", "c", "d"], landed, words)).toBe("baseline + d");
    expect(combinationText(["a", "b", "d"], landed, words)).toBe("baseline + d − c");
    expect(combinationText(["d"], landed, words)).toBe("d");
    expect(combinationText([], landed, words)).toBe("no contributions");
    expect(combinationText([], [], words)).toBe("baseline");
    expect(combinationText(["d", "e"], [], words)).toBe("d + e");
  });

  test("says which it is: no two have one text", () => {
    const set = fc.subarray(["a", "b", "c", "d", "e"]);
    fc.assert(
      fc.property(set, set, set, (landed, one, other) => {
        const [left, right] = [combinationText(one, landed, words), combinationText(other, landed, words)];
        expect(left === right).toBe(one.join() === other.join());
      }),
    );
  });
});

describe("groups", () => {
  const group = (key: string, levels: readonly string[] | null = null) => ({
    key,
    levels: levels === null ? null : [...levels],
    runs: 1,
    coreSeconds: 0,
    values: {},
  });
  const of = (levels: readonly string[], seed = 1) => ({ ...row("r", seed), levels: [...levels] });

  test("know their runs", () => {
    const pair = membersOf("combination", group("+a", ["a", "b"]), noFilter, "proxy");
    expect(pair.asked).toEqual({ scale: ["proxy"], level: ["a", "b"] });
    expect([pair.belongs(of(["b", "a"])), pair.belongs(of(["a", "b", "c"]))]).toEqual([true, false]);
    const seeds = membersOf("seed", group("3 (full)"), noFilter, "proxy");
    expect(seeds.asked).toEqual({ scale: ["full"], seed: ["3"] });
    expect([seeds.belongs(of([], 3)), seeds.belongs(of([], 4))]).toEqual([true, false]);
    const without = membersOf("a", group("without a"), noFilter, "proxy");
    expect([without.belongs(of(["b"])), without.belongs(of(["a=x"]))]).toEqual([true, false]);
    const having = membersOf("a", group("a=x"), noFilter, "proxy");
    expect(having.asked).toEqual({ scale: ["proxy"], level: ["a=x"] });
    expect([having.belongs(of(["a=x"])), having.belongs(of(["a=y"]))]).toEqual([true, false]);
  });
});
