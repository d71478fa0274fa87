import { expect, it } from "vitest";
import { failureOf, openHouse } from "./people.test-util.ts";
import { listViews, removeView, saveView } from "./views.ts";

it("views are kept under a name, in order, until they are removed", async () => {
  const house = await openHouse();
  const wide = await saveView(house, { name: "Wide", page: "runs", query: "sort=-cost" });
  house.clock.pass(1);
  const mine = await saveView(house, { name: "Mine", page: "queue", query: "mine=true" });
  expect(mine).toMatchObject({ name: "Mine", page: "queue", createdAt: 1001 });
  // Of a page that a later version has.
  await house.store.insertView({ ...wide, id: "later", page: "later" });
  expect(await listViews(house)).toEqual([wide, mine]);
  await removeView(house, wide.id);
  expect(await failureOf(removeView(house, wide.id))).toBe(`not-found: there is no view ${wide.id}`);
  expect(await listViews(house)).toEqual([mine]);
  await house.close();
});
