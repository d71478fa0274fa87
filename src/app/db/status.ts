import { existsSync } from "node:fs";
import { systemClock } from "../../base/clock.ts";
import { type CopiedTable, countRecord } from "../../store/copy.ts";
import { describeDatabase } from "../../store/describe.ts";
import { knownVersion } from "../../store/migrations/migrate.ts";
import { isDeadHere } from "../../store/owner.ts";
import { labelOf, lookAt, openRecord, type RecordedLab, recordInUse } from "./record.ts";

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

/** Where the lab's record is and what is in it. @throws CairnError; StoreError */
export async function databaseStatus(lab: RecordedLab): Promise<DatabaseStatus> {
  const { place, known } = await recordInUse(lab, systemClock);
  const own = {
    backend: place.kind === "sqlite" ? "sqlite" : "postgresql",
    place: labelOf(place),
    schema: place.kind === "postgres" && known ? place.place.schema : null,
    known: knownVersion,
  } as const;
  if (!known || (place.kind === "sqlite" && !existsSync(place.path)))
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
  await (await openRecord(lab, systemClock, isDeadHere)).close();
  const { place } = await databaseStatus(lab);
  return { place, from: version, to: knownVersion };
}
