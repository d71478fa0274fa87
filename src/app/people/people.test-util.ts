import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestClock, testClock } from "../../../test/contracts/store.ts";
import { type Scope, scopes } from "../../api/operation.ts";
import { openSqliteStore } from "../../store/sqlite.ts";
import type { Store } from "../../store/store.ts";
import type { Actor } from "../actor.ts";
import { CairnError } from "../errors.ts";
import { type Invited, invite } from "./accounts.ts";

/** A store of its own and a clock that the test turns. */
export interface House {
  readonly folder: string;
  readonly store: Store;
  readonly clock: TestClock;
  close(): Promise<void>;
}

export async function openHouse(): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), "cairn-people-"));
  const clock = testClock();
  const store = await openSqliteStore(join(folder, "cairn.db"), clock);
  const close = async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, store, clock, close };
}

/** Whoever sits at the machine. */
export const host: Actor = { account: null, name: "host", scopes };

export function invitePerson(house: House, name: string, held: readonly Scope[] = scopes): Promise<Invited> {
  return invite(house, host, { name, kind: "person", answersTo: null, scopes: held, days: 7 });
}

export function inviteAgent(house: House, name: string, answersTo: string, held: readonly Scope[]): Promise<Invited> {
  return invite(house, host, { name, kind: "agent", answersTo, scopes: held, days: 7 });
}

/** The kind and words of the failure; throws when there is none. */
export async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    const { failure } = error;
    return "message" in failure ? `${failure.kind}: ${failure.message}` : failure.kind;
  }
  throw new Error("nothing failed");
}
