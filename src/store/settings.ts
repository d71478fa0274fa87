import type { Kysely } from "kysely";
import { canonicalJson, type Json } from "../base/json.ts";
import { noteChange } from "./changes.ts";
import { settingOf } from "./codec.ts";
import type { Schema } from "./schema.ts";

export async function readSetting(db: Kysely<Schema>, name: string): Promise<Json | null> {
  const row = await db.selectFrom("settings").selectAll().where("name", "=", name).executeTakeFirst();
  return row === undefined ? null : settingOf(row);
}

export async function writeSetting(db: Kysely<Schema>, name: string, setting: Json): Promise<void> {
  const value = canonicalJson(setting);
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto("settings")
      .values({ name, value })
      .onConflict((c) => c.column("name").doUpdateSet({ value }))
      .execute();
    await noteChange(trx, "setting", name);
  });
}
