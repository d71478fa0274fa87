import { describe, expect, it } from "vitest";
import { placesOf, stackOf } from "./shares.ts";

const person = (name: string, ...credits: readonly (readonly [landing: number, credit: number])[]) => {
  let total = 0;
  const history = credits.map(([landing, credit]) => {
    total += credit;
    return { landing, at: landing * 1000, credit, total };
  });
  return { name, landed: credits.length, decided: credits.length, credit: total, history };
};

describe("stackOf", () => {
  const people = [person("ada", [1, 2], [3, 1]), person("bo", [2, 4]), person("cy", [3, -1]), person("dee")];

  it("keeps what was earned at every landing after, person on person", () => {
    const { landings, bands } = stackOf(people, 10, "others");
    expect(landings.map(({ landing }) => landing)).toEqual([1, 2, 3]);
    expect(bands.map(({ name }) => name)).toEqual(["bo", "ada", "cy"]);
    expect(bands[0]?.layers).toEqual([
      { from: 0, to: 0 },
      { from: 0, to: 4 },
      { from: 0, to: 4 },
    ]);
    expect(bands[1]?.layers).toEqual([
      { from: 0, to: 2 },
      { from: 4, to: 6 },
      { from: 4, to: 7 },
    ]);
  });

  it("hangs a loss below zero, so that it takes nothing from anybody else's layer", () => {
    const { bands, low, high } = stackOf(people, 10, "others");
    expect(bands[2]?.layers.at(-1)).toEqual({ from: 0, to: -1 });
    expect([low, high]).toEqual([-1, 7]);
  });

  it("adds up those beyond the most that are drawn", () => {
    const { bands } = stackOf(people, 1, "others");
    expect(bands.map(({ name }) => name)).toEqual(["bo", "others"]);
    expect(bands[1]?.layers.at(-1)).toEqual({ from: 4, to: 6 });
  });
});

describe("placesOf", () => {
  it("gives the same place to the same credit, and none to who has nothing landed", () => {
    const people = [
      person("zoe", [1, 2.0001]),
      person("ada", [1, 2]),
      person("bo", [1, 5]),
      person("dee"),
      person("cy", [1, 1]),
    ];
    expect(placesOf(people).map(({ person: { name }, place, tied }) => [name, place, tied])).toEqual([
      ["bo", 1, false],
      ["zoe", 2, true],
      ["ada", 2, true],
      ["cy", 4, false],
      ["dee", null, false],
    ]);
  });
});
