import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { cholesky, solveLower, solveLowerTransposed } from "../math/linear.ts";
import { auditsMade, auditsWanted, planAudits } from "./audit.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "./simulate.test-util.ts";

const always = () => true;

function truthOf(levels: readonly number[], value: (x: Combination) => number, rest = {}): Truth {
  return {
    space: plainSpace(levels, rest),
    objectives: [objective("y")],
    value: (x) => [value(x)],
    noise: () => [0],
  };
}

const flat = truthOf([1, 2, 1, 1, 1, 1], () => 0);

describe("audits", () => {
  test("come in pairs: a subset of the parts and the other parts, on a fresh seed, the rest as in the baseline", () => {
    const levels = fc.tuple(...[1, 2, 1, 1, 1, 1].map((most) => fc.integer({ min: 0, max: most })));
    fc.assert(
      fc.property(levels, levels, fc.integer({ min: 0, max: 15 }), (baseline, set, count) => {
        const knowledge = { ...knowledgeOf(flat), baseline };
        const parts = set.flatMap((level, j) => (level === baseline[j] ? [] : [j]));
        const audits = planAudits(knowledge, set, count, always);
        expect(audits).toHaveLength(parts.length < 2 ? 0 : 2 * Math.floor(count / 2));
        for (let i = 0; i < audits.length; i += 2) {
          const [a, b] = [audits[i], audits[i + 1]];
          expect(a?.seed).toBe(b?.seed);
          expect(a?.seed).toBe(knowledge.confirmSeed + i / 2);
          for (const [j, own] of baseline.entries()) {
            const both = [a?.combination[j], b?.combination[j]].sort();
            expect(both).toEqual((set[j] === own ? [own, own] : [own, set[j]]).sort());
          }
        }
      }),
    );
  });

  test("as many as tell every share equally well: the information of k pairs is about orthogonal", () => {
    for (const k of [3, 4, 6, 8, 12]) {
      const truth = truthOf(
        Array.from({ length: k }, () => 1),
        () => 0,
      );
      const none = truth.space.factors.map(() => 0);
      const set = none.map(() => 1);
      const pairs = [1001, 1002, 1003, 1004, 1005].flatMap((seed) =>
        [none, set].map((combination) => observe(truth, "pairs", { combination, seed, purpose: "confirm" })),
      );
      const knowledge = knowledgeOf(truth, pairs);
      const audits = planAudits(knowledge, set, auditsWanted(knowledge, set), always).filter((_, i) => i % 2 === 0);
      expect(audits).toHaveLength(k);
      const signs = audits.map(({ combination }) => combination.map((level) => 2 * level - 1));
      const rows = [...signs, ...Array.from({ length: 5 }, () => set)];
      const a = Float64Array.from({ length: k * k }, (_, i) =>
        rows.reduce((sum, z) => sum + (z[Math.floor(i / k)] ?? 0) * (z[i % k] ?? 0), i % (k + 1) === 0 ? 1e-9 : 0),
      );
      expect(cholesky(a, k)).toBe(true);
      for (let j = 0; j < k; j++) {
        const e = new Float64Array(k);
        e[j] = 1;
        solveLower(a, e, k);
        solveLowerTransposed(a, e, k);
        // 1/k is what an orthogonal design of k rows would give.
        expect((e[j] ?? 0) * k).toBeLessThan(1.25);
      }
    }
  });

  test("a signed sum of the shares is what a pair measures, where no more than two parts interact", () => {
    const rng = createRng("signed sums");
    const main = [0, 1, 2, 3].map(() => rng.normal());
    const pairs = main.map(() => main.map(() => rng.normal()));
    const value = (x: Combination) =>
      x.reduce(
        (sum, a, i) =>
          sum + a * (main[i] ?? 0) + x.slice(0, i).reduce((t, b, j) => t + a * b * (pairs[i]?.[j] ?? 0), 0),
        0,
      );
    const share = (i: number) =>
      (main[i] ?? 0) +
      main.reduce((sum, _, j) => sum + (j === i ? 0 : (pairs[Math.max(i, j)]?.[Math.min(i, j)] ?? 0) / 2), 0);
    const truth = truthOf([1, 1, 1, 1], value);
    const audits = planAudits(knowledgeOf(truth), [1, 1, 1, 1], 8, always);
    for (let i = 0; i < audits.length; i += 2) {
      const [s, rest] = [audits[i]?.combination ?? [], audits[i + 1]?.combination ?? []];
      const expected = s.reduce((sum, level, j) => sum + (2 * level - 1) * share(j), 0);
      expect(value(s) - value(rest)).toBeCloseTo(expected, 10);
    }
  });

  test("what is made is counted, and not asked for again", () => {
    const knowledge = knowledgeOf(flat);
    const set = [1, 2, 1, 1, 0, 0];
    expect(auditsWanted(knowledge, set)).toBe(8);
    const first = planAudits(knowledge, set, 8, always);
    const run = (audits: typeof first) => audits.map((audit) => observe(flat, "audit", { ...audit, purpose: "audit" }));
    const after = { ...knowledge, observations: run(first.slice(0, 5)) };
    // The fifth lacks its partner.
    expect(auditsMade(after, set)).toBe(4);
    const more = planAudits(after, set, 4, always);
    expect(Math.min(...more.map(({ seed }) => seed))).toBeGreaterThan(
      Math.max(...after.observations.map(({ seed }) => seed)),
    );
    const subset = ({ combination }: { readonly combination: Combination }) => combination.join("");
    expect(first.slice(0, 4).map(subset)).not.toContain(subset(more[0] ?? { combination: [] }));
    // Of another set they say nothing.
    expect(auditsMade(after, [0, 0, 0, 0, 1, 1])).toBe(0);
  });

  test("only what can be built is asked for; nothing where no subset and its complement both can", () => {
    const needs = (factor: number, other: number) => ({
      level: { factor, level: 1 },
      anyOf: [{ factor: other, level: 1 }],
    });
    const chain = truthOf([1, 1, 1], () => 0, { requires: [needs(1, 0), needs(2, 1)] });
    expect(planAudits(knowledgeOf(chain), [1, 1, 1], 6, always)).toEqual([]);
    const one = truthOf([1, 1, 1], () => 0, { requires: [needs(1, 0)] });
    for (const { combination } of planAudits(knowledgeOf(one), [1, 1, 1], 6, always))
      expect(combination[1] === 1 && combination[0] === 0).toBe(false);
    expect(planAudits(knowledgeOf(flat), [1, 1, 1, 0, 0, 0], 6, (x) => x[0] === 0)).toEqual([]);
  });

  test("one part has all of the gain: there is nothing to audit", () => {
    expect(auditsWanted(knowledgeOf(flat), [1, 0, 0, 0, 0, 0])).toBe(0);
    expect(planAudits(knowledgeOf(flat), [1, 0, 0, 0, 0, 0], 4, always)).toEqual([]);
  });
});
