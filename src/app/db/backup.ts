import { constants, copyFileSync, existsSync, linkSync, renameSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { type BackupNote, checkBackup, foldLog, removeDatabase, writeBackup } from "../../store/backup.ts";
import { type CopyProgress, isEmptyRecord } from "../../store/copy.ts";
import { placeAt } from "../../store/postgres/place.ts";
import { swapSchemas } from "../../store/postgres/schemas.ts";
import { openSqliteDatabase } from "../../store/sqlite.ts";
import { conflict, notFound } from "../errors.ts";
import { refuseWhileAtWork } from "./at-work.ts";
import { copyInto, exists, mustExist, removePlace } from "./copy.ts";
import { labelOf, openPlace, type Place, type RecordedLab, recordInUse, settleRecord } from "./record.ts";

export interface BackupRequest {
  readonly lab: RecordedLab;
  readonly file: string;
  readonly onProgress: (progress: CopyProgress) => void;
}

/** Writes the lab's record, as it is at one moment, into one file. Others may go on meanwhile. @throws CairnError; StoreError */
export async function backUp({ lab, file, onProgress }: BackupRequest): Promise<BackupNote> {
  if (existsSync(file)) throw conflict(`there is a file ${file}`, "A backup overwrites nothing: give it another name.");
  const { place } = await recordInUse(lab, systemClock);
  await mustExist(place);
  const db = await openPlace(place, systemClock, false);
  try {
    return await writeBackup(db, file, { lab: lab.name, clock: systemClock }, onProgress);
  } finally {
    await db.destroy();
  }
}

export interface RestoreReport {
  readonly note: BackupNote;
  readonly to: string;
  /** What the record is now called that was there before; null: there was none. */
  readonly aside: string | null;
}

/**
 * Makes the lab's record what a backup holds. A record that is there is set aside, and only with `force`; until the new
 * one is complete it is the lab's.
 * @throws CairnError; StoreError
 */
export async function restore(request: BackupRequest & { readonly force: boolean }): Promise<RestoreReport> {
  const { lab, file, force, onProgress } = request;
  if (!existsSync(file)) throw notFound(`there is no file ${file}`);
  const { place } = await recordInUse(lab, systemClock);
  const there = await whatIsThere(lab, place);
  if (there === "record" && !force)
    throw conflict(`the lab has a record in ${labelOf(place)}`, "With --force it is set aside, and can be had back.");
  const own = join(lab.workspace, `restore-${process.pid}.db`);
  const fresh = besides(place);
  try {
    // A copy, since looking into a database may write to it.
    removeDatabase(own);
    copyFileSync(file, own, constants.COPYFILE_FICLONE);
    const note = await checkBackup(own, file);
    await removePlace(fresh);
    const from = await openSqliteDatabase(own, systemClock);
    try {
      await copyInto(from, fresh, onProgress);
    } finally {
      await from.destroy();
    }
    const aside = await swap(fresh, place, stamp(), there !== "nothing");
    settleRecord(lab, place);
    return { note, to: labelOf(place), aside };
  } finally {
    removeDatabase(own);
  }
}

async function whatIsThere(lab: RecordedLab, place: Place): Promise<"nothing" | "empty" | "record"> {
  if (!(await exists(place))) return "nothing";
  const db = await openPlace(place, systemClock, false);
  try {
    await refuseWhileAtWork(lab.workspace, db);
    return (await isEmptyRecord(db)) ? "empty" : "record";
  } finally {
    await db.destroy();
  }
}

/** Where a record is made complete before it takes another's place. */
function besides(place: Place): Place {
  if (place.kind === "sqlite") return { kind: "sqlite", path: `${place.path}.restoring` };
  return { kind: "postgres", place: placeAt(place.place.url, `${place.place.schema}_new`) };
}

/** Puts the one in the other's place, which is kept under a name of its own. Returns that. */
async function swap(fresh: Place, place: Place, at: string, replaces: boolean): Promise<string | null> {
  if (fresh.kind === "sqlite" && place.kind === "sqlite") {
    const aside = `${place.path}.${at}`;
    await foldLog(fresh.path);
    if (replaces) {
      await foldLog(place.path);
      linkSync(place.path, aside);
    }
    renameSync(fresh.path, place.path);
    return replaces ? aside : null;
  }
  if (fresh.kind !== "postgres" || place.kind !== "postgres") throw new Error("two kinds of places");
  const aside = `${place.place.schema}_${at}`;
  await swapSchemas(fresh.place, place.place.schema, replaces ? aside : null);
  return replaces ? aside : null;
}

function stamp(): string {
  return new Date(systemClock.now())
    .toISOString()
    .replaceAll(/[-:]|\..*/g, "")
    .toLowerCase();
}
