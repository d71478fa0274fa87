import { sql } from "kysely";
import type { Migration } from "./migration.ts";

/** What a team that works together needs: the outbox, accounts and their tokens, comments, views; when points arrived. */
export const team: Migration = {
  number: 3,
  name: "team",
  up: async (db) => {
    await db.schema
      .createTable("changes")
      .addColumn("number", "integer", (c) => c.primaryKey())
      .addColumn("kind", "text", (c) => c.notNull())
      .addColumn("id", "text", (c) => c.notNull())
      .addUniqueConstraint("changes_subject", ["kind", "id"])
      .execute();

    await db.schema
      .createTable("accounts")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("name", "text", (c) => c.notNull())
      .addColumn("folded_name", "text", (c) => c.notNull().unique())
      .addColumn("kind", "text", (c) => c.notNull().check(sql`kind in ('person', 'agent')`))
      .addColumn("answers_to", "text", (c) => c.references("accounts.id"))
      .addColumn("scopes", "text", (c) => c.notNull())
      .addColumn("created_at", "double precision", (c) => c.notNull())
      .addColumn("closed_at", "double precision")
      .execute();

    await db.schema
      .createTable("tokens")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("account", "text", (c) => c.notNull().references("accounts.id"))
      .addColumn("kind", "text", (c) => c.notNull().check(sql`kind in ('invitation', 'session', 'token')`))
      .addColumn("label", "text", (c) => c.notNull())
      .addColumn("scopes", "text", (c) => c.notNull())
      .addColumn("digest", "text", (c) => c.notNull().unique())
      .addColumn("parent", "text", (c) => c.references("tokens.id"))
      .addColumn("created_at", "double precision", (c) => c.notNull())
      .addColumn("expires_at", "double precision", (c) => c.notNull())
      .addColumn("last_used_at", "double precision")
      .addColumn("revoked_at", "double precision")
      .execute();
    await db.schema.createIndex("tokens_account").on("tokens").column("account").execute();
    await db.schema.createIndex("tokens_parent").on("tokens").column("parent").execute();

    await db.schema
      .createTable("comments")
      .addColumn("number", "integer", (c) => c.primaryKey().autoIncrement())
      .addColumn("id", "text", (c) => c.notNull().unique())
      .addColumn("contribution", "text", (c) => c.notNull())
      .addColumn("account", "text", (c) => c.references("accounts.id"))
      .addColumn("name", "text", (c) => c.notNull())
      .addColumn("text", "text", (c) => c.notNull())
      .addColumn("created_at", "double precision", (c) => c.notNull())
      .addColumn("edited_at", "double precision")
      .addColumn("removed_at", "double precision")
      .execute();
    await db.schema.createIndex("comments_contribution").on("comments").columns(["contribution", "number"]).execute();

    await db.schema
      .createTable("views")
      .addColumn("number", "integer", (c) => c.primaryKey().autoIncrement())
      .addColumn("id", "text", (c) => c.notNull().unique())
      .addColumn("name", "text", (c) => c.notNull())
      .addColumn("page", "text", (c) => c.notNull())
      .addColumn("query", "text", (c) => c.notNull())
      .addColumn("created_at", "double precision", (c) => c.notNull())
      .execute();

    await db.schema
      .createTable("replies")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("request", "text", (c) => c.notNull())
      .addColumn("state", "text", (c) => c.notNull().check(sql`state in ('claimed', 'answered')`))
      .addColumn("status", "integer")
      .addColumn("body", "text")
      .addColumn("created_at", "double precision", (c) => c.notNull())
      .execute();
    await db.schema.createIndex("replies_age").on("replies").column("created_at").execute();

    await db.schema
      .createTable("settings")
      .addColumn("name", "text", (c) => c.primaryKey())
      .addColumn("value", "text", (c) => c.notNull())
      .execute();

    await db.schema.alterTable("segments").addColumn("times", "blob").execute();
  },
};
