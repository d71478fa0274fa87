import { columnsOf } from "./columns.ts";
import type { Migration } from "./migration.ts";

/** What a run's recipe came from; runs of before say nothing of it. */
export const origins: Migration = {
  number: 2,
  name: "origins",
  up: async (db) => {
    const column = columnsOf(db);
    await db.schema.alterTable("runs").addColumn("origin", column.text).execute();
  },
};
