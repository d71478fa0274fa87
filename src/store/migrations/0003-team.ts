import { sql } from "kysely";
import { columnsOf } from "./columns.ts";
import type { Migration } from "./migration.ts";

/** What a team that works together needs: the outbox, accounts and their tokens, comments, views; when points arrived. */
export const team: Migration = {
  number: 3,
  name: "team",
  up: async (db) => {
    const column = columnsOf(db);
    await db.schema
      .createTable("changes")
      .addColumn("number", column.integer, (c) => c.primaryKey())
      .addColumn("kind", column.text, (c) => c.notNull())
      .addColumn("id", column.text, (c) => c.notNull())
      .addUniqueConstraint("changes_subject", ["kind", "id"])
      .execute();

    await db.schema
      .createTable("accounts")
      .addColumn("id", column.text, (c) => c.primaryKey())
      .addColumn("name", column.text, (c) => c.notNull())
      .addColumn("folded_name", column.text, (c) => c.notNull().unique())
      .addColumn("kind", column.text, (c) => c.notNull().check(sql`kind in ('person', 'agent')`))
      .addColumn("answers_to", column.text, (c) => column.within(c, "accounts.id"))
      .addColumn("scopes", column.text, (c) => c.notNull())
      .addColumn("created_at", "double precision", (c) => c.notNull())
      .addColumn("closed_at", "double precision")
      .execute();

    await db.schema
      .createTable("tokens")
      .addColumn("id", column.text, (c) => c.primaryKey())
      .addColumn("account", column.text, (c) => c.notNull().references("accounts.id"))
      .addColumn("kind", column.text, (c) => c.notNull().check(sql`kind in ('invitation', 'session', 'token')`))
      .addColumn("label", column.text, (c) => c.notNull())
      .addColumn("scopes", column.text, (c) => c.notNull())
      .addColumn("digest", column.text, (c) => c.notNull().unique())
      .addColumn("parent", column.text, (c) => column.within(c, "tokens.id"))
      .addColumn("created_at", "double precision", (c) => c.notNull())
      .addColumn("expires_at", "double precision", (c) => c.notNull())
      .addColumn("last_used_at", "double precision")
      .addColumn("revoked_at", "double precision")
      .execute();
    await db.schema.createIndex("tokens_account").on("tokens").column("account").execute();
    await db.schema.createIndex("tokens_parent").on("tokens").column("parent").execute();

    await db.schema
      .createTable("comments")
      .addColumn("number", column.integer, column.counted)
      .addColumn("id", column.text, (c) => c.notNull().unique())
      .addColumn("contribution", column.text, (c) => c.notNull())
      .addColumn("account", column.text, (c) => c.references("accounts.id"))
      .addColumn("name", column.text, (c) => c.notNull())
      .addColumn("text", column.text, (c) => c.notNull())
      .addColumn("created_at", "double precision", (c) => c.notNull())
      .addColumn("edited_at", "double precision")
      .addColumn("removed_at", "double precision")
      .execute();
    await db.schema.createIndex("comments_contribution").on("comments").columns(["contribution", "number"]).execute();

    await db.schema
      .createTable("views")
      .addColumn("number", column.integer, column.counted)
      .addColumn("id", column.text, (c) => c.notNull().unique())
      .addColumn("name", column.text, (c) => c.notNull())
      .addColumn("page", column.text, (c) => c.notNull())
      .addColumn("query", column.text, (c) => c.notNull())
      .addColumn("created_at", "double precision", (c) => c.notNull())
      .execute();

    await db.schema
      .createTable("replies")
      .addColumn("id", column.text, (c) => c.primaryKey())
      .addColumn("request", column.text, (c) => c.notNull())
      .addColumn("state", column.text, (c) => c.notNull().check(sql`state in ('claimed', 'answered')`))
      .addColumn("status", column.integer)
      .addColumn("body", column.text)
      .addColumn("created_at", "double precision", (c) => c.notNull())
      .execute();
    await db.schema.createIndex("replies_age").on("replies").column("created_at").execute();

    await db.schema
      .createTable("settings")
      .addColumn("name", column.text, (c) => c.primaryKey())
      .addColumn("value", column.text, (c) => c.notNull())
      .execute();

    await db.schema.alterTable("segments").addColumn("times", column.bytes).execute();
  },
};
