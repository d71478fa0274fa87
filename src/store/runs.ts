import type { Kysely } from "kysely";
import type { Clock } from "../base/clock.ts";
import { noteChange } from "./changes.ts";
import { runOf } from "./codec.ts";
import { introduce } from "./journal.ts";
import type { Schema } from "./schema.ts";
import type { NewRun, RunChange, RunRow, RunState } from "./store.ts";
import type { Vigil } from "./vigil.ts";

const alive: readonly RunState[] = ["pending", "running"];
const counted: readonly RunState[] = [...alive, "done"];

export async function insertRun(
  db: Kysely<Schema>,
  clock: Clock,
  run: NewRun,
): Promise<{ readonly run: RunRow; readonly inserted: boolean }> {
  return db.transaction().execute(async (trx) => {
    const there = await trx
      .selectFrom("runs")
      .selectAll()
      .where("recipe_digest", "=", run.recipeDigest)
      .where("seed", "=", run.seed)
      .where("scale", "=", run.scale)
      .where("purpose", "=", run.purpose)
      .where("state", "in", counted)
      .executeTakeFirst();
    if (there !== undefined) return { run: runOf(there), inserted: false };
    await introduce(trx, clock, run.owner);
    const row = await trx
      .insertInto("runs")
      .values({
        id: run.id,
        levels: JSON.stringify(run.levels),
        seed: run.seed,
        scale: run.scale,
        purpose: run.purpose,
        recipe_digest: run.recipeDigest,
        origin: run.origin === null ? null : JSON.stringify(run.origin),
        why: JSON.stringify(run.why),
        owner: run.owner,
        state: "pending",
        stages: JSON.stringify(run.stages),
        core_seconds: 0,
        gpu_seconds: 0,
        created_at: clock.now(),
        finished_at: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await noteChange(trx, "run", run.id);
    return { run: runOf(row), inserted: true };
  });
}

export async function updateRun(
  db: Kysely<Schema>,
  clock: Clock,
  id: string,
  owner: string,
  change: RunChange,
): Promise<RunRow | null> {
  const { state, stages, coreSeconds, gpuSeconds } = change;
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .updateTable("runs")
      .set({
        // Setting the owner to itself keeps the statement whole when nothing else changes.
        owner,
        ...(state !== undefined && { state, finished_at: alive.includes(state) ? null : clock.now() }),
        ...(stages !== undefined && { stages: JSON.stringify(stages) }),
        ...(coreSeconds !== undefined && { core_seconds: coreSeconds }),
        ...(gpuSeconds !== undefined && { gpu_seconds: gpuSeconds }),
      })
      .where("id", "=", id)
      .where("owner", "=", owner)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) return null;
    await noteChange(trx, "run", id);
    return runOf(row);
  });
}

export async function findRun(db: Kysely<Schema>, id: string): Promise<RunRow | null> {
  const row = await db.selectFrom("runs").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? null : runOf(row);
}

export async function findRuns(db: Kysely<Schema>, ids: readonly string[]): Promise<readonly RunRow[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom("runs").selectAll().where("id", "in", ids).orderBy("number").execute();
  return rows.map(runOf);
}

export async function listRuns(db: Kysely<Schema>): Promise<readonly RunRow[]> {
  const rows = await db.selectFrom("runs").selectAll().orderBy("number").execute();
  return rows.map(runOf);
}

export async function takeOverRuns(
  db: Kysely<Schema>,
  clock: Clock,
  vigil: Vigil,
  owner: string,
  ids?: readonly string[],
): Promise<readonly RunRow[]> {
  if (ids?.length === 0) return [];
  return db.transaction().execute(async (trx) => {
    const owners = await trx
      .selectFrom("owners")
      .select(["owner", "beats"])
      .where("owner", "!=", owner)
      .where("owner", "in", (e) => e.selectFrom("runs").select("runs.owner").where("runs.state", "in", alive))
      .execute();
    const dead = owners.filter((other) => vigil(other.owner, other.beats)).map((other) => other.owner);
    if (dead.length === 0) return [];
    await introduce(trx, clock, owner);
    const rows = await trx
      .updateTable("runs")
      .set({ owner, state: "pending" })
      .where("state", "in", alive)
      .where("owner", "in", dead)
      .$if(ids !== undefined, (update) => update.where("id", "in", ids ?? []))
      .returningAll()
      .execute();
    rows.sort((a, b) => a.number - b.number);
    for (const row of rows) await noteChange(trx, "run", row.id);
    return rows.map(runOf);
  });
}
