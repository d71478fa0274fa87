import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createRig, type Rig } from "../../../test/e2e/rig.ts";
import { invited } from "../../api/people.ts";
import { identify } from "../../app/people/tokens.ts";
import { openSession } from "../../app/session.ts";

let rig: Rig;
beforeAll(() => {
  rig = createRig("planted");
});
afterAll(() => rig.dispose());

describe("cairn account", () => {
  it("lets the first one in with every scope, and prints the secret once", async () => {
    const early = await rig.cairn("account", "invite", "lin", "--scopes", "read");
    expect(early).toMatchObject({ code: 2, err: expect.stringContaining("the first account needs the scope admin") });
    const { code, out } = await rig.cairn("account", "invite", "Lin");
    expect(code).toBe(0);
    expect(out).toMatch(/^\+ Lin may read, propose, decide, admin\n {2}cairn_[\w-]{43}\n/);
    const list = await rig.cairn("account", "list");
    expect(list.out).toMatch(/^Lin {2}person · read, propose, decide, admin/);
    expect(list.out).not.toContain("cairn_");
  });

  it("gives an agent a token for which a person answers, until the person's account is closed", async () => {
    expect((await rig.cairn("account", "invite", "bot", "--agent")).err).toContain("People with an account: Lin");
    await rig.cairn("account", "invite", "kai", "--scopes", "read,propose");
    const wide = await rig.cairn(
      "account",
      "invite",
      "bot",
      "--agent",
      "--answers-to",
      "kai",
      "--scopes",
      "read,decide",
    );
    expect(wide.err).toContain("kai, who answers for it, does not have decide");
    const bot = invited.parse(await rig.json("account", "invite", "bot", "--agent", "--answers-to", "KAI"));
    expect(bot).toMatchObject({ account: { kind: "agent", scopes: ["read", "propose"] }, token: { kind: "token" } });
    expect(await scopesOf(bot.secret)).toEqual(["read", "propose"]);
    expect((await rig.cairn("account", "close", "kai")).out).toBe("kai's account is closed.\n");
    expect(await scopesOf(bot.secret)).toBeNull();
    await rig.cairn("account", "reopen", "kai");
    expect(await scopesOf(bot.secret)).toBeNull();
    const again = invited.parse(await rig.json("account", "reinvite", "bot"));
    expect(await scopesOf(again.secret)).toEqual(["read", "propose"]);
  });

  it("says what is wrong", async () => {
    expect((await rig.cairn("account", "invite", "x", "--scopes", "read,fly")).err).toContain(
      "Scopes: read, propose, decide, admin.",
    );
    expect((await rig.cairn("account", "invite", "x", "--days", "366")).code).toBe(2);
    expect((await rig.cairn("account", "close", "Lin")).err).toContain("Lin is the last who may invite others");
    expect((await rig.cairn("account", "close", "ann")).err).toContain("Accounts: Lin, kai, bot.");
    expect((await rig.cairn("account", "invite", "--help")).code).toBe(0);
  });

  it("stands in the audit log", async () => {
    const session = await openSession(rig.dir, { scale: null });
    const entries = (await session.store.entries("log")).map((entry) =>
      z.looseObject({ subject: z.string() }).parse(entry.body),
    );
    await session.close();
    expect(entries.map((entry) => entry.subject)).toEqual([
      "cairn account invite Lin",
      "cairn account invite kai",
      "cairn account invite bot",
      "cairn account close kai",
      "cairn account reopen kai",
      "cairn account reinvite bot",
    ]);
  });
});

async function scopesOf(secret: string): Promise<readonly string[] | null> {
  const session = await openSession(rig.dir, { scale: null });
  const identity = await identify(session, secret);
  await session.close();
  return identity?.actor.scopes ?? null;
}
