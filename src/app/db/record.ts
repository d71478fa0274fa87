import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Kysely } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { isMissing } from "../../base/system-error.ts";
import { isEmptyRecord } from "../../store/copy.ts";
import { isSchemaName, type PostgresPlace, placeAt } from "../../store/postgres/place.ts";
import { dropSchema, listSchemas } from "../../store/postgres/schemas.ts";
import { connectPostgres, openPostgresDatabase, openPostgresStore } from "../../store/postgres.ts";
import type { Schema } from "../../store/schema.ts";
import { connectSqlite, openSqliteDatabase, openSqliteStore } from "../../store/sqlite.ts";
import type { Store } from "../../store/store.ts";
import { conflict, usage } from "../errors.ts";
import { createAtomically, writeAtomically } from "../files.ts";

/**
 * Where a lab's record is: in the file `.cairn/cairn.db`, or in a PostgreSQL database, in a schema of the lab's own. The
 * schema's name is made once, of the lab's name and chance, and kept in `.cairn/record`: its presence says that the
 * record is in a database, so that a forgotten CAIRN_DATABASE_URL never begins a second one.
 */
export type Place =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly place: PostgresPlace };

/** What is needed to know of a lab to find its record. */
export interface RecordedLab {
  readonly name: string;
  readonly workspace: string;
  /** CAIRN_DATABASE_URL, as it is in the environment. */
  readonly url: string | undefined;
}

export function labelOf(place: Place): string {
  return place.kind === "sqlite" ? place.path : place.place.label;
}

export function sqlitePath({ workspace }: Pick<RecordedLab, "workspace">): string {
  return join(workspace, "cairn.db");
}

/**
 * Opens the lab's record, and makes it when the lab has none.
 * @throws CairnError when it is not plain which record is meant; StoreError when that cannot be used
 */
export async function openRecord(lab: RecordedLab, clock: Clock, isDead: (owner: string) => boolean): Promise<Store> {
  const { place, known } = await recordInUse(lab, clock);
  if (place.kind === "sqlite") return openSqliteStore(place.path, clock, isDead);
  const store = await openPostgresStore({ place: place.place, clock, isDead, make: !known });
  if (known || keepFirst(lab, place.place.schema)) return store;
  // Another process of this lab was quicker, and its name counts.
  await store.close();
  if (readSchema(lab) !== place.place.schema) await dropSchema(place.place);
  return openRecord(lab, clock, isDead);
}

/** Where a lab's record is, or is to be; `known`: the lab was recorded there before. */
interface FoundRecord {
  readonly place: Place;
  readonly known: boolean;
}

/** Where the record in use is. @throws CairnError as `findRecord`, and when another one would be left without a word */
export async function recordInUse(lab: RecordedLab, clock: Clock): Promise<FoundRecord> {
  const found = await findRecord(lab);
  if (!found.known) await refuseToLeave(lab, clock);
  return found;
}

/** Where the record in use is, or would be made. @throws CairnError */
export async function findRecord(lab: RecordedLab): Promise<FoundRecord> {
  const schema = readSchema(lab);
  const { url } = lab;
  if (url === undefined || url === "") {
    if (schema === null) return { place: { kind: "sqlite", path: sqlitePath(lab) }, known: true };
    throw conflict(
      `this lab's record is in a PostgreSQL database (schema ${schema}), and CAIRN_DATABASE_URL is not set`,
      "Set it to the database's URL. To keep the record in a file again: `cairn db copy --to sqlite:.cairn/cairn.db`.",
    );
  }
  const named = splitUrl(url, "what CAIRN_DATABASE_URL holds");
  if (schema !== null && named.schema !== null && schema !== named.schema)
    throw conflict(
      `this lab is recorded in schema ${schema}, and CAIRN_DATABASE_URL names ${named.schema}`,
      `Take #${named.schema} off the URL; or remove ${recordFile(lab)} to leave that record.`,
    );
  const chosen = schema ?? named.schema ?? (await newSchema(lab, named.url));
  return { place: { kind: "postgres", place: placeAt(named.url, chosen) }, known: schema !== null };
}

/**
 * Reads `sqlite:PATH` or a PostgreSQL URL, which may name a schema behind `#`.
 * @param cwd what a relative path is relative to
 * @throws CairnError `usage`
 */
export function parsePlace(text: string, cwd: string, schema: () => string): Place {
  if (text.startsWith("sqlite:")) return { kind: "sqlite", path: resolve(cwd, text.slice("sqlite:".length)) };
  const named = splitUrl(text, "that");
  return { kind: "postgres", place: placeAt(named.url, named.schema ?? schema()) };
}

/** The record as a database, brought up to date. @throws StoreError */
export function openPlace(place: Place, clock: Clock, make: boolean): Promise<Kysely<Schema>> {
  return place.kind === "sqlite"
    ? openSqliteDatabase(place.path, clock)
    : openPostgresDatabase({ place: place.place, clock, make });
}

/** The record as a database, as it is. */
export function lookAt(place: Place): Kysely<Schema> {
  return place.kind === "sqlite" ? connectSqlite(place.path) : connectPostgres(place.place);
}

/** From now on the lab's record is there. */
export function settleRecord(lab: RecordedLab, place: Place): void {
  if (place.kind === "postgres") writeAtomically(recordFile(lab), `${place.place.schema}\n`);
  else if (place.path === sqlitePath(lab)) rmSync(recordFile(lab), { force: true });
}

/** null: the record is not in a database. @throws CairnError when the file holds something else */
export function readSchema(lab: Pick<RecordedLab, "workspace">): string | null {
  try {
    const schema = readFileSync(recordFile(lab), "utf8").trim();
    if (isSchemaName(schema)) return schema;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  throw conflict(
    `${recordFile(lab)} does not hold the name of a schema`,
    "Write the name into it; `cairn db status` on another machine of the lab shows it.",
  );
}

/** A name that no other lab has. */
export function freshSchema(name: string): string {
  return `${prefixOf(name)}${randomBytes(4).toString("hex")}`;
}

function prefixOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  return `cairn_${plain.slice(0, 30) || "lab"}_`;
}

/** Two labs of one name never meet by chance, and one lab on two machines does not part by chance: people say which it is. */
async function newSchema(lab: RecordedLab, url: string): Promise<string> {
  const prefix = prefixOf(lab.name);
  const namesakes = (await listSchemas(url)).filter(
    (schema) => schema.startsWith(prefix) && /^[0-9a-f]{8}$/.test(schema.slice(prefix.length)),
  );
  const fresh = freshSchema(lab.name);
  if (namesakes.length === 0) return fresh;
  throw conflict(
    `the database holds a lab named ${lab.name} already (${namesakes.join(", ")}), and this copy of the lab has not said whether it is that one`,
    `To share its record, put its name behind the URL once: CAIRN_DATABASE_URL=…#${namesakes[0]}. To begin one of its own: …#${fresh}.`,
  );
}

/** A record in the file is not left behind without a word. */
async function refuseToLeave(lab: RecordedLab, clock: Clock): Promise<void> {
  const path = sqlitePath(lab);
  if (!existsSync(path)) return;
  const db = await openSqliteDatabase(path, clock);
  try {
    if (await isEmptyRecord(db)) return;
  } finally {
    await db.destroy();
  }
  throw conflict(
    `this lab has a record in ${path}, which is not in the database that CAIRN_DATABASE_URL names`,
    `\`cairn db copy --from sqlite:${path}\` takes it there. To begin anew, move the file away.`,
  );
}

function recordFile({ workspace }: Pick<RecordedLab, "workspace">): string {
  return join(workspace, "record");
}

function keepFirst(lab: RecordedLab, schema: string): boolean {
  return createAtomically(recordFile(lab), `${schema}\n`);
}

/** @throws CairnError `usage`. Never repeats the URL, which may hold a password. */
function splitUrl(text: string, what: string): { readonly url: string; readonly schema: string | null } {
  if (!/^postgres(ql)?:\/\//.test(text))
    throw usage(
      `${what} is no place of a record`,
      "A place is sqlite:PATH or postgresql://USER:PASSWORD@HOST:PORT/DATABASE, the latter with #SCHEMA behind it where it names one.",
    );
  const at = text.indexOf("#");
  if (at === -1) return { url: text, schema: null };
  const schema = text.slice(at + 1);
  if (isSchemaName(schema)) return { url: text.slice(0, at), schema };
  throw usage(
    "what stands behind # in the database's URL is no name of a schema",
    "Names begin with cairn_ and hold a to z, 0 to 9 and _, at most 46 characters. A # of the password is written %23.",
  );
}
