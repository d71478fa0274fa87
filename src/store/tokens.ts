import type { Kysely } from "kysely";
import type { Digest } from "../base/digest.ts";
import { accountOf, tokenOf } from "./codec.ts";
import type { Schema } from "./schema.ts";
import type { AccountRow, TokenHolder, TokenRow } from "./team.ts";

export async function findToken(db: Kysely<Schema>, digest: Digest): Promise<TokenHolder | null> {
  return db
    .transaction()
    .setAccessMode("read only")
    .execute(async (trx) => {
      const row = await trx.selectFrom("tokens").selectAll().where("digest", "=", digest).executeTakeFirst();
      if (row === undefined) return null;
      const account = await findAccount(trx, row.account);
      if (account === null) return null;
      const answersTo = account.answersTo === null ? null : await findAccount(trx, account.answersTo);
      return { token: tokenOf(row), account, answersTo };
    });
}

async function findAccount(db: Kysely<Schema>, id: string): Promise<AccountRow | null> {
  const row = await db.selectFrom("accounts").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? null : accountOf(row);
}

export async function listTokens(db: Kysely<Schema>, account: string): Promise<readonly TokenRow[]> {
  const rows = await db
    .selectFrom("tokens")
    .selectAll()
    .where("account", "=", account)
    .orderBy("created_at", "desc")
    .orderBy("id")
    .execute();
  return rows.map(tokenOf);
}

export async function insertToken(db: Kysely<Schema>, token: TokenRow): Promise<void> {
  await db
    .insertInto("tokens")
    .values({
      id: token.id,
      account: token.account,
      kind: token.kind,
      label: token.label,
      scopes: JSON.stringify(token.scopes),
      digest: token.digest,
      parent: token.parent,
      created_at: token.createdAt,
      expires_at: token.expiresAt,
      last_used_at: token.lastUsedAt,
      revoked_at: token.revokedAt,
    })
    .execute();
}

export async function exchangeToken(db: Kysely<Schema>, id: string, session: TokenRow): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const good = await trx
      .updateTable("tokens")
      .set((e) => ({
        last_used_at: session.createdAt,
        revoked_at: e.case().when("kind", "=", "invitation").then(session.createdAt).else(null).end(),
      }))
      .where("id", "=", id)
      .where("revoked_at", "is", null)
      .executeTakeFirstOrThrow();
    if (good.numUpdatedRows === 0n) return false;
    await insertToken(trx, session);
    return true;
  });
}

export async function markTokenUsed(db: Kysely<Schema>, id: string, at: number): Promise<void> {
  await db.updateTable("tokens").set({ last_used_at: at }).where("id", "=", id).execute();
}

export async function revokeToken(db: Kysely<Schema>, id: string, at: number): Promise<void> {
  await db
    .withRecursive("line(id)", (w) =>
      w
        .selectFrom("tokens")
        .select("id")
        .where("id", "=", id)
        .union(w.selectFrom("tokens").innerJoin("line", "line.id", "tokens.parent").select("tokens.id")),
    )
    .updateTable("tokens")
    .set({ revoked_at: at })
    .where("id", "in", (e) => e.selectFrom("line").select("line.id"))
    .where("revoked_at", "is", null)
    .execute();
}
