/**
 * Brings a database up to date in a process of its own, and kills itself after the nth statement (0: never). Arguments:
 * sqlite, file and n; or postgres, URL, schema and n. Prints how many statements it made.
 */
import { writeSync } from "node:fs";
import { Kysely } from "kysely";
import { systemClock } from "../../base/clock.ts";
import { nodeSqliteDialect } from "../dialect.ts";
import { postgresDialect } from "../postgres/dialect.ts";
import { placeAt } from "../postgres/place.ts";
import type { Schema } from "../schema.ts";
import { migrate } from "./migrate.ts";

const [kind, where = "", ...rest] = process.argv.slice(2);
const last = Number(rest.at(-1));
const dialect =
  kind === "sqlite"
    ? nodeSqliteDialect(where)
    : postgresDialect({ place: placeAt(where, rest[0] ?? ""), patience: 0, onOutage: () => {} });
let statements = 0;
const db = new Kysely<Schema>({
  dialect,
  log: () => {
    statements++;
    if (statements !== last) return;
    process.kill(process.pid, "SIGKILL");
    // The signal may come a moment later: nothing is done in that moment.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
await migrate(db, where, systemClock);
await db.destroy();
writeSync(1, `${statements}\n`);
