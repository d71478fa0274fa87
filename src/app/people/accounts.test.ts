import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scopes } from "../../api/operation.ts";
import type { Actor } from "../actor.ts";
import { CairnError } from "../errors.ts";
import { closeAccount, findAccount, hasAdmin, invite, listAccounts, reinvite, reopenAccount } from "./accounts.ts";
import { failureOf, type House, host, inviteAgent, invitePerson, openHouse } from "./people.test-util.ts";
import { exchange, identify } from "./tokens.ts";

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

describe("inviting", () => {
  it("needs an admin first", async () => {
    expect(await hasAdmin(house)).toBe(false);
    expect(await failureOf(invitePerson(house, "lin", ["read"]))).toBe(
      "conflict: the first account needs the scope admin",
    );
    await invitePerson(house, "lin", ["admin"]);
    expect(await hasAdmin(house)).toBe(true);
    house.clock.pass(1);
    await invitePerson(house, "kai", ["read"]);
    expect((await listAccounts(house)).map(({ name }) => name)).toEqual(["lin", "kai"]);
  });

  it("takes no name twice, in whatever case or width, closed ones too, and none that hides something", async () => {
    await invitePerson(house, "Lin  Wei ");
    const kai = await invitePerson(house, "kai", ["read"]);
    await closeAccount(house, kai.account.id);
    for (const name of ["Lin Wei", "lin wei", "ＬＩＮ Wei", "KAI"])
      expect(await failureOf(invitePerson(house, name))).toContain("conflict: there is an account");
    for (const name of ["", "  ", "x".repeat(81), "lin\u200b", "lin\u202ewei", "a\u0000b"])
      expect(await failureOf(invitePerson(house, name))).toContain("is not a name");
    expect((await findAccount(house, "LIN WEI")).name).toBe("Lin Wei");
    expect(await failureOf(findAccount(house, "ann"))).toBe("not-found: there is no account ann");
  });

  it("gives nothing that the caller does not hold, neither anew nor again", async () => {
    const { account: lin } = await invitePerson(house, "lin");
    const narrow: Actor = { account: lin, name: "lin", scopes: ["admin", "read"] };
    const wide = { name: "kai", kind: "person", answersTo: null, scopes: ["read", "decide"], days: 7 } as const;
    expect(await failureOf(invite(house, narrow, wide))).toContain("forbidden: you cannot give");
    expect(await failureOf(reinvite(house, narrow, lin.id))).toContain("forbidden: you cannot give");
    expect((await invite(house, narrow, { ...wide, scopes: ["read"] })).account.scopes).toEqual(["read"]);
  });

  it("of an agent needs an open person, whose scopes bound its own, and never makes an admin", async () => {
    const { account: lin } = await invitePerson(house, "lin");
    const { account: kai } = await invitePerson(house, "kai", ["read", "propose"]);
    const bot = await inviteAgent(house, "bot", kai.id, ["read"]);
    expect(bot.token).toMatchObject({ kind: "token", scopes: ["read"] });
    expect(await failureOf(inviteAgent(house, "b2", bot.account.id, ["read"]))).toContain("needs a person");
    expect(await failureOf(inviteAgent(house, "b2", "nobody", ["read"]))).toContain("needs a person");
    expect(await failureOf(inviteAgent(house, "b2", kai.id, ["decide"]))).toContain("kai, who answers for it");
    expect(await failureOf(inviteAgent(house, "b2", lin.id, ["admin"]))).toContain("cannot hold the scope admin");
    const odd = { name: "b2", kind: "person", answersTo: lin.id, scopes: ["read"], days: 7 } as const;
    expect(await failureOf(invite(house, host, odd))).toContain("answers for themself");
    await closeAccount(house, kai.id);
    expect(await failureOf(inviteAgent(house, "b2", kai.id, ["read"]))).toContain("needs a person");
    expect(await failureOf(reinvite(house, host, bot.account.id))).toContain("needs a person");
    await reopenAccount(house, kai.id);
    expect(await identify(house, bot.secret)).toBeNull();
    expect(await identify(house, (await reinvite(house, host, bot.account.id)).secret)).not.toBeNull();
  });
});

describe("inviting again", () => {
  it("replaces the invitations before, and leaves sessions", async () => {
    const first = await invitePerson(house, "lin");
    const second = await reinvite(house, host, first.account.id);
    expect(await exchange(house, first.secret)).toBeNull();
    const session = (await exchange(house, second.secret))?.secret ?? "";
    await reinvite(house, host, first.account.id);
    expect(await identify(house, session)).not.toBeNull();
    expect(await failureOf(reinvite(house, host, "none"))).toBe("not-found: there is no account none");
  });

  it("replaces an agent's token", async () => {
    const { account } = await invitePerson(house, "lin");
    const bot = await inviteAgent(house, "bot", account.id, ["read"]);
    const again = await reinvite(house, host, bot.account.id);
    expect(await identify(house, bot.secret)).toBeNull();
    expect(await identify(house, again.secret)).toMatchObject({ actor: { name: "bot" } });
  });
});

describe("closing", () => {
  it("ends everything of the account, can be undone, and then needs a new invitation", async () => {
    await invitePerson(house, "lin");
    const { account, secret } = await invitePerson(house, "kai", ["read"]);
    const session = (await exchange(house, secret))?.secret ?? "";
    const closed = await closeAccount(house, account.id);
    expect(closed.closedAt).toBe(house.clock.now());
    house.clock.pass(5);
    expect(await closeAccount(house, account.id)).toEqual(closed);
    expect(await failureOf(reinvite(house, host, account.id))).toBe("conflict: kai's account is closed");
    expect(await reopenAccount(house, account.id)).toEqual(account);
    expect(await identify(house, session)).toBeNull();
    expect(await exchange(house, (await reinvite(house, host, account.id)).secret)).not.toBeNull();
  });

  it("leaves an open admin, whatever is done", async () => {
    const names = ["a", "b", "c"] as const;
    const step = fc.tuple(
      fc.constantFrom("close", "reopen", "invite"),
      fc.constantFrom(...names),
      fc.subarray([...scopes], { minLength: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const own = await openHouse();
        try {
          for (const [what, name, held] of steps) {
            const found = (await listAccounts(own)).find((account) => account.name === name);
            const work = () => {
              if (what === "invite") return invitePerson(own, name, held);
              return what === "close" ? closeAccount(own, found?.id ?? "") : reopenAccount(own, found?.id ?? "");
            };
            await work().catch((error) => {
              if (!(error instanceof CairnError)) throw error;
            });
            const accounts = await listAccounts(own);
            expect(await hasAdmin(own)).toBe(accounts.length > 0);
          }
        } finally {
          await own.close();
        }
      }),
      { numRuns: 15 },
    );
  });
});
