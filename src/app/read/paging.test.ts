import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CairnError } from "../errors.ts";
import { type Order, pageOf, type SortKey } from "./paging.ts";

interface Item {
  readonly id: string;
  readonly key: SortKey;
}

const order = (descending: boolean, name = "key"): Order<Item> => ({
  name,
  descending,
  key: ({ key }) => key,
  id: ({ id }) => id,
});

const item = fc.record({
  id: fc.string({ minLength: 1, maxLength: 4 }),
  key: fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.double({ noNaN: false }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    fc.constant(null),
  ),
});
const items = fc.uniqueArray(item, { selector: ({ id }) => id, maxLength: 40 });

/** All pages, one after the other; `between` may change the list after each. */
function walk(list: () => readonly Item[], by: Order<Item>, limit: number, between = (_page: number) => {}): Item[] {
  const seen: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 200; page++) {
    const { items: found, next } = pageOf(list(), by, { limit, cursor });
    expect(found.length).toBeLessThanOrEqual(limit);
    seen.push(...found);
    if (next === null) return seen;
    cursor = next;
    between(page);
  }
  throw new Error("the pages have no end");
}

const ids = (list: readonly Item[]) => list.map(({ id }) => id);

describe("pages", () => {
  test("walked one after the other are the whole list, sorted, each item once", () => {
    fc.assert(
      fc.property(items, fc.boolean(), fc.integer({ min: 1, max: 7 }), (list, descending, limit) => {
        const by = order(descending);
        const all = pageOf(list, by, { limit: 1000 });
        expect(all.next).toBeNull();
        expect(all.total).toBe(list.length);
        expect(ids(all.items).toSorted()).toEqual(ids(list).toSorted());
        expect(walk(() => list, by, limit)).toEqual(all.items);
      }),
    );
  });

  test("have what is finite in order, then what diverged, then what is missing, in both directions", () => {
    const list = [null, Number.NaN, 2, Number.NEGATIVE_INFINITY, 1].map((key, i) => ({ id: `i${i}`, key }));
    expect(ids(pageOf(list, order(false), { limit: 9 }).items)).toEqual(["i4", "i2", "i1", "i3", "i0"]);
    expect(ids(pageOf(list, order(true), { limit: 9 }).items)).toEqual(["i2", "i4", "i1", "i3", "i0"]);
  });

  test("neither repeat nor miss an item that was there all along, whatever is added or removed between", () => {
    fc.assert(
      fc.property(
        items,
        fc.array(fc.record({ item, at: fc.nat(10), remove: fc.boolean() }), { maxLength: 20 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 5 }),
        (start, changes, descending, limit) => {
          let list: readonly Item[] = start;
          const touched = new Set<string>();
          const seen = walk(
            () => list,
            order(descending),
            limit,
            (page) => {
              for (const { item: other, remove } of changes.filter(({ at }) => at === page)) {
                if (!remove && list.some(({ id }) => id === other.id)) continue;
                touched.add(other.id);
                list = remove ? list.filter(({ id }) => id !== other.id) : [...list, other];
              }
            },
          );
          const untouched = ids(start).filter((id) => !touched.has(id));
          expect(new Set(ids(seen).filter((id) => !touched.has(id))).size).toBe(untouched.length);
          expect(ids(seen).filter((id) => !touched.has(id))).toHaveLength(untouched.length);
        },
      ),
    );
  });

  test("are refused with a cursor of another order, or of none", () => {
    const list = [1, 2, 3].map((key) => ({ id: `i${key}`, key }));
    const { next } = pageOf(list, order(false), { limit: 1 });
    const refused = (cursor: string) => () => pageOf(list, order(false, "other"), { limit: 1, cursor });
    expect(refused(next ?? "")).toThrow(CairnError);
    for (const cursor of ["", "x", "bnVsbA", Buffer.from('["other",0]').toString("base64url")])
      expect(refused(cursor)).toThrow(CairnError);
  });
});
