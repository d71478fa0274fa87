import type { Kysely, Transaction } from "kysely";
import type { MetricPoint } from "../run/run.ts";
import { noteChange } from "./changes.ts";
import type { Schema } from "./schema.ts";
import type { BlockRange, Curve, CurveBlock, Extent } from "./store.ts";

/** Points a block: 16 KiB of columns, so that rewriting the last one at every append stays cheap. */
export const blockSize = 1024;

/**
 * Appends points to an attempt's curves, packed: blocks of three Float64 columns in the machine's byte order (which is
 * little-endian wherever Node runs Cairn), each with what is needed to draw it from afar. The last block of a curve is
 * filled up before a new one begins, however small the portions that arrive.
 */
export async function appendMetrics(
  db: Kysely<Schema>,
  attempt: string,
  points: readonly MetricPoint[],
): Promise<void> {
  if (points.length === 0) return;
  const byName = Map.groupBy(points, (point) => point.name);
  await db.transaction().execute(async (trx) => {
    for (const [name, own] of byName) await appendCurve(trx, attempt, name, own);
    await noteChange(trx, "curve", attempt);
  });
}

async function appendCurve(
  trx: Transaction<Schema>,
  attempt: string,
  name: string,
  points: readonly MetricPoint[],
): Promise<void> {
  const last = await trx
    .selectFrom("segments")
    .select(["number", "count", "steps", "values", "times"])
    .where("attempt", "=", attempt)
    .where("name", "=", name)
    .orderBy("number", "desc")
    .limit(1)
    .executeTakeFirst();
  const open = last !== undefined && last.count < blockSize ? last : null;
  const steps = concat(
    open?.steps,
    points.map((point) => point.step),
  );
  const values = concat(
    open?.values,
    points.map((point) => point.value),
  );
  // A block that was begun without times stays so.
  const times =
    open !== null && open.times === null
      ? null
      : concat(
          open?.times ?? undefined,
          points.map((point) => point.at),
        );
  let number = open?.number ?? (last?.number ?? 0) + 1;
  for (let from = 0; from < steps.length; from += blockSize, number++) {
    const part = (column: Float64Array) => column.subarray(from, from + blockSize);
    const block = pack(part(steps), part(values), times === null ? null : part(times));
    await trx
      .insertInto("segments")
      .values({ attempt, name, number, ...block })
      .onConflict((c) => c.columns(["attempt", "name", "number"]).doUpdateSet(block))
      .execute();
  }
}

function pack(steps: Float64Array, values: Float64Array, times: Float64Array | null) {
  const finite = values.filter(Number.isFinite);
  const any = finite.length > 0;
  const [step, time] = [extentOf(steps), times === null ? null : extentOf(times)];
  return {
    count: steps.length,
    steps: bytes(steps),
    values: bytes(values),
    times: times === null ? null : bytes(times),
    finite: finite.length,
    min: any ? finite.reduce((a, b) => Math.min(a, b)) : null,
    max: any ? finite.reduce((a, b) => Math.max(a, b)) : null,
    // A running mean: the sum of large values may overflow where their mean does not.
    mean: any ? finite.reduce((mean, value, i) => mean + (value - mean) / (i + 1), 0) : null,
    // SQLite's numbers have no NaN, and a block that begins nowhere is drawn from 0.
    first_step: steps[0] || 0,
    last_step: steps.at(-1) || 0,
    least_step: step?.least ?? null,
    most_step: step?.most ?? null,
    least_time: time?.least ?? null,
    most_time: time?.most ?? null,
  };
}

/** null: none is a number. */
function extentOf(column: Float64Array): Extent | null {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of column) {
    if (x < least) least = x;
    if (x > most) most = x;
  }
  return least <= most ? { least, most } : null;
}

export async function readMetrics(
  db: Kysely<Schema>,
  attempt: string,
  name: string,
  blocks?: BlockRange,
): Promise<Curve> {
  const rows = await db
    .selectFrom("segments")
    .select(["steps", "values", "times"])
    .where("attempt", "=", attempt)
    .where("name", "=", name)
    .$if(blocks !== undefined, (query) =>
      query.where("number", ">=", blocks?.first ?? 0).where("number", "<=", blocks?.last ?? 0),
    )
    .orderBy("number")
    .execute();
  const times = rows.flatMap((row) => (row.times === null ? [] : [row.times]));
  return {
    steps: join(rows.map((row) => row.steps)),
    values: join(rows.map((row) => row.values)),
    times: times.length === rows.length ? join(times) : null,
  };
}

export async function summariseMetrics(
  db: Kysely<Schema>,
  attempt: string,
  name: string,
): Promise<readonly CurveBlock[]> {
  const rows = await db
    .selectFrom("segments")
    .select(["number", "least_step", "most_step", "least_time", "most_time", "count", "finite", "min", "max", "mean"])
    .where("attempt", "=", attempt)
    .where("name", "=", name)
    .orderBy("number")
    .execute();
  return rows.map(({ least_step, most_step, least_time, most_time, ...rest }) => ({
    ...rest,
    steps: extentIn(least_step, most_step),
    times: extentIn(least_time, most_time),
  }));
}

function extentIn(least: number | null, most: number | null): Extent | null {
  return least === null || most === null ? null : { least, most };
}

export async function metricNames(db: Kysely<Schema>, attempt: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("segments")
    .select("name")
    .distinct()
    .where("attempt", "=", attempt)
    .orderBy("name")
    .execute();
  return rows.map((row) => row.name);
}

function concat(head: Uint8Array | undefined, tail: readonly number[]): Float64Array {
  const before = head === undefined ? new Float64Array() : floats(head);
  const all = new Float64Array(before.length + tail.length);
  all.set(before);
  all.set(tail, before.length);
  return all;
}

function join(columns: readonly Uint8Array[]): Float64Array {
  return floats(Buffer.concat(columns));
}

function bytes(column: Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

/** A copy: the bytes of a row need not lie at a multiple of eight. */
function floats(column: Uint8Array): Float64Array {
  return new Float64Array(new Uint8Array(column).buffer);
}
