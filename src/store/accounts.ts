import type { Kysely, Transaction } from "kysely";
import { noteChange } from "./changes.ts";
import { accountOf } from "./codec.ts";
import type { Schema } from "./schema.ts";
import type { AccountChange, AccountRow } from "./team.ts";
import { insertToken } from "./tokens.ts";

export async function listAccounts(db: Kysely<Schema>): Promise<readonly AccountRow[]> {
  const rows = await db.selectFrom("accounts").selectAll().orderBy("created_at").orderBy("id").execute();
  return rows.map(accountOf);
}

export async function changeAccount<C extends AccountChange>(
  db: Kysely<Schema>,
  decide: (accounts: readonly AccountRow[]) => C,
): Promise<C> {
  return db.transaction().execute(async (trx) => {
    const change = decide(await listAccounts(trx));
    await writeAccount(trx, change.account);
    await revoke(trx, change.revoke);
    if (change.issue !== null) await insertToken(trx, change.issue);
    await noteChange(trx, "account", change.account.id);
    return change;
  });
}

/** Two names that differ in case, or in how they are typed, are one: nobody passes for another. */
export function foldName(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}

async function writeAccount(trx: Transaction<Schema>, account: AccountRow): Promise<void> {
  const row = {
    name: account.name,
    folded_name: foldName(account.name),
    kind: account.kind,
    answers_to: account.answersTo,
    scopes: JSON.stringify(account.scopes),
    created_at: account.createdAt,
    closed_at: account.closedAt,
  };
  await trx
    .insertInto("accounts")
    .values({ id: account.id, ...row })
    .onConflict((c) => c.column("id").doUpdateSet(row))
    .execute();
}

async function revoke(trx: Transaction<Schema>, { accounts, kinds, at }: AccountChange["revoke"]): Promise<void> {
  if (accounts.length === 0 || kinds.length === 0) return;
  await trx
    .updateTable("tokens")
    .set({ revoked_at: at })
    .where("account", "in", accounts)
    .where("kind", "in", kinds)
    .where("revoked_at", "is", null)
    .execute();
}
