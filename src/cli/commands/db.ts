import { resolve } from "node:path";
import type { Command } from "commander";
import { backUp, restore } from "../../app/db/backup.ts";
import { copyLab } from "../../app/db/copy.ts";
import { labRecord } from "../../app/db/lab.ts";
import { databaseStatus, migrateRecord } from "../../app/db/status.ts";
import type { Register } from "../command.ts";
import { type Io, outJson } from "../io.ts";
import { formatBytes } from "../render/bytes.ts";
import { createMeter } from "../render/meter.ts";
import { examples, labDir } from "./shared.ts";

interface JsonOption {
  json?: boolean;
}

export const registerDb: Register = (program, io) => {
  const db = program
    .command("db")
    .description("the lab's record: where it is, into another database and back, backups")
    .exitOverride();
  registerStatus(program, db, io);
  registerMigrate(program, db, io);
  registerCopy(program, db, io);
  registerBackup(program, db, io);
  registerRestore(program, db, io);
};

function registerStatus(program: Command, db: Command, io: Io): void {
  db.command("status")
    .description("where the record is, its version, and how much is in it")
    .option("--json", "machine-readable")
    .addHelpText("after", examples("cairn db status", "cairn db status --json"))
    .action(async ({ json }: JsonOption) => {
      const status = await databaseStatus(await labRecord(labDir(program, io)));
      if (json === true) return outJson(io, status);
      io.out(`record    ${status.place}`);
      if (status.server === null) return io.out("nothing recorded yet");
      io.out(`database  ${status.server}, ${formatBytes(status.bytes)}`);
      const behind =
        status.version < status.known ? " (`cairn db migrate`, or any other command, brings it up to date)" : "";
      io.out(`version   ${status.version} of ${status.known}${behind}`);
      for (const { table, rows } of status.tables) if (rows > 0) io.out(`${String(rows).padStart(9)} ${table}`);
    });
}

function registerMigrate(program: Command, db: Command, io: Io): void {
  db.command("migrate")
    .description("bring the record up to date with this Cairn; other commands do it when they open it")
    .option("--json", "machine-readable")
    .addHelpText("after", examples("cairn db migrate"))
    .action(async ({ json }: JsonOption) => {
      const done = await migrateRecord(await labRecord(labDir(program, io)));
      if (json === true) return outJson(io, done);
      const from = done.from === done.to ? "it was already" : `from version ${done.from}`;
      io.out(`${done.place} is at version ${done.to} (${from}).`);
    });
}

function registerCopy(program: Command, db: Command, io: Io): void {
  db.command("copy")
    .description("copy the record into another, empty database, and compare every table")
    .option("--to <place>", "sqlite:PATH or postgresql://… (default: the lab's record)")
    .option("--from <place>", "sqlite:PATH or postgresql://… (default: the lab's record)")
    .option("--json", "machine-readable")
    .addHelpText(
      "after",
      examples(
        "cairn db copy --to postgresql://lin@db.example/cairn",
        "cairn db copy --to sqlite:.cairn/cairn.db",
        "cairn db copy --from sqlite:.cairn/cairn.db",
      ),
    )
    .action(async ({ to, from, json }: JsonOption & { to?: string; from?: string }) => {
      const lab = await labRecord(labDir(program, io));
      const meter = createMeter(io, "copying rows");
      const places = { from: from ?? null, to: to ?? null };
      const report = await copyLab({ lab, cwd: io.cwd, ...places, onProgress: meter.update }).finally(meter.end);
      if (json === true) return outJson(io, report);
      const rows = report.tables.reduce((sum, table) => sum + table.rows, 0);
      io.out(
        `${rows} rows of ${report.tables.length} tables: ${report.from} → ${report.to}, and every table is the same.`,
      );
      if (!report.inUse) return;
      const set = report.to.startsWith("postgresql:")
        ? "Every command on it needs CAIRN_DATABASE_URL from now on."
        : "Unset CAIRN_DATABASE_URL.";
      io.out(`The lab is recorded there from now on. ${set} The old record is left as it was.`);
    });
}

function registerBackup(program: Command, db: Command, io: Io): void {
  db.command("backup <file>")
    .description("write the record, as it is at one moment, into one file; work may go on meanwhile")
    .option("--json", "machine-readable")
    .addHelpText("after", examples("cairn db backup sotu-2026-11-22.cairn"))
    .action(async (name: string, { json }: JsonOption) => {
      const lab = await labRecord(labDir(program, io));
      const file = resolve(io.cwd, name);
      const meter = createMeter(io, "backing up rows");
      const note = await backUp({ lab, file, onProgress: meter.update }).finally(meter.end);
      if (json === true) return outJson(io, { file, ...note });
      io.out(`${note.tables.reduce((sum, table) => sum + table.rows, 0)} rows of ${note.lab} in ${file}`);
    });
}

function registerRestore(program: Command, db: Command, io: Io): void {
  db.command("restore <file>")
    .description("check a backup, and make what it holds the lab's record")
    .option("--force", "set the record that is there aside")
    .option("--json", "machine-readable")
    .addHelpText("after", examples("cairn db restore sotu-2026-11-22.cairn --force"))
    .action(async (name: string, { force, json }: JsonOption & { force?: boolean }) => {
      const lab = await labRecord(labDir(program, io));
      const meter = createMeter(io, "restoring rows");
      const request = { lab, file: resolve(io.cwd, name), force: force === true, onProgress: meter.update };
      const report = await restore(request).finally(meter.end);
      if (json === true) return outJson(io, report);
      const { note, to, aside } = report;
      io.out(`${to} is the record of ${note.lab} of ${new Date(note.at).toISOString()}.`);
      if (aside !== null) io.out(`What was there is kept as ${aside}.`);
    });
}
