import { existsSync } from "node:fs";
import { systemClock } from "../../base/clock.ts";
import { type CopiedTable, countRecord } from "../../store/copy.ts";
import { describeDatabase } from "../../store/describe.ts";
import { knownVersion } from "../../store/migrations/migrate.ts";
import { findRecord, labelOf, lookAt, openPlace, type RecordedLab } from "./record.ts";

export interface DatabaseStatus {
  readonly backend: "sqlite" | "postgresql";
  /** The file, or the server, database and schema, with no password. */
  readonly place: string;
  readonly schema: string | null;
  /** Of the database's program; null: nothing was recorded yet. */
  readonly server: string | null;
  /** The newest migration that it has seen, and that this program knows. */
  readonly version: number;
  readonly known: number;
  readonly bytes: number;
  readonly tables: readonly { readonly table: CopiedTable; readonly rows: number }[];
}

/** Where the lab's record is and what is in it; changes nothing. @throws CairnError; StoreError */
export async function databaseStatus(lab: RecordedLab): Promise<DatabaseStatus> {
  const { place } = await findRecord(lab);
  const own = {
    backend: place.kind === "sqlite" ? "sqlite" : "postgresql",
    place: labelOf(place),
    schema: place.kind === "sqlite" ? null : place.place.schema,
    known: knownVersion,
  } as const;
  if (place.kind === "sqlite" && !existsSync(place.path))
    return { ...own, server: null, version: 0, bytes: 0, tables: [] };
  const db = lookAt(place);
  try {
    const { server, version, bytes } = await describeDatabase(db);
    return { ...own, server, version, bytes, tables: version === knownVersion ? await countRecord(db) : [] };
  } finally {
    await db.destroy();
  }
}

/** Brings the record up to date, as opening it does. @throws CairnError; StoreError */
export async function migrateRecord(
  lab: RecordedLab,
): Promise<{ readonly place: string; readonly from: number; readonly to: number }> {
  const { version } = await databaseStatus(lab);
  const { place, known } = await findRecord(lab);
  await (await openPlace(place, systemClock, !known)).destroy();
  return { place: labelOf(place), from: version, to: knownVersion };
}
