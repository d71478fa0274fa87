import { setTimeout as delay } from "node:timers/promises";
import type { Kysely } from "kysely";
import { isDeadHere, ownerOfThisProcess } from "../../store/owner.ts";
import type { Schema } from "../../store/schema.ts";
import { silence } from "../../store/vigil.ts";
import { workingOwners } from "../../store/working.ts";
import { conflict } from "../errors.ts";
import { otherServer } from "../live/presence.ts";

/** How often a heartbeat is looked for, in milliseconds. */
const interval = 1_000;

/**
 * Refuses when another Cairn writes to the record: what it wrote from now on would be in the old one alone. Of an owner
 * on another machine, which cannot be looked at, its heartbeat is waited for.
 * @param patience how long, in milliseconds
 * @throws CairnError `conflict`
 */
export async function refuseWhileAtWork(workspace: string, db: Kysely<Schema>, patience = silence): Promise<void> {
  const server = otherServer({ workspace, owner: ownerOfThisProcess() });
  if (server !== null) throw conflict(`a server of this lab runs at ${server}`, "Stop it, and try again.");
  const before = await workersOf(db);
  const deadline = performance.now() + patience;
  for (;;) {
    const now = await workersOf(db);
    const moving = [...now].find(([owner, beats]) => before.get(owner) !== beats);
    if (moving !== undefined)
      throw conflict(
        `another Cairn works on this lab (${moving[0]})`,
        "Let it end, or stop it with Ctrl-C, and try again.",
      );
    if (now.size === 0 || performance.now() > deadline) return;
    await delay(interval);
  }
}

/** Those that are not surely dead. */
async function workersOf(db: Kysely<Schema>): Promise<ReadonlyMap<string, number>> {
  return new Map([...(await workingOwners(db))].filter(([owner]) => !isDeadHere(owner)));
}
