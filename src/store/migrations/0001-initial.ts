import { sql } from "kysely";
import { columnsOf } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const initial: Migration = {
  number: 1,
  name: "initial",
  up: async (db) => {
    const column = columnsOf(db);
    await db.schema
      .createTable("keys")
      .addColumn("key", column.text, (c) => c.primaryKey())
      .addColumn("stage", column.text, (c) => c.notNull())
      .addColumn("params", column.text, (c) => c.notNull())
      .addColumn("parts", column.text, (c) => c.notNull())
      .execute();

    await db.schema
      .createTable("attempts")
      .addColumn("id", column.text, (c) => c.primaryKey())
      .addColumn("key", column.text, (c) => c.notNull().references("keys.key"))
      .addColumn("stage", column.text, (c) => c.notNull())
      .addColumn("fence", column.integer, (c) => c.notNull())
      .addColumn("owner", column.text, (c) => c.notNull())
      .addColumn("state", column.text, (c) =>
        c.notNull().check(sql`state in ('started', 'recorded', 'failed', 'released', 'fenced')`),
      )
      .addColumn("cause", column.text)
      .addColumn("started_at", "double precision", (c) => c.notNull())
      .addColumn("ended_at", "double precision")
      .addUniqueConstraint("attempts_fence", ["key", "fence"])
      .execute();
    await db.schema
      .createIndex("attempts_lease")
      .unique()
      .on("attempts")
      .column("key")
      .where(sql.ref("state"), "=", sql.lit("started"))
      .execute();

    await db.schema
      .createTable("results")
      .addColumn("number", column.integer, column.counted)
      .addColumn("key", column.text, (c) => c.notNull().references("keys.key"))
      .addColumn("stage", column.text, (c) => c.notNull())
      .addColumn("attempt", column.text, (c) => c.notNull().unique().references("attempts.id"))
      .addColumn("output", column.text, (c) => c.notNull())
      .addColumn("measurements", column.text, (c) => c.notNull())
      .addColumn("metrics", column.text, (c) => c.notNull())
      .addColumn("seconds", "double precision", (c) => c.notNull())
      .addColumn("core_seconds", "double precision", (c) => c.notNull())
      .addColumn("gpu_seconds", "double precision", (c) => c.notNull())
      .addColumn("finished_at", "double precision", (c) => c.notNull())
      .addColumn("invalid", column.text)
      .execute();
    await db.schema
      .createIndex("results_valid")
      .unique()
      .on("results")
      .column("key")
      .where(sql.ref("invalid"), "is", null)
      .execute();
    await db.schema.createIndex("results_stage").on("results").columns(["stage", "number"]).execute();

    await db.schema
      .createTable("owners")
      .addColumn("owner", column.text, (c) => c.primaryKey())
      .addColumn("beats", column.integer, (c) => c.notNull())
      .addColumn("seen_at", "double precision", (c) => c.notNull())
      .execute();

    await db.schema
      .createTable("runs")
      .addColumn("number", column.integer, column.counted)
      .addColumn("id", column.text, (c) => c.notNull().unique())
      .addColumn("levels", column.text, (c) => c.notNull())
      .addColumn("seed", "double precision", (c) => c.notNull())
      .addColumn("scale", column.text, (c) => c.notNull())
      .addColumn("purpose", column.text, (c) => c.notNull())
      .addColumn("recipe_digest", column.text, (c) => c.notNull())
      .addColumn("why", column.text, (c) => c.notNull())
      .addColumn("owner", column.text, (c) => c.notNull())
      .addColumn("state", column.text, (c) =>
        c.notNull().check(sql`state in ('pending', 'running', 'done', 'failed', 'cancelled')`),
      )
      .addColumn("stages", column.text, (c) => c.notNull())
      .addColumn("core_seconds", "double precision", (c) => c.notNull())
      .addColumn("gpu_seconds", "double precision", (c) => c.notNull())
      .addColumn("created_at", "double precision", (c) => c.notNull())
      .addColumn("finished_at", "double precision")
      .execute();
    await db.schema
      .createIndex("runs_once")
      .unique()
      .on("runs")
      .columns(["recipe_digest", "seed", "scale", "purpose"])
      .where(sql.ref("state"), "in", sql`('pending', 'running', 'done')`)
      .execute();

    await db.schema
      .createTable("entries")
      .addColumn("ledger", column.text, (c) => c.notNull())
      .addColumn("number", column.integer, (c) => c.notNull())
      .addColumn("at", "double precision", (c) => c.notNull())
      .addColumn("digest", column.text, (c) => c.notNull())
      .addColumn("body", column.text, (c) => c.notNull())
      .addPrimaryKeyConstraint("entries_number", ["ledger", "number"])
      .execute();

    await db.schema
      .createTable("segments")
      .addColumn("attempt", column.text, (c) => c.notNull().references("attempts.id"))
      .addColumn("name", column.text, (c) => c.notNull())
      .addColumn("number", column.integer, (c) => c.notNull())
      .addColumn("count", column.integer, (c) => c.notNull())
      .addColumn("steps", column.bytes, (c) => c.notNull())
      .addColumn("values", column.bytes, (c) => c.notNull())
      .addColumn("finite", column.integer, (c) => c.notNull())
      .addColumn("min", "double precision")
      .addColumn("max", "double precision")
      .addColumn("mean", "double precision")
      .addColumn("first_step", "double precision", (c) => c.notNull())
      .addColumn("last_step", "double precision", (c) => c.notNull())
      .addPrimaryKeyConstraint("segments_number", ["attempt", "name", "number"])
      .execute();
  },
};
