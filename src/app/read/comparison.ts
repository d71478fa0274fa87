import type { z } from "zod";
import type { Comparison, compareQuery } from "../../api/runs.ts";
import { canonicalJson, type Json } from "../../base/json.ts";
import type { Store } from "../../store/store.ts";
import { notFound } from "../errors.ts";
import type { Live } from "../live/live.ts";
import type { Session } from "../session.ts";
import { madeOf } from "./provenance.ts";
import { type IndexedRun, type RunIndex, runIndexOf } from "./run-index.ts";
import { wireRun } from "./runs.ts";

/** What makes a run what it is, by name; null: it has no such thing. */
type Facts = ReadonlyMap<string, Json>;

/** @throws CairnError `not-found` when one of the runs is not there. */
export async function compareRuns(live: Live, query: z.output<typeof compareQuery>): Promise<Comparison> {
  const index = await runIndexOf(live.session.store);
  const runs = query.run.map((id) => findRun(index, id));
  const { session } = live;
  const facts = await Promise.all(runs.map((run) => factsOf(session, run)));
  const keys = [...new Set(facts.flatMap((own) => [...own.keys()]))];
  const differences = keys.flatMap((key) => {
    const values = facts.map((own) => own.get(key) ?? null);
    return new Set(values.map(canonicalJson)).size > 1 ? [{ key, values: values.map(plain) }] : [];
  });
  return {
    runs: runs.map((run) => wireRun(live, run)),
    differences,
    same: keys.length - differences.length,
    curves: await curvesOf(session.store, runs),
  };
}

/** @throws CairnError `not-found` */
export function findRun(index: RunIndex, id: string): IndexedRun {
  const run = index.runs.get(id);
  if (run === undefined) throw notFound(`there is no run ${JSON.stringify(id)}`, "`cairn report` lists the runs.");
  return run;
}

/**
 * `contribution NAME` (its level) first, then stage by stage its parameters (`stage.param`), its environment
 * (`stage $NAME`) and its command, and `file PATH` by the digest that patches leave it with.
 */
async function factsOf(session: Session, { row }: IndexedRun): Promise<Facts> {
  const facts = new Map<string, Json>(
    row.levels.map((level) => {
      const [contribution = level, name] = level.split("=", 2);
      return [`contribution ${contribution}`, name ?? true];
    }),
  );
  const files = new Map<string, Json>();
  for (const stage of row.stages) {
    const made = await madeOf(session, row, stage);
    if (made === null) continue;
    for (const [name, value] of Object.entries(made.params)) facts.set(`${stage.stage}.${name}`, value);
    for (const [name, value] of Object.entries(made.env)) facts.set(`${stage.stage} $${name}`, value);
    facts.set(`${stage.stage} command`, made.command.join(" "));
    for (const [path, digest] of Object.entries(made.code ?? {}))
      files.set(`file ${path}`, digest.slice(0, shortDigest));
  }
  return new Map([...facts, ...files]);
}

const shortDigest = 12;

/** A copy without `readonly`, as the wire has it. */
export function plain(value: Json): z.core.util.JSONType {
  return structuredClone<z.core.util.JSONType>(JSON.parse(JSON.stringify(value)));
}

async function curvesOf(store: Store, runs: readonly IndexedRun[]): Promise<Comparison["curves"]> {
  const counts = new Map<string, Map<string, number>>();
  // Runs share what came from the cache.
  const known = new Map<string, readonly string[]>();
  for (const { row } of runs) {
    for (const { stage, attempt } of row.stages) {
      if (attempt === null) continue;
      const names = known.get(attempt) ?? (await store.metricNames(attempt));
      known.set(attempt, names);
      const ofStage = counts.get(stage) ?? new Map<string, number>();
      counts.set(stage, ofStage);
      for (const name of names) ofStage.set(name, (ofStage.get(name) ?? 0) + 1);
    }
  }
  return [...counts].flatMap(([stage, names]) => [...names].map(([name, count]) => ({ stage, name, runs: count })));
}
