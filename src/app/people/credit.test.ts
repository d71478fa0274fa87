import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Landing } from "../../release/landing.ts";
import { creditOfPeople } from "./credit.ts";

const at = "2026-01-02T00:00:00.000Z";

function landing(number: number, credit: Record<string, number>, removed: readonly string[] = []): Landing {
  const added = Object.keys(credit).filter((level) => !level.startsWith("−"));
  return {
    ...{ landing: number, at, scale: "full", set: added, added, removed: [...removed] },
    gain: { utility: [1, 0, 2], objectives: {} },
    confirmation: { pairs: 6, e: 40, threshold: 33 },
    credit: Object.fromEntries(Object.entries(credit).map(([level, mean]) => [level, [mean, mean - 1, mean + 1]])),
  };
}

const contributions = [
  { id: "rotary", by: ["lin"] },
  { id: "mixer", by: ["kai", "lin"] },
  { id: "muon", by: ["ann"] },
  { id: "secret", by: ["bo"] },
];
const isDecided = (id: string) => id !== "secret";

describe("credit of people", () => {
  it("is shared evenly by who proposed what landed, and grows with the landings", () => {
    const landings = [
      landing(1, { rotary: 3, "mixer=swiglu": 2 }),
      landing(2, { muon: 0.5, "−rotary": 7 }, ["rotary"]),
    ];
    const time = Date.parse(at);
    expect(creditOfPeople({ landings, contributions, isDecided })).toEqual([
      {
        ...{ name: "lin", landed: 2, decided: 2, credit: 4 },
        history: [{ landing: 1, at: time, credit: 4, total: 4 }],
      },
      {
        ...{ name: "kai", landed: 1, decided: 1, credit: 1 },
        history: [{ landing: 1, at: time, credit: 1, total: 1 }],
      },
      {
        ...{ name: "ann", landed: 1, decided: 1, credit: 0.5 },
        history: [{ landing: 2, at: time, credit: 0.5, total: 0.5 }],
      },
    ]);
  });

  it("names nobody of what is not decided", () => {
    const people = creditOfPeople({ landings: [], contributions, isDecided });
    expect(people.map(({ name, landed, decided, credit }) => [name, landed, decided, credit])).toEqual([
      ["ann", 0, 1, 0],
      ["kai", 0, 1, 0],
      ["lin", 0, 2, 0],
    ]);
    expect(creditOfPeople({ landings: [], contributions, isDecided: () => false })).toEqual([]);
  });

  it("adds up to what landed, however often it did and whoever proposed it", () => {
    const name = fc.constantFrom("a", "b", "c", "__proto__");
    const all = fc.record({
      by: fc.array(fc.uniqueArray(name, { minLength: 1 }), { minLength: 4, maxLength: 4 }),
      landings: fc.array(
        fc.dictionary(fc.constantFrom("c0", "c1=x", "c1=y", "c2", "c3"), fc.integer({ min: -9, max: 9 })),
      ),
    });
    fc.assert(
      fc.property(all, ({ by, landings }) => {
        const people = creditOfPeople({
          landings: landings.map((credit, i) => landing(i + 1, credit)),
          contributions: by.map((authors, i) => ({ id: `c${i}`, by: authors })),
          isDecided: () => true,
        });
        const sum = (numbers: readonly number[]) => numbers.reduce((total, x) => total + x, 0);
        const landed = sum(landings.flatMap((credit) => Object.values(credit)));
        expect(sum(people.map(({ credit }) => credit))).toBeCloseTo(landed, 9);
        for (const { history, credit } of people) {
          expect(sum(history.map((step) => step.credit))).toBeCloseTo(credit, 9);
          expect(history.at(-1)?.total ?? 0).toBe(credit);
        }
      }),
    );
  });
});
