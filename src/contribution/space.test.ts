import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "../base/digest.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import type { Lab } from "../lab/lab.ts";
import { parseLab } from "../lab/parse.ts";
import type { Tree } from "../recipe/recipe.ts";
import { canHave, combinationFromIds, combinationIds, feasible } from "./combination.ts";
import type { ContributionPlaces } from "./context.ts";
import type { Combination, Contribution, Space } from "./contribution.ts";
import { resolveCombination } from "./resolve.ts";
import { buildSpace } from "./space.ts";

const files: Readonly<Record<string, string>> = {
  "a.ts": "one\ntwo\nthree\nfour\nfive\nsix\nseven\n",
  "b.ts": "alpha\nbeta\n",
};
const read = (path: string) => files[path] ?? null;
const tree: Tree = new Map(Object.entries(files).map(([path, text]) => [path, sha256(text)]));

/** Changes one line of a.ts, seen with its neighbours. */
function linePatch(line: number, to: string): string {
  const lines = read("a.ts")?.split("\n") ?? [];
  const [above, here, below] = [lines[line - 2], lines[line - 1], lines[line]];
  return `--- a/a.ts\n+++ b/a.ts\n@@ -${line - 1},3 +${line - 1},3 @@\n ${above}\n-${here}\n+${to}\n ${below}\n`;
}

interface Plan {
  readonly set?: Readonly<Record<string, Json>>;
  readonly patches?: readonly string[];
  readonly levels?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly requires?: readonly string[];
}

function contribution(id: string, plan: Plan): Contribution {
  const patches = (plan.patches ?? []).map((text, i) => ({ origin: `${id}-${i}.patch`, text }));
  const levels =
    plan.levels === undefined
      ? [{ name: null, change: { set: plan.set ?? {}, patches } }]
      : Object.entries(plan.levels).map(([name, set]) => ({ name, change: { set, patches: [] } }));
  return { id, title: id, by: ["t"], area: "data", why: "", levels, requires: plan.requires ?? [], bold: false };
}

function placesOf(id: string): ContributionPlaces {
  const file = { source: { path: `contributions/${id}.yaml`, text: "" }, start: 0, end: 0 };
  return { file, levels: [], requires: new Map(), patches: new Map() };
}

function build(plans: Readonly<Record<string, Plan>>) {
  const all = Object.entries(plans).map(([id, plan]) => contribution(id, plan));
  return buildSpace(all, placesOf, read);
}

const shape = (space: Space) =>
  space.factors.map((factor) => `${factor.name}: ${factor.levels.map((level) => level.id).join(" ")}`);
const excluded = (space: Space) =>
  space.excludes.map((pair) => pair.map((ref) => space.factors[ref.factor]?.levels[ref.level - 1]?.id));

/** Every combination of a small space. */
function combinations(space: Space): Combination[] {
  return space.factors.reduce<number[][]>(
    (all, { levels }) => all.flatMap((x) => Array.from({ length: levels.length + 1 }, (_, level) => x.concat(level))),
    [[]],
  );
}

describe("buildSpace", () => {
  test("makes levels of one factor of what conflicts, in the order of ids", () => {
    const { space, diagnostics } = build({
      zeta: { set: { "s.lr": 3 } },
      alpha: { set: { "s.lr": 1 } },
      mid: { set: { "s.x": 1 } },
      beta: { set: { "s.lr": 2, "s.y": 1 } },
    });
    expect(diagnostics).toEqual([]);
    expect(shape(space)).toEqual(["alpha|beta|zeta: alpha beta zeta", "mid: mid"]);
    expect(space.excludes).toEqual([]);
  });

  test("excludes what conflicts only in part", () => {
    const { space } = build({
      a: { set: { "s.x": 1 } },
      b: { set: { "s.x": 2, "s.y": 1 } },
      c: { set: { "s.y": 2 } },
      lr: { levels: { high: { "s.lr": 1 }, x: { "s.x": 9 } } },
    });
    expect(shape(space)).toEqual(["a|b: a b", "c: c", "lr: lr=high lr=x"]);
    expect(excluded(space)).toEqual([
      ["a", "lr=x"],
      ["b", "c"],
      ["b", "lr=x"],
    ]);
  });

  test("lets equal values stand side by side", () => {
    const { space } = build({ a: { set: { "s.x": { p: 1, q: 2 }, "s.y": 1 } }, b: { set: { "s.x": { q: 2, p: 1 } } } });
    expect(shape(space)).toEqual(["a: a", "b: b"]);
    expect(space.excludes).toEqual([]);
  });

  test("finds patches that do not apply together", () => {
    const { space } = build({
      a: { patches: [linePatch(2, "TWO")] },
      b: { patches: [linePatch(3, "THREE")] },
      c: { patches: [linePatch(6, "SIX")] },
    });
    expect(shape(space)).toEqual(["a|b: a b", "c: c"]);
  });

  test("leaves out what is broken and what requires it", () => {
    const { space, diagnostics } = build({
      bad: { patches: [linePatch(2, "x").replace("-two", "-zwei")] },
      needy: { set: { "s.x": 1 }, requires: ["bad"] },
      needier: { set: { "s.y": 1 }, requires: ["needy"] },
      good: { set: { "s.z": 1 } },
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(["patch-does-not-apply"]);
    expect(shape(space)).toEqual(["good: good"]);
  });

  test("refuses what requires its own opposite, through others too", () => {
    const { space, diagnostics } = build({
      a: { set: { "s.x": 1 }, requires: ["b"] },
      b: { set: { "s.y": 1 }, requires: ["c"] },
      c: { set: { "s.x": 2 } },
      d: { set: { "s.z": 1 }, requires: ["e"] },
      e: { levels: { one: { "s.z": 2 }, two: { "s.w": 1 } } },
    });
    expect(diagnostics.map(({ message }) => message)).toEqual([
      "`a` can be in no combination: what it requires conflicts with it, or with itself.",
    ]);
    expect(shape(space)).toEqual(["b: b", "c: c", "d: d", "e: e=one e=two"]);
  });

  /** Few keys and values, so that conflicts are everywhere. */
  const sets = fc.dictionary(fc.constantFrom("s.x", "s.y", "s.z"), fc.nat(2), { minKeys: 1, maxKeys: 3 });
  const plan: fc.Arbitrary<Plan> = fc.oneof(
    fc.record({ set: sets, requires: fc.subarray(["a", "c", "e"], { maxLength: 1 }) }),
    fc.record({ levels: fc.dictionary(fc.constantFrom("one", "two", "three"), sets, { minKeys: 1 }) }),
  );
  const plans = fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e", "f"), plan, { minKeys: 1, maxKeys: 5 });

  test("has exactly the combinations without conflict and with what is required", () => {
    fc.assert(
      fc.property(plans, (chosen) => {
        const { space } = build(chosen);
        const seen = new Set<string>();
        for (const x of combinations(space)) {
          const levels = space.factors.flatMap((factor, j) => factor.levels.filter((_, i) => i + 1 === x[j]));
          if (!feasible(space, x)) continue;
          seen.add(combinationIds(space, x).join(" "));
          const values = new Map<string, string>();
          for (const [key, value] of levels.flatMap((level) => Object.entries(level.change.set))) {
            expect(values.get(key) ?? canonicalJson(value)).toBe(canonicalJson(value));
            values.set(key, canonicalJson(value));
          }
          for (const level of levels) {
            const present = new Set(levels.map((other) => other.contribution.id));
            for (const required of level.contribution.requires) expect(present.has(required)).toBe(true);
          }
        }
        for (const ids of conflictFree(space)) expect(seen.has(ids)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test("does not depend on the order of the files", () => {
    fc.assert(
      fc.property(plans, (chosen) => {
        const turned = Object.fromEntries(Object.entries(chosen).reverse());
        expect(build(turned)).toEqual(build(chosen));
      }),
    );
  });

  test("ids and combinations say the same", () => {
    fc.assert(
      fc.property(plans, (chosen) => {
        const { space } = build(chosen);
        for (const x of combinations(space)) {
          expect(combinationFromIds(space, combinationIds(space, x).reverse())).toEqual(x);
          const refs = x.flatMap((level, factor) => (level === 0 ? [] : [{ factor, level }]));
          if (feasible(space, x)) expect(canHave(space, refs)).toBe(true);
        }
        expect(combinationFromIds(space, ["gone"])).toBe(null);
      }),
      { numRuns: 50 },
    );
  });
});

/** Brute force over subsets of levels: at most one a contribution, no key with two values, everything required there. */
function conflictFree(space: Space): string[] {
  const levels = space.factors.flatMap((factor) => factor.levels);
  const found: string[] = [];
  for (let mask = 0; mask < 2 ** Math.min(levels.length, 12); mask++) {
    const chosen = levels.filter((_, i) => (mask >> i) & 1);
    const owners = chosen.map((level) => level.contribution.id);
    if (new Set(owners).size < owners.length) continue;
    if (chosen.some((level) => level.contribution.requires.some((required) => !owners.includes(required)))) continue;
    const values = new Map<string, Set<string>>();
    for (const [key, value] of chosen.flatMap((level) => Object.entries(level.change.set))) {
      values.set(key, (values.get(key) ?? new Set()).add(canonicalJson(value)));
    }
    if ([...values.values()].every((different) => different.size === 1)) {
      found.push(
        chosen
          .map((level) => level.id)
          .sort()
          .join(" "),
      );
    }
  }
  return found;
}

const parsed = parseLab({
  path: "cairn.yaml",
  text: `
cairn: 1
name: t
stages:
  s: { run: node a.ts, code: ["*.ts"], params: { x: 0, y: 0, z: 0 }, resources: { cpus: 2 } }
  t: { needs: [s], run: node b.ts, code: [b.ts], timeout: 5 }
objectives: { o: { stage: t, goal: minimize, matters: 1 } }
scales: { small: { s.z: 5 }, full: {} }
`,
});
function readyLab(): Lab {
  if (parsed.lab === null) throw new Error("the lab is bad");
  return parsed.lab;
}
const lab = readyLab();

describe("resolveCombination", () => {
  const { space } = build({
    p: { patches: [linePatch(2, "TWO")] },
    q: { patches: [linePatch(6, "SIX")], set: { "s.x": 1 } },
    r: { set: { "s.y": 1 } },
    gone: { patches: ["--- a/b.ts\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-alpha\n-beta\n"] },
    made: { patches: ["--- /dev/null\n+++ b/c.ts\n@@ -0,0 +1 @@\n+new\n"] },
  });
  const resolve = (ids: readonly string[], over: Partial<{ lab: Lab; scale: string; tree: Tree }> = {}) => {
    const combination = combinationFromIds(space, ids);
    if (combination === null) throw new Error("no such combination");
    return resolveCombination({ lab, space, combination, scale: "full", tree, files: read, ...over });
  };
  const digest = (...args: Parameters<typeof resolve>) => {
    const resolved = resolve(...args);
    return resolved.ok ? resolved.value.digest : resolved.error.clash.kind;
  };

  test("lays parameters over and patches files, and leaves the lab alone without patches", () => {
    const plain = resolve(["r"], { scale: "small" });
    expect(plain).toMatchObject({ ok: true, value: { recipe: { stages: [{ params: { x: 0, y: 1, z: 5 } }, {}] } } });
    expect(plain.ok && plain.value.tree === tree && plain.value.edits.size === 0).toBe(true);
    const both = resolve(["q", "p"]);
    const text = "one\nTWO\nthree\nfour\nfive\nSIX\nseven\n";
    expect(both.ok && [...both.value.edits]).toEqual([["a.ts", text]]);
    expect(both.ok && both.value.tree.get("a.ts")).toBe(sha256(text));
  });

  test("has another digest for another thing, and the same one again", () => {
    const sets = [[], ["p"], ["q"], ["r"], ["p", "q"], ["made"], ["p", "r"]];
    const digests = sets.map((ids) => digest(ids));
    expect(new Set(digests).size).toBe(sets.length);
    expect(sets.map((ids) => digest(ids.toReversed()))).toEqual(digests);
    expect(digest([], { scale: "small" })).not.toBe(digest([]));
    expect(digest([], { tree: new Map(tree).set("b.ts", sha256("new")) })).not.toBe(digest([]));
    expect(digest([], { tree: new Map(tree).set("notes.md", sha256("new")) })).toBe(digest([]));
  });

  test("never knows resources, timeouts and the order of stages", () => {
    const roomy: Lab = {
      ...lab,
      stages: lab.stages
        .map((stage) => ({ ...stage, resources: { cpus: 9, gpus: 1, memory: 3 }, timeout: 1 }))
        .reverse(),
    };
    expect(digest(["p"], { lab: roomy })).toBe(digest(["p"]));
    const renamed: Lab = {
      ...lab,
      stages: lab.stages.map((stage) => (stage.name === "t" ? { ...stage, name: "u" } : stage)),
    };
    expect(digest([], { lab: renamed })).not.toBe(digest([]));
  });

  test("says which levels leave a stage without its code", () => {
    expect(resolve(["gone", "r"])).toEqual({
      ok: false,
      error: { clash: { kind: "no-code", stage: "t", glob: "b.ts" }, levels: ["gone"] },
    });
  });
});

test("three patches that apply two by two may not apply all three", () => {
  const twice = (path: string) => (path === "a.ts" ? "x\nc\nx\nc\n" : null);
  const take = (id: string) =>
    contribution(id, { patches: [`--- a/a.ts\n+++ b/a.ts\n@@ -1,2 +1,2 @@\n-x\n+${id}\n c\n`] });
  const { space } = buildSpace([take("a"), take("b"), take("c")], placesOf, twice);
  expect(shape(space)).toEqual(["a: a", "b: b", "c: c"]);
  const resolve = (combination: Combination) =>
    resolveCombination({ lab, space, combination, scale: "full", tree: new Map(tree), files: twice });
  expect(
    [
      [1, 1, 0],
      [1, 0, 1],
      [0, 1, 1],
    ].map((x) => resolve(x).ok),
  ).toEqual([true, true, true]);
  const failed = resolve([1, 1, 1]);
  expect(failed).toMatchObject({ ok: false, error: { levels: ["a", "b", "c"] } });
  // Patches may come from branches, whose names say whose they are: this is read by those who must not know.
  const origins = space.factors.flatMap(({ levels }) =>
    levels.flatMap(({ change }) => change.patches.map(({ origin }) => origin)),
  );
  expect(origins).toHaveLength(3);
  for (const origin of origins) expect(failed.ok ? "" : JSON.stringify(failed.error)).not.toContain(origin);
});
