import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accountRow, tokenRow } from "../../../test/contracts/team.ts";
import { scopes } from "../../api/operation.ts";
import { sha256 } from "../../base/digest.ts";
import type { Actor } from "../actor.ts";
import { closeAccount, reopenAccount } from "./accounts.ts";
import { failureOf, type House, host, inviteAgent, invitePerson, openHouse } from "./people.test-util.ts";
import { endSession, exchange, identify, issueToken, listTokens, revokeToken } from "./tokens.ts";

const day = 24 * 3_600_000;

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

/** A person who has just logged in. */
async function enter(name: string): Promise<{ readonly actor: Actor; readonly session: string; readonly id: string }> {
  const { secret } = await invitePerson(house, name);
  const entered = await exchange(house, secret);
  if (entered === null) throw new Error("an invitation that is not good");
  return { actor: entered.identity.actor, session: entered.secret, id: entered.identity.token.id };
}

describe("an invitation", () => {
  it("identifies nobody, and is exchanged once for a session of thirty days", async () => {
    const { secret, account } = await invitePerson(house, "lin");
    expect(await identify(house, secret)).toBeNull();
    const entered = await exchange(house, secret);
    expect(entered).toMatchObject({
      expiresAt: house.clock.now() + 30 * day,
      identity: { actor: { account, name: "lin", scopes: [...scopes] }, token: { kind: "session" } },
    });
    expect(await exchange(house, secret)).toBeNull();
    const session = entered?.secret ?? "";
    expect(await exchange(house, session)).toBeNull();
    house.clock.pass(30 * day - 1);
    expect(await identify(house, session)).toEqual(entered?.identity);
    house.clock.pass(1);
    expect(await identify(house, session)).toBeNull();
  });

  it("is good until it expires", async () => {
    const { secret } = await invitePerson(house, "lin");
    house.clock.pass(7 * day);
    expect(await exchange(house, secret)).toBeNull();
  });

  it("ends with its session when one logs out", async () => {
    const { session, id } = await enter("lin");
    await endSession(house, id);
    expect(await identify(house, session)).toBeNull();
  });
});

describe("a token", () => {
  it("opens until it expires, is revoked or its account is closed; a session of it ends with it", async () => {
    const { actor, id } = await enter("lin");
    const order = { label: "sweeps", scopes: ["read", "propose"] as const, days: 10 };
    const [a, b, c] = [
      await issueToken(house, actor, order, id),
      await issueToken(house, actor, order, id),
      await issueToken(house, actor, order, id),
    ];
    const narrow = { name: "lin", scopes: ["read", "propose"] };
    expect(await identify(house, a.secret)).toMatchObject({ actor: narrow, token: { id: a.token.id, kind: "token" } });
    const browser = await exchange(house, a.secret);
    expect(browser).toMatchObject({ identity: { actor: narrow }, expiresAt: a.token.expiresAt });
    await revokeToken(house, actor, a.token.id);
    expect(await identify(house, a.secret)).toBeNull();
    expect(await identify(house, browser?.secret ?? "")).toBeNull();
    house.clock.pass(10 * day - 1);
    expect(await identify(house, b.secret)).not.toBeNull();
    house.clock.pass(1);
    expect(await identify(house, b.secret)).toBeNull();
    await invitePerson(house, "kai");
    await closeAccount(house, actor.account?.id ?? "");
    expect(await identify(house, c.secret)).toBeNull();
  });

  it("is the caller's own to list and revoke, and never told again", async () => {
    const [lin, kai] = [await enter("lin"), await enter("kai")];
    const { token, secret } = await issueToken(house, lin.actor, { label: "x", scopes: ["read"], days: 1 }, null);
    expect((await listTokens(house, lin.actor)).map(({ kind }) => kind).toSorted()).toEqual([
      "invitation",
      "session",
      "token",
    ]);
    expect(JSON.stringify(await listTokens(house, lin.actor))).not.toContain(sha256(secret));
    expect(await failureOf(revokeToken(house, kai.actor, token.id))).toBe(`not-found: you have no token ${token.id}`);
    expect(await identify(house, secret)).not.toBeNull();
    expect(await listTokens(house, host)).toEqual([]);
    expect(await failureOf(issueToken(house, host, { label: "x", scopes: ["read"], days: 1 }, null))).toContain(
      "not-found",
    );
  });

  it("never makes one with more scopes than the request that asks for it", async () => {
    const { actor } = await enter("lin");
    const { secret } = await issueToken(house, actor, { label: "x", scopes: ["read", "admin"], days: 1 }, null);
    const narrow = (await identify(house, secret))?.actor ?? host;
    expect(await failureOf(issueToken(house, narrow, { label: "y", scopes: ["read", "decide"], days: 1 }, null))).toBe(
      "forbidden: you cannot give what you do not have: decide",
    );
  });

  it("that another one asks for, or its session, lives no longer than that one, and ends with it", async () => {
    const { actor, id } = await enter("lin");
    const order = (days: number) => ({ label: "x", scopes: ["read"] as const, days });
    const first = await issueToken(house, actor, order(10), id);
    expect(first.token.expiresAt).toBe(house.clock.now() + 10 * day);
    const session = await exchange(house, first.secret);
    const second = await issueToken(house, actor, order(365), first.token.id);
    const third = await issueToken(house, actor, order(365), second.token.id);
    const fourth = await issueToken(house, actor, order(365), session?.identity.token.id ?? null);
    const short = await issueToken(house, actor, order(1), second.token.id);
    const all = [first, second, third, fourth, short];
    const end = first.token.expiresAt;
    expect(all.map(({ token }) => token.expiresAt)).toEqual([end, end, end, end, house.clock.now() + day]);
    const alive = () => Promise.all(all.map(async ({ secret }) => (await identify(house, secret)) !== null));
    await revokeToken(house, actor, second.token.id);
    expect(await alive()).toEqual([true, false, false, true, false]);
    expect(await failureOf(issueToken(house, actor, order(1), second.token.id))).toContain("forbidden");
    await endSession(house, session?.identity.token.id ?? "");
    expect(await alive()).toEqual([true, false, false, true, false]);
    await revokeToken(house, actor, first.token.id);
    expect(await alive()).toEqual([false, false, false, false, false]);
  });

  it("allows what it, its account and who answers for the account all hold", async () => {
    const held = fc.subarray([...scopes, "of-a-later-cairn"]);
    let n = 0;
    await fc.assert(
      fc.asyncProperty(held, held, held, fc.boolean(), async (ofToken, ofAccount, ofPerson, isAgent) => {
        const [person, own] = [`person-${++n}`, `own-${n}`];
        const write = (account: ReturnType<typeof accountRow>, issue: ReturnType<typeof tokenRow> | null) =>
          house.store.changeAccount(() => ({ account, issue, revoke: { accounts: [], kinds: [], at: 0 } }));
        await write(accountRow(person, { scopes: ofPerson }), null);
        const token = tokenRow(own, own, { scopes: ofToken, expiresAt: 1e15 });
        const kind = isAgent ? ("agent" as const) : ("person" as const);
        await write(accountRow(own, { kind, answersTo: isAgent ? person : null, scopes: ofAccount }), token);
        const all = isAgent ? [ofToken, ofAccount, ofPerson] : [ofToken, ofAccount];
        expect((await identify(house, own))?.actor.scopes).toEqual(
          scopes.filter((scope) => all.every((some) => some.includes(scope))),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("of an agent ends when the person who answers for it is closed, also if it was not revoked", async () => {
    await invitePerson(house, "lin");
    const { account: kai } = await invitePerson(house, "kai", ["read"]);
    const bot = await inviteAgent(house, "bot", kai.id, ["read"]);
    expect(await identify(house, bot.secret)).not.toBeNull();
    await closeAccount(house, kai.id);
    expect(await identify(house, bot.secret)).toBeNull();
    // One that came about while the person was being closed.
    await house.store.insertToken(tokenRow("late", bot.account.id, { expiresAt: 1e15 }));
    expect(await identify(house, "late")).toBeNull();
    await reopenAccount(house, kai.id);
    expect(await identify(house, "late")).not.toBeNull();
    expect(await identify(house, bot.secret)).toBeNull();
  });

  it("says when it was last used, to the minute", async () => {
    const { actor, session, id } = await enter("lin");
    const lastUsed = async () => (await listTokens(house, actor)).find((token) => token.id === id)?.lastUsedAt;
    const start = house.clock.now();
    expect(await lastUsed()).toBeNull();
    await identify(house, session);
    expect(await lastUsed()).toBe(start);
    house.clock.pass(59_999);
    await identify(house, session);
    expect(await lastUsed()).toBe(start);
    house.clock.pass(1);
    await identify(house, session);
    expect(await lastUsed()).toBe(start + 60_000);
  });

  it("is nobody's when it was made up", async () => {
    await enter("lin");
    await fc.assert(
      fc.asyncProperty(fc.string(), async (secret) => {
        expect(await identify(house, secret)).toBeNull();
        expect(await exchange(house, secret)).toBeNull();
      }),
    );
  });

  it("is in the database by its digest alone", async () => {
    const { actor, session } = await enter("lin");
    const { secret } = await issueToken(house, actor, { label: "x", scopes: ["read"], days: 1 }, null);
    const bytes = Buffer.concat(readdirSync(house.folder).map((name) => readFileSync(join(house.folder, name))));
    for (const each of [session, secret]) {
      expect(each).toMatch(/^cairn_[\w-]{43}$/);
      expect(bytes.includes(each.slice(6))).toBe(false);
      expect(bytes.includes(sha256(each))).toBe(true);
    }
  });
});
