import fc from "fast-check";
import { expect, test } from "vitest";
import { parseItem } from "./items.ts";

test("an item survives being written, with any score", () => {
  fc.assert(
    fc.property(fc.string(), fc.double(), fc.option(fc.string()), (id, score, cluster) => {
      const finite = Number.isFinite(score) ? score : String(score);
      const line = JSON.stringify({ id, score: finite, ...(cluster === null ? {} : { cluster }) });
      const item = parseItem(line);
      expect(item?.score).toEqual(Object.is(score, -0) ? 0 : score);
      expect(item?.cluster).toBe(cluster ?? item?.id);
    }),
  );
});

test("bare NaN and Infinity are read, as Python writes them", () => {
  expect(parseItem('{"id": "q0", "score": NaN, "cluster": "a"}')).toEqual({
    id: "q0",
    score: Number.NaN,
    cluster: "a",
  });
  expect(parseItem('{"score": -Infinity, "id": 3}')).toEqual({
    id: "3",
    score: Number.NEGATIVE_INFINITY,
    cluster: "3",
  });
});

test("anything else is no item", () => {
  for (const line of ["", "{", "3", '{"id": "a"}', '{"id": "a", "score": "high"}', '{"id": null, "score": 1}']) {
    expect(parseItem(line)).toBeNull();
  }
});
