import type { Kysely } from "kysely";
import { noteChange } from "./changes.ts";
import { commentOf } from "./codec.ts";
import type { Schema } from "./schema.ts";
import type { CommentRow } from "./team.ts";

export async function insertComment(db: Kysely<Schema>, comment: CommentRow): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto("comments")
      .values({
        id: comment.id,
        contribution: comment.contribution,
        account: comment.account,
        name: comment.name,
        created_at: comment.createdAt,
        ...changeable(comment),
      })
      .execute();
    await noteChange(trx, "comment", comment.contribution);
  });
}

export async function changeComment(
  db: Kysely<Schema>,
  id: string,
  change: (comment: CommentRow) => CommentRow,
): Promise<CommentRow | null> {
  return db.transaction().execute(async (trx) => {
    const row = await trx.selectFrom("comments").selectAll().where("id", "=", id).executeTakeFirst();
    if (row === undefined) return null;
    const changed = change(commentOf(row));
    await trx.updateTable("comments").set(changeable(changed)).where("id", "=", id).execute();
    await noteChange(trx, "comment", changed.contribution);
    return changed;
  });
}

/** Who said it, when and about what stays. */
function changeable(comment: CommentRow) {
  return { text: comment.text, edited_at: comment.editedAt, removed_at: comment.removedAt };
}

export async function listComments(db: Kysely<Schema>, contribution: string): Promise<readonly CommentRow[]> {
  const rows = await db
    .selectFrom("comments")
    .selectAll()
    .where("contribution", "=", contribution)
    .orderBy("number")
    .execute();
  return rows.map(commentOf);
}

export async function countComments(db: Kysely<Schema>): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom("comments")
    .select((e) => ["contribution", e.fn.countAll<number>().as("count")])
    .where("removed_at", "is", null)
    .groupBy("contribution")
    .execute();
  return new Map(rows.map((row) => [row.contribution, Number(row.count)]));
}
