import { sql } from "kysely";
import type { Migration } from "./migration.ts";

export const initial: Migration = {
  number: 1,
  name: "initial",
  up: async (db) => {
    await db.schema
      .createTable("keys")
      .addColumn("key", "text", (c) => c.primaryKey())
      .addColumn("stage", "text", (c) => c.notNull())
      .addColumn("params", "text", (c) => c.notNull())
      .addColumn("parts", "text", (c) => c.notNull())
      .execute();

    await db.schema
      .createTable("attempts")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("key", "text", (c) => c.notNull().references("keys.key"))
      .addColumn("stage", "text", (c) => c.notNull())
      .addColumn("fence", "integer", (c) => c.notNull())
      .addColumn("owner", "text", (c) => c.notNull())
      .addColumn("state", "text", (c) =>
        c.notNull().check(sql`state in ('started', 'recorded', 'failed', 'released', 'fenced')`),
      )
      .addColumn("cause", "text")
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
      .addColumn("number", "integer", (c) => c.primaryKey().autoIncrement())
      .addColumn("key", "text", (c) => c.notNull().references("keys.key"))
      .addColumn("stage", "text", (c) => c.notNull())
      .addColumn("attempt", "text", (c) => c.notNull().unique().references("attempts.id"))
      .addColumn("output", "text", (c) => c.notNull())
      .addColumn("measurements", "text", (c) => c.notNull())
      .addColumn("metrics", "text", (c) => c.notNull())
      .addColumn("seconds", "double precision", (c) => c.notNull())
      .addColumn("core_seconds", "double precision", (c) => c.notNull())
      .addColumn("gpu_seconds", "double precision", (c) => c.notNull())
      .addColumn("finished_at", "double precision", (c) => c.notNull())
      .addColumn("invalid", "text")
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
      .addColumn("owner", "text", (c) => c.primaryKey())
      .addColumn("beats", "integer", (c) => c.notNull())
      .addColumn("seen_at", "double precision", (c) => c.notNull())
      .execute();

    await db.schema
      .createTable("runs")
      .addColumn("number", "integer", (c) => c.primaryKey().autoIncrement())
      .addColumn("id", "text", (c) => c.notNull().unique())
      .addColumn("levels", "text", (c) => c.notNull())
      .addColumn("seed", "double precision", (c) => c.notNull())
      .addColumn("scale", "text", (c) => c.notNull())
      .addColumn("purpose", "text", (c) => c.notNull())
      .addColumn("recipe_digest", "text", (c) => c.notNull())
      .addColumn("why", "text", (c) => c.notNull())
      .addColumn("owner", "text", (c) => c.notNull())
      .addColumn("state", "text", (c) =>
        c.notNull().check(sql`state in ('pending', 'running', 'done', 'failed', 'cancelled')`),
      )
      .addColumn("stages", "text", (c) => c.notNull())
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
      .addColumn("ledger", "text", (c) => c.notNull())
      .addColumn("number", "integer", (c) => c.notNull())
      .addColumn("at", "double precision", (c) => c.notNull())
      .addColumn("digest", "text", (c) => c.notNull())
      .addColumn("body", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("entries_number", ["ledger", "number"])
      .execute();

    await db.schema
      .createTable("segments")
      .addColumn("attempt", "text", (c) => c.notNull().references("attempts.id"))
      .addColumn("name", "text", (c) => c.notNull())
      .addColumn("number", "integer", (c) => c.notNull())
      .addColumn("count", "integer", (c) => c.notNull())
      .addColumn("steps", "blob", (c) => c.notNull())
      .addColumn("values", "blob", (c) => c.notNull())
      .addColumn("finite", "integer", (c) => c.notNull())
      .addColumn("min", "double precision")
      .addColumn("max", "double precision")
      .addColumn("mean", "double precision")
      .addColumn("first_step", "double precision", (c) => c.notNull())
      .addColumn("last_step", "double precision", (c) => c.notNull())
      .addPrimaryKeyConstraint("segments_number", ["attempt", "name", "number"])
      .execute();
  },
};
