import { existsSync } from "node:fs";
import type { Kysely } from "kysely";
import { systemClock } from "../../base/clock.ts";
import { removeDatabase } from "../../store/backup.ts";
import { CopyDiffers, type CopyProgress, copyRecord, isEmptyRecord, type TableDigest } from "../../store/copy.ts";
import { dropSchema, listSchemas } from "../../store/postgres/schemas.ts";
import type { Schema } from "../../store/schema.ts";
import { CairnError, conflict, notFound, usage } from "../errors.ts";
import { refuseWhileAtWork } from "./at-work.ts";
import {
  findRecord,
  freshSchema,
  labelOf,
  openPlace,
  type Place,
  parsePlace,
  type RecordedLab,
  readSchema,
  settleRecord,
  sqlitePath,
} from "./record.ts";

export interface CopyRequest {
  readonly lab: RecordedLab;
  readonly cwd: string;
  /** `sqlite:PATH` or a PostgreSQL URL; null: the record in use, or what is to be it. */
  readonly from: string | null;
  readonly to: string | null;
  readonly onProgress: (progress: CopyProgress) => void;
}

export interface CopyReport {
  readonly from: string;
  readonly to: string;
  readonly tables: readonly TableDigest[];
  /** Whether the lab is recorded at `to` from now on. */
  readonly inUse: boolean;
}

/**
 * Copies a record from one database to another, which must be empty. Where one end is the lab's own record, the lab is
 * recorded at the other end of it from then on, unless that is a file somewhere else.
 * @throws CairnError; StoreError
 */
export async function copyLab({ lab, cwd, from, to, onProgress }: CopyRequest): Promise<CopyReport> {
  if (from === null && to === null) throw usage("say where to: `--to PLACE`, or where from: `--from PLACE`");
  const known = (): string => {
    const schema = readSchema(lab);
    if (schema !== null) return schema;
    throw usage("this lab has no schema yet", "Name the one to copy from behind the URL: postgresql://…#cairn_….");
  };
  const source = from === null ? await ownRecord(lab) : parsePlace(from, cwd, known);
  const target =
    to === null ? (await findRecord(lab)).place : parsePlace(to, cwd, () => readSchema(lab) ?? freshSchema(lab.name));
  if (labelOf(source) === labelOf(target)) throw usage("both places are the same");
  const inUse = isOwn(lab, target, from, to);
  await mustExist(source);
  const db = await openPlace(source, systemClock, false);
  try {
    if (inUse) await refuseWhileAtWork(lab.workspace, db);
    const tables = await copyInto(db, target, onProgress);
    if (inUse) settleRecord(lab, target);
    return { from: labelOf(source), to: labelOf(target), tables, inUse };
  } finally {
    await db.destroy();
  }
}

/** Leaves nothing behind where it fails. @throws CairnError `conflict` when something is there. */
export async function copyInto(
  from: Kysely<Schema>,
  target: Place,
  onProgress: (progress: CopyProgress) => void,
): Promise<readonly TableDigest[]> {
  const existed = await exists(target);
  const db = await openPlace(target, systemClock, true);
  let copied = false;
  try {
    if (!(await isEmptyRecord(db)))
      throw conflict(
        `there is a record in ${labelOf(target)}`,
        "A copy goes into an empty place. Move that one away first.",
      );
    const tables = await copyRecord(from, db, onProgress);
    copied = true;
    return tables;
  } catch (error) {
    if (!(error instanceof CopyDiffers)) throw error;
    throw new CairnError({ kind: "damaged", message: `${error.message}; nothing was kept of it`, help: null });
  } finally {
    await db.destroy();
    if (!copied && !existed) await removePlace(target);
  }
}

export async function exists(place: Place): Promise<boolean> {
  if (place.kind === "sqlite") return existsSync(place.path);
  return (await listSchemas(place.place.url)).includes(place.place.schema);
}

export async function removePlace(place: Place): Promise<void> {
  if (place.kind === "sqlite") removeDatabase(place.path);
  else await dropSchema(place.place);
}

/** @throws CairnError `not-found` when nothing was recorded there */
export async function mustExist(place: Place): Promise<void> {
  if (!(await exists(place))) throw notFound(`there is no record in ${labelOf(place)}`);
}

/** The record in use, whatever CAIRN_DATABASE_URL would begin. */
async function ownRecord(lab: RecordedLab): Promise<Place> {
  return readSchema(lab) === null ? { kind: "sqlite", path: sqlitePath(lab) } : (await findRecord(lab)).place;
}

function isOwn(lab: RecordedLab, target: Place, from: string | null, to: string | null): boolean {
  if (from !== null) return to === null;
  return target.kind === "postgres" || target.path === sqlitePath(lab);
}
