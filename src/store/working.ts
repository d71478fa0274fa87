import type { Kysely } from "kysely";
import type { Schema } from "./schema.ts";

/** Owners of runs and attempts that are not over, with their counts of heartbeats. */
export async function workingOwners(db: Kysely<Schema>): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom("owners")
    .select(["owner", "beats"])
    .where((e) =>
      e.or([
        e("owner", "in", e.selectFrom("runs").select("runs.owner").where("runs.state", "in", ["pending", "running"])),
        e("owner", "in", e.selectFrom("attempts").select("attempts.owner").where("attempts.state", "=", "started")),
      ]),
    )
    .execute();
  return new Map(rows.map(({ owner, beats }) => [owner, beats]));
}
