import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Actor } from "../actor.ts";
import { addComment, type Discussed, editComment, listComments, removeComment, restoreComment } from "./comments.ts";
import { failureOf, type House, host, invitePerson, openHouse } from "./people.test-util.ts";

let house: House;
let lin: Actor;
let kai: Actor;
let ann: Actor;
beforeEach(async () => {
  house = await openHouse();
  const actorOf = async (name: string): Promise<Actor> => {
    const { account } = await invitePerson(house, name);
    return { account, name: account.name, scopes: account.scopes };
  };
  [lin, kai, ann] = [await actorOf("lin"), await actorOf("kai"), await actorOf("ann")];
});
afterEach(() => house.close());

/** By Lin and Kai; how their names are typed in the file does not matter. */
const blind: Discussed = { id: "rotary", authors: ["Lin", "kai"], blind: true };
const decided: Discussed = { ...blind, blind: false };

const names = async (reader: Actor, of: Discussed) => (await listComments(house, reader, of)).map(({ by }) => by);

describe("a discussion", () => {
  it("does not say which author spoke, to anybody but that author, until it is decided", async () => {
    for (const who of [lin, ann, kai, host]) await addComment(house, who, blind, `I am ${who.scopes.length}`);
    expect(await names(lin, blind)).toEqual(["lin", "ann", null, "host"]);
    expect(await names(kai, blind)).toEqual([null, "ann", "kai", "host"]);
    expect(await names(ann, blind)).toEqual([null, "ann", null, "host"]);
    expect(await names(host, blind)).toEqual([null, "ann", null, "host"]);
    expect(JSON.stringify(await listComments(house, ann, blind))).not.toMatch(/lin|kai/i);
    for (const reader of [lin, ann, host]) expect(await names(reader, decided)).toEqual(["lin", "ann", "kai", "host"]);
    // Another contribution's authors are other people.
    expect(await listComments(house, ann, { ...blind, id: "muon" })).toEqual([]);
  });

  it("is changed by who said it alone, and shows nothing of what was taken back", async () => {
    const { id, ...said } = await addComment(house, lin, blind, "First");
    expect(said).toMatchObject({ by: "lin", mine: true, text: "First", editedAt: null, removedAt: null });
    house.clock.pass(5);
    for (const another of [kai, host]) {
      expect(await failureOf(editComment(house, another, blind, id, "x"))).toBe("forbidden: this comment is another's");
      expect(await failureOf(removeComment(house, another, blind, id))).toContain("forbidden");
      expect(await failureOf(restoreComment(house, another, blind, id))).toContain("forbidden");
    }
    expect(await editComment(house, lin, blind, id, "First")).toMatchObject({ editedAt: null });
    expect(await editComment(house, lin, blind, id, "Second")).toMatchObject({ text: "Second", editedAt: 1005 });
    const removed = await removeComment(house, lin, blind, id);
    expect(removed).toMatchObject({ text: "", removedAt: 1005 });
    house.clock.pass(5);
    expect(await removeComment(house, lin, blind, id)).toEqual(removed);
    expect(await listComments(house, lin, blind)).toEqual([removed]);
    expect(await failureOf(editComment(house, lin, blind, id, "x"))).toBe("conflict: the comment was taken back");
    expect(await restoreComment(house, lin, blind, id)).toMatchObject({ text: "Second", removedAt: null });
  });

  it("has no comment of another contribution", async () => {
    const { id } = await addComment(house, lin, blind, "First");
    const muon = { ...blind, id: "muon" };
    expect(await failureOf(editComment(house, lin, muon, id, "x"))).toBe(
      `not-found: there is no comment ${id} on muon`,
    );
    expect(await failureOf(removeComment(house, lin, blind, "none"))).toBe(
      "not-found: there is no comment none on rotary",
    );
  });

  it("at an open door is the person's at the machine, by name, and not an account's of that name", async () => {
    const { id } = await addComment(house, host, blind, "First");
    expect(await editComment(house, host, blind, id, "Second")).toMatchObject({ mine: true });
    const { account } = await invitePerson(house, "host");
    const namesake: Actor = { account, name: "host", scopes: [] };
    expect(await failureOf(editComment(house, namesake, blind, id, "x"))).toContain("forbidden");
    const { id: theirs } = await addComment(house, namesake, blind, "Mine");
    expect(await failureOf(editComment(house, host, blind, theirs, "x"))).toContain("forbidden");
  });
});
