import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { processesOfLab } from "../durability/rig.ts";
import type { Notes } from "./part.ts";
import { expectedFiles, expectedMetrics } from "./recipe.ts";

/** What there is to see of a lab from outside, read without any of Cairn's own code: rows, files, processes. */

const result = z.object({
  key: z.string(),
  stage: z.string(),
  attempt: z.string(),
  output: z.string(),
  metrics: z.string(),
  invalid: z.string().nullable(),
  parts: z.string(),
});
export type ResultEvidence = z.infer<typeof result>;

const attempt = z.object({
  id: z.string(),
  key: z.string(),
  fence: z.number(),
  state: z.string(),
  cause: z.string().nullable(),
});
export type AttemptEvidence = z.infer<typeof attempt>;

const run = z.object({ id: z.string(), seed: z.number(), state: z.string() });

export interface Evidence {
  readonly results: readonly ResultEvidence[];
  readonly attempts: readonly AttemptEvidence[];
  readonly runs: readonly z.infer<typeof run>[];
  /** What SQLite finds wrong with its file. */
  readonly integrity: readonly string[];
}

export function databaseOf(lab: string): string {
  return join(lab, ".cairn", "cairn.db");
}

export function readEvidence(lab: string): Evidence {
  if (!existsSync(databaseOf(lab))) return { results: [], attempts: [], runs: [], integrity: [] };
  const db = new DatabaseSync(databaseOf(lab), { timeout: 10_000 });
  try {
    const rows = <T>(schema: z.ZodType<T>, sql: string): T[] => z.array(schema).parse(db.prepare(sql).all());
    // Killed before it had made its tables.
    const tables = rows(z.object({ name: z.string() }), "select name from sqlite_master where type = 'table'");
    const sound = rows(z.object({ integrity_check: z.string() }), "pragma integrity_check");
    const integrity = sound.map((row) => row.integrity_check).filter((line) => line !== "ok");
    if (!tables.some(({ name }) => name === "attempts")) return { results: [], attempts: [], runs: [], integrity };
    return {
      results: rows(
        result,
        "select results.*, keys.parts from results join keys on keys.key = results.key order by results.rowid",
      ),
      attempts: rows(attempt, "select id, key, fence, state, cause from attempts order by key, fence"),
      runs: rows(run, "select id, seed, state from runs"),
      integrity,
    };
  } finally {
    db.close();
  }
}

/** Attempts in the order in which their stages began to run. */
export function executionsOf(lab: string): string[] {
  const path = join(lab, "executions");
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
}

export function artifactFolder(lab: string, digest: string): string {
  return join(lab, ".cairn", "artifacts", digest.slice(0, 2), digest);
}

const seeded = z.object({ seed: z.number().nullable() });

/** What is wrong with a result's bytes, by what its stage must have written; null: nothing. */
export function damageOf(lab: string, { stage, output, metrics, parts }: ResultEvidence): string | null {
  const { seed } = seeded.parse(JSON.parse(parts));
  const expected = expectedFiles(stage, seed);
  for (const [path, text] of Object.entries(expected)) {
    const file = join(artifactFolder(lab, output), path);
    const there = existsSync(file) ? readFileSync(file, "utf8") : null;
    if (there !== text) return `${stage}'s ${path} should be ${JSON.stringify(text)} and is ${JSON.stringify(there)}`;
  }
  const wanted = JSON.stringify(expectedMetrics(stage, seed));
  const measured = JSON.stringify(JSON.parse(metrics));
  return measured === wanted ? null : `${stage} measured ${measured} instead of ${wanted}`;
}

/** Follows one lab through everything that is done to it. */
export interface Watch {
  /** Compares what is there with what was there before, and with what was told since. */
  look(told: readonly string[]): Evidence;
  /** When nothing is left to do: seeds 1 to `last` have run, and nothing is left over. */
  settle(last: number): Evidence;
}

export function watchLab(lab: string, notes: Notes): Watch {
  const { find } = notes;
  const known = new Map<string, string>();

  const look = (told: readonly string[]): Evidence => {
    const evidence = readEvidence(lab);
    for (const line of evidence.integrity) find("damaged", `the database: ${line}`);
    const valid = evidence.results.filter(({ invalid }) => invalid === null);
    const now = new Map(valid.map((row) => [row.key, row.attempt]));
    if (now.size !== valid.length) find("duplicated", `${valid.length} results for ${now.size} keys`);
    for (const [key, by] of known) {
      if (now.get(key) !== by) find("lost", `${by} was recorded, and its key now has ${now.get(key) ?? "nothing"}`);
    }
    const recorded = new Set(now.values());
    for (const line of told) {
      const [word, by] = line.split(" ");
      if (word === "finished" && by !== undefined && !recorded.has(by)) find("lost", `${by} was told as recorded`);
    }
    for (const row of valid) {
      if (known.has(row.key)) continue;
      known.set(row.key, row.attempt);
      const damage = damageOf(lab, row);
      if (damage !== null) find("damaged", damage);
    }
    return evidence;
  };

  const settle = (last: number): Evidence => {
    const evidence = look([]);
    const valid = evidence.results.filter(({ invalid }) => invalid === null);
    for (const row of valid) {
      const damage = damageOf(lab, row);
      if (damage !== null) find("damaged", damage);
      const own = evidence.attempts.filter(({ key }) => key === row.key);
      const after = own.slice(own.findIndex(({ id }) => id === row.attempt) + 1);
      if (after.length > 0) find("duplicated", `${row.key} was tried ${after.length} times after it was recorded`);
      if (own.filter(({ state }) => state === "recorded").length !== 1)
        find("duplicated", `${row.key} is recorded twice`);
    }
    for (const open of evidence.attempts.filter(({ state }) => state === "started")) find("lost", `${open.id} is open`);
    const evaluated = new Set(valid.flatMap(({ stage, parts }) => (stage === "eval" ? [parts] : [])));
    if (evaluated.size !== last) find("lost", `${evaluated.size} of ${last} evaluations are recorded`);
    const finished = new Set(evidence.runs.flatMap(({ seed, state }) => (state === "done" ? [seed] : [])));
    if (finished.size !== last) find("lost", `${finished.size} of ${last} runs are done`);
    const executions = executionsOf(lab);
    if (new Set(executions).size !== executions.length) find("duplicated", "an attempt was executed twice");
    for (const pid of processesOfLab(lab)) find("orphaned", `process ${pid} is left: ${commandOf(pid)}`);
    const kept = join(lab, ".cairn", "attempts");
    for (const name of existsSync(kept) ? readdirSync(kept) : []) find("orphaned", `the folder of ${name} is left`);
    return evidence;
  };

  return { look, settle };
}

/** The lowest seed whose run is not done: where the next worker goes on. */
export function firstUnfinished({ runs }: Evidence): number {
  const done = new Set(runs.flatMap(({ seed, state }) => (state === "done" ? [seed] : [])));
  let seed = 1;
  while (done.has(seed)) seed++;
  return seed;
}

/** Processes of the lab that belong to no attempt which the worker has begun: its parents lead to the worker, or did. */
export function orphansOf(lab: string, worker: number | undefined): number[] {
  return processesOfLab(lab).filter(
    (pid) => /CAIRN_ATTEMPT=/.test(readOr(`/proc/${pid}/environ`)) && !parentsOf(pid).includes(worker ?? -1),
  );
}

function parentsOf(pid: number): number[] {
  const parent = Number(/^PPid:\s*(\d+)/m.exec(readOr(`/proc/${pid}/status`))?.[1] ?? 0);
  return parent > 1 ? [parent, ...parentsOf(parent)] : [];
}

export function commandOf(pid: number): string {
  return readOr(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
}

/** Empty for one that is gone. */
function readOr(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** SIGKILL to every process of the lab's stages. Returns how many there were. */
export function killStages(lab: string): number {
  let killed = 0;
  for (const pid of processesOfLab(lab)) {
    try {
      process.kill(pid, "SIGKILL");
      killed++;
    } catch {
      // It ended by itself.
    }
  }
  return killed;
}
