import { statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../src/base/clock.ts";
import { type KeyParts, stageKey } from "../src/recipe/fingerprint.ts";
import type { MetricPoint } from "../src/run/run.ts";
import { openSqliteStore } from "../src/store/sqlite.ts";
import { type Bench, inTurns, measurement, type Seconds, timeHere, withFolder } from "./harness.ts";

const points = 300_000;
const names = ["loss", "gradient_norm", "learning_rate", "tokens_per_second", "accuracy"];

const parts: KeyParts = {
  schema: 1,
  stage: "train",
  command: ["true"],
  params: {},
  code: {},
  inputs: {},
  seed: null,
  env: {},
  outputs: [],
};

/** Curves as a training run reports them: every name at every step, arriving in portions. */
function portions(size: number): MetricPoint[][] {
  const all = Array.from({ length: points }, (_, i) => ({
    name: names[i % names.length] ?? "loss",
    step: Math.floor(i / names.length),
    value: Math.sin(i / 1000) + i / points,
    at: 1_750_000_000_000 + 100 * i,
  }));
  return Array.from({ length: Math.ceil(points / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** The same durability as the store: WAL, synchronous at commit, one immediate transaction a portion. */
function plainRows(path: string, batches: readonly MetricPoint[][]): void {
  const db = new DatabaseSync(path);
  db.exec("pragma journal_mode = wal; pragma synchronous = full");
  db.exec("create table points (attempt text, name text, step integer, value real, at real)");
  db.exec("create index by_name on points (attempt, name, step)");
  const insert = db.prepare("insert into points values (?, ?, ?, ?, ?)");
  for (const batch of batches) {
    db.exec("begin immediate");
    for (const { name, step, value, at } of batch) insert.run("attempt", name, step, value, at);
    db.exec("commit");
  }
  db.close();
}

async function packed(path: string, batches: readonly MetricPoint[][]): Promise<void> {
  const store = await openSqliteStore(path, systemClock);
  const claim = await store.journal("bench").claim(stageKey(parts), parts, parts.stage, false);
  if (claim.kind !== "granted") throw new Error("a fresh store refused a claim");
  for (const batch of batches) await store.appendMetrics(claim.attempt.id, batch);
  await store.close();
}

export const curvesBench: Bench = {
  name: "curves",
  about: `${points.toLocaleString("en-US")} metric points of one attempt, ${names.length} curves, packed blocks beside a row a point`,
  run: () =>
    withFolder(async (folder) => {
      const rows = [];
      for (const size of [100, 1000, 10_000]) {
        const batches = portions(size);
        let file = 0;
        const files = { rows: "", packed: "" };
        const timed =
          (kind: "rows" | "packed", write: (path: string) => Promise<void> | void) => async (): Promise<Seconds> => {
            files[kind] = join(folder, `${kind}-${size}-${file++}.db`);
            return timeHere(() => write(files[kind]));
          };
        const best = await inTurns(2, {
          rows: timed("rows", (path) => plainRows(path, batches)),
          packed: timed("packed", (path) => packed(path, batches)),
        });
        const [plain, ours] = [best.get("rows"), best.get("packed")];
        if (plain === undefined || ours === undefined) continue;
        const amount = { value: points, unit: "points" };
        const megabytes = (path: string) => `${(statSync(path).size / 1e6).toFixed(1)} MB on disk`;
        rows.push(
          measurement(`rows, ${size} points a portion`, plain, amount, null, megabytes(files.rows)),
          measurement(
            `packed, ${size} points a portion`,
            ours,
            amount,
            { name: "rows", seconds: plain },
            megabytes(files.packed),
          ),
        );
      }
      return rows;
    }),
};
