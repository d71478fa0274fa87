import type { Transaction } from "kysely";
import type { Schema } from "../schema.ts";
import { isPostgres } from "./columns.ts";
import type { Migration } from "./migration.ts";

/** From which step and time to which a curve's block goes: what a zoomed view does not show is not read. */
export const extents: Migration = {
  number: 4,
  name: "extents",
  up: async (db) => {
    for (const name of columns) await db.schema.alterTable("segments").addColumn(name, "double precision").execute();
    // All that there is to know of a block but its points: SQLite keeps those in the row, and would read over them.
    if (!isPostgres(db)) {
      await db.schema.createIndex("segments_summary").on("segments").columns(summary).execute();
    }
    await fill(db);
  },
};

const columns = ["least_step", "most_step", "least_time", "most_time"] as const;
const summary = ["attempt", "name", "number", "count", "finite", "min", "max", "mean", ...columns];

/** Blocks to a statement: 16 KiB each. */
const portion = 64;

async function fill(db: Transaction<Schema>): Promise<void> {
  const curves = await db.selectFrom("segments").select(["attempt", "name"]).distinct().execute();
  for (const { attempt, name } of curves) {
    const own = db.selectFrom("segments").where("attempt", "=", attempt).where("name", "=", name);
    for (let after = Number.MIN_SAFE_INTEGER; ; ) {
      const rows = await own
        .select(["number", "steps", "times"])
        .where("number", ">", after)
        .orderBy("number")
        .limit(portion)
        .execute();
      for (const { number, steps, times } of rows) {
        const [step, time] = [extentOf(steps), times === null ? null : extentOf(times)];
        await db
          .updateTable("segments")
          .set({
            least_step: step?.least ?? null,
            most_step: step?.most ?? null,
            least_time: time?.least ?? null,
            most_time: time?.most ?? null,
          })
          .where("attempt", "=", attempt)
          .where("name", "=", name)
          .where("number", "=", number)
          .execute();
      }
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.number;
    }
  }
}

/** null: none of them is a number. */
function extentOf(bytes: Uint8Array): { readonly least: number; readonly most: number } | null {
  const column = new Float64Array(new Uint8Array(bytes).buffer);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of column) {
    if (x < least) least = x;
    if (x > most) most = x;
  }
  return least <= most ? { least, most } : null;
}
