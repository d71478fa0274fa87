import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../api/people.ts";
import type { Store } from "../../store/store.ts";
import { type AuditQuery, readAudit, recordDeed } from "./audit.ts";
import { failureOf, type House, openHouse } from "./people.test-util.ts";

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const deed = (name: string, operation: string, subject: string) => ({
  ...{ account: `id of ${name}`, name, operation, subject },
  status: 200,
});
const nothingHidden = () => false;

/** Gives three entries at a time, as a long log gives a thousand. */
function slowly(store: Store): Store {
  const few = (limit: number) => Math.min(limit, 3);
  return { ...store, entriesBefore: (ledger, before, limit) => store.entriesBefore(ledger, before, few(limit)) };
}

/** All pages, with `limit` entries each. */
async function readAll(query: AuditQuery): Promise<readonly AuditEntry[]> {
  const all: AuditEntry[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await readAudit({ store: slowly(house.store) }, { ...query, cursor }, nothingHidden);
    expect(page.items.length).toBeLessThanOrEqual(query.limit);
    all.push(...page.items);
    expect(all.length).toBeLessThanOrEqual(page.total);
    if (page.next === null) {
      expect(page.total).toBe(all.length);
      return all;
    }
    cursor = page.next;
  }
}

describe("the audit log", () => {
  it("is read in pages, newest first, each entry once, by whom and what", async () => {
    const names = ["lin", "kai"];
    const operations = ["land", "invite"];
    for (let n = 0; n < 23; n++)
      await recordDeed(house, deed(names[n % 2] ?? "", operations[n % 3 === 0 ? 1 : 0] ?? "", `/x/${n}`));
    // Something else that a later version wrote.
    await house.store.append("log", { what: "else" });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.option(fc.constantFrom("id of lin", "id of ann"), { nil: undefined }),
        fc.option(fc.constantFrom("land", "invite"), { nil: undefined }),
        async (limit, account, operation) => {
          const wanted = Array.from({ length: 23 }, (_, n) => n)
            .filter((n) => account === undefined || (account === "id of lin" && n % 2 === 0))
            .filter((n) => operation === undefined || (operation === "invite") === (n % 3 === 0));
          const read = await readAll({ limit, account, operation });
          expect(read.map(({ subject }) => subject)).toEqual(wanted.toReversed().map((n) => `/x/${n}`));
        },
      ),
      { numRuns: 30 },
    );
    expect(await failureOf(readAudit(house, { limit: 1, cursor: "x" }, nothingHidden))).toContain("usage");
  });

  it("does not name who proposed what is decided blindly, and no filter finds it out", async () => {
    await recordDeed(house, deed("lin", "propose", "/contributions"));
    await recordDeed(house, deed("lin", "comment", "/contributions/rotary/comments"));
    await recordDeed(house, deed("kai", "comment", "/contributions/rotary/comments"));
    await recordDeed(house, deed("lin", "orderQueue", "/queue"));
    // Rotary is Lin's.
    const isHidden = (contribution: string | null, name: string) =>
      name === "lin" && (contribution === null || contribution === "rotary");
    const { items } = await readAudit(house, { limit: 10 }, isHidden);
    expect(items.map(({ name, account, operation }) => [name, account, operation])).toEqual([
      ["lin", "id of lin", "orderQueue"],
      ["kai", "id of kai", "comment"],
      ["", null, "comment"],
      ["", null, "propose"],
    ]);
    const found = await readAudit(house, { limit: 10, account: "id of lin" }, isHidden);
    expect(found).toMatchObject({ total: 1, items: [{ operation: "orderQueue" }] });
  });
});
