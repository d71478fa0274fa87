import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../src/base/digest.ts";
import type { Store } from "../../src/store/store.ts";
import type { AccountChange, AccountRow, CommentRow, TokenRow, ViewRow } from "../../src/store/team.ts";
import { type StoreBackend, type TestClock, testClock } from "./store.ts";

export function accountRow(id: string, change: Partial<AccountRow> = {}): AccountRow {
  const row = { id, name: id, kind: "person", answersTo: null, scopes: ["read", "admin"] } as const;
  return { ...row, createdAt: 1, closedAt: null, ...change };
}

export function tokenRow(id: string, account: string, change: Partial<TokenRow> = {}): TokenRow {
  const row = { id, account, kind: "token", label: id, scopes: ["read"], digest: sha256(id), parent: null } as const;
  return { ...row, createdAt: 1, expiresAt: 100, lastUsedAt: null, revokedAt: null, ...change };
}

export function commentRow(id: string, change: Partial<CommentRow> = {}): CommentRow {
  const row = { id, contribution: "rotary", account: null, name: "lin", text: "Why?", createdAt: 1 };
  return { ...row, editedAt: null, removedAt: null, ...change };
}

export function viewRow(id: string): ViewRow {
  return { id, name: "Newest", page: "runs", query: "sort=-created&state=done", createdAt: 1 };
}

/** Writes accounts, each with a token of its own id. */
async function admit(store: Store, ...accounts: readonly AccountRow[]): Promise<void> {
  for (const account of accounts) {
    const issue = tokenRow(account.id, account.id);
    await store.changeAccount(() => ({ account, issue, revoke: { accounts: [], kinds: [], at: 0 } }));
  }
}

/** What every store promises of accounts, tokens, comments, views, answers and settings. */
export function teamContract(backend: StoreBackend): void {
  describe(`what a store keeps of a team: ${backend.name}`, () => {
    let clock: TestClock;
    let store: Store;
    beforeEach(async () => {
      await backend.reset();
      clock = testClock();
      store = await backend.open(clock, () => false);
    });
    afterEach(() => store.close());

    describe("accounts", () => {
      it("are written by what is decided about all of them, with their tokens, or not at all", async () => {
        await admit(store, accountRow("lin"), accountRow("bot", { kind: "agent", answersTo: "lin", createdAt: 2 }));
        const change: AccountChange = {
          account: accountRow("lin", { closedAt: 9 }),
          issue: tokenRow("fresh", "lin"),
          revoke: { accounts: ["lin", "bot"], kinds: ["token"], at: 9 },
        };
        let seen: readonly AccountRow[] = [];
        const written = await store.changeAccount((accounts) => {
          seen = accounts;
          return { ...change, note: "passed on" };
        });
        expect(written.note).toBe("passed on");
        expect(seen.map(({ id }) => id)).toEqual(["lin", "bot"]);
        expect(await store.listAccounts()).toEqual([change.account, seen[1]]);
        const revoked = async (id: string) => (await store.findToken(sha256(id)))?.token.revokedAt;
        expect([await revoked("lin"), await revoked("bot"), await revoked("fresh")]).toEqual([9, 9, null]);
        // A second token with one secret, a second account with one name: all of it is taken back.
        for (const wrong of [
          { ...change, account: accountRow("lin", { closedAt: 10 }) },
          { ...change, account: accountRow("ann", { name: "LIN" }), issue: null },
        ]) {
          await expect(store.changeAccount(() => wrong)).rejects.toThrow();
        }
        expect(await store.listAccounts()).toEqual([change.account, seen[1]]);
      });

      it("are decided about one after the other, however many do it at once", async () => {
        const other = await backend.open(clock, () => false);
        await admit(store, accountRow("lin"), accountRow("kai"));
        // Each closes one of two if the other is open: never both.
        const close = (on: Store, id: string) =>
          on.changeAccount((accounts) => {
            if (accounts.filter((account) => account.closedAt === null).length < 2) throw new Error("the last one");
            return {
              account: accountRow(id, { closedAt: 9 }),
              issue: null,
              revoke: { accounts: [], kinds: [], at: 9 },
            };
          });
        const ends = await Promise.allSettled([close(store, "lin"), close(other, "kai")]);
        await other.close();
        expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      });
    });

    describe("tokens", () => {
      it("are found by the digest of their secret, with who answers for them", async () => {
        const [lin, bot] = [accountRow("lin"), accountRow("bot", { kind: "agent", answersTo: "lin" })];
        await admit(store, lin, bot);
        expect(await store.findToken(sha256("bot"))).toEqual({
          token: tokenRow("bot", "bot"),
          account: bot,
          answersTo: lin,
        });
        expect(await store.findToken(sha256("none"))).toBeNull();
        await store.markTokenUsed("bot", 5);
        expect((await store.listTokens("bot")).map(({ lastUsedAt }) => lastUsedAt)).toEqual([5]);
        await store.insertToken(tokenRow("newer", "bot", { createdAt: 2 }));
        expect((await store.listTokens("bot")).map(({ id }) => id)).toEqual(["newer", "bot"]);
      });

      it("that are invitations are exchanged once, also by two at once; others as often as they are good", async () => {
        await admit(store, accountRow("lin"));
        await store.insertToken(tokenRow("invitation", "lin", { kind: "invitation" }));
        const other = await backend.open(clock, () => false);
        const session = (id: string, parent: string) => tokenRow(id, "lin", { kind: "session", parent, createdAt: 7 });
        const done = await Promise.all([
          store.exchangeToken("invitation", session("s1", "invitation")),
          other.exchangeToken("invitation", session("s2", "invitation")),
        ]);
        await other.close();
        expect(done.toSorted()).toEqual([false, true]);
        expect((await store.listTokens("lin")).filter(({ kind }) => kind === "session")).toHaveLength(1);
        expect((await store.findToken(sha256("invitation")))?.token).toMatchObject({ revokedAt: 7, lastUsedAt: 7 });
        for (const id of ["s3", "s4"]) expect(await store.exchangeToken("lin", session(id, "lin"))).toBe(true);
        // What came of a token ends with it, and what ended keeps its time.
        await store.revokeToken("s3", 8);
        await store.revokeToken("lin", 9);
        const ended = new Map((await store.listTokens("lin")).map(({ id, revokedAt }) => [id, revokedAt]));
        expect([ended.get("lin"), ended.get("s3"), ended.get("s4")]).toEqual([9, 8, 9]);
        expect(await store.exchangeToken("lin", session("s5", "lin"))).toBe(false);
        expect(await store.findToken(sha256("s5"))).toBeNull();
      });

      it("end with whatever they came of, however far back", async () => {
        await admit(store, accountRow("lin"), accountRow("kai"));
        for (const [id, parent] of [
          ["a", "lin"],
          ["b", "a"],
          ["c", "b"],
          ["d", "lin"],
          ["e", "kai"],
        ] as const)
          await store.insertToken(tokenRow(id, "lin", { parent }));
        await store.revokeToken("c", 7);
        await store.revokeToken("a", 8);
        const ended = new Map((await store.listTokens("lin")).map(({ id, revokedAt }) => [id, revokedAt]));
        expect(["lin", "a", "b", "c", "d", "e"].map((id) => ended.get(id))).toEqual([null, 8, 8, 7, null, null]);
      });
    });

    it("comments keep their order and who said them, whatever is changed", async () => {
      for (const id of ["a", "b"]) await store.insertComment(commentRow(id));
      await store.insertComment(commentRow("c", { contribution: "muon" }));
      const changed = await store.changeComment("a", (row) => ({
        ...row,
        name: "another",
        text: "x".repeat(10_000),
        editedAt: 5,
        removedAt: 6,
      }));
      expect(changed?.editedAt).toBe(5);
      expect(await store.listComments("rotary")).toEqual([
        commentRow("a", { text: "x".repeat(10_000), editedAt: 5, removedAt: 6 }),
        commentRow("b"),
      ]);
      expect(await store.countComments()).toEqual(
        new Map([
          ["muon", 1],
          ["rotary", 1],
        ]),
      );
      expect(await store.changeComment("none", (row) => row)).toBeNull();
    });

    it("views come and go", async () => {
      await store.insertView(viewRow("v1"));
      await store.insertView(viewRow("v2"));
      expect(await store.removeView("v1")).toBe(true);
      expect(await store.removeView("v1")).toBe(false);
      expect(await store.listViews()).toEqual([viewRow("v2")]);
    });

    it("settings are what was written last, any JSON", async () => {
      expect(await store.readSetting("x")).toBeNull();
      await fc.assert(
        fc.asyncProperty(fc.string(), fc.jsonValue(), async (name, value) => {
          const json = JSON.parse(JSON.stringify(value));
          await store.writeSetting(name, json);
          expect(await store.readSetting(name)).toEqual(json);
        }),
        { numRuns: 30 },
      );
    });

    describe("answers to writes", () => {
      const key = { account: "lin", operation: "propose", key: "k1" };
      const [asked, another] = [sha256("asked"), sha256("another")];

      it("are given again to who asks again, by account, operation and key", async () => {
        expect(await store.claimReply(key, asked)).toEqual({ kind: "taken" });
        expect(await store.claimReply(key, asked)).toEqual({ kind: "in-flight", digest: asked });
        const reply = { status: 201, body: '{"id":"rotary"}' };
        await store.settleReply(key, reply);
        await store.releaseReply(key);
        expect(await store.claimReply(key, another)).toEqual({ kind: "answered", digest: asked, reply });
        for (const [part, value] of [
          ["account", "kai"],
          ["operation", "land"],
          ["key", "k2"],
        ]) {
          expect(await store.claimReply({ ...key, [part ?? ""]: value }, asked)).toEqual({ kind: "taken" });
        }
      });

      it("that held a secret, or had no body, are told apart", async () => {
        await store.claimReply(key, asked);
        await store.settleReply(key, null);
        expect(await store.claimReply(key, asked)).toEqual({ kind: "answered", digest: asked, reply: null });
        const empty = { ...key, key: "k2" };
        await store.claimReply(empty, asked);
        await store.settleReply(empty, { status: 204, body: null });
        expect(await store.claimReply(empty, asked)).toMatchObject({ reply: { status: 204, body: null } });
      });

      it("that never came leave the key free: at once when it is given back, in a minute when the server died", async () => {
        await store.claimReply(key, asked);
        await store.releaseReply(key);
        expect(await store.claimReply(key, asked)).toEqual({ kind: "taken" });
        clock.pass(59_999);
        expect((await store.claimReply(key, asked)).kind).toBe("in-flight");
        clock.pass(1);
        expect(await store.claimReply(key, another)).toEqual({ kind: "taken" });
        expect(await store.claimReply(key, another)).toEqual({ kind: "in-flight", digest: another });
      });

      it("are forgotten after a day", async () => {
        await store.claimReply(key, asked);
        await store.settleReply(key, { status: 200, body: "{}" });
        clock.pass(24 * 3_600_000 - 1);
        expect((await store.claimReply(key, asked)).kind).toBe("answered");
        clock.pass(1);
        expect((await store.claimReply(key, asked)).kind).toBe("taken");
      });
    });

    it("the log is read from its end, in portions", async () => {
      for (let n = 1; n <= 5; n++) await store.append("log", { n });
      await store.append("decision", { n: 0 });
      const numbers = async (before: number | null, limit: number) =>
        (await store.entriesBefore("log", before, limit)).map((entry) => [entry.number, entry.body.n]);
      expect(await numbers(null, 2)).toEqual([
        [5, 5],
        [4, 4],
      ]);
      expect(await numbers(4, 9)).toEqual([
        [3, 3],
        [2, 2],
        [1, 1],
      ]);
      expect(await numbers(1, 9)).toEqual([]);
    });
  });
}
