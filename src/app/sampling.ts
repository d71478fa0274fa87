import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Digest } from "../base/digest.ts";
import { isSameCombination } from "../contribution/combination.ts";
import type { Combination } from "../contribution/contribution.ts";
import { ownStandardError } from "../evidence/items.ts";
import { type Item, parseItem } from "../run/items.ts";
import type { Session } from "./session.ts";

/** A run that has items on an objective. */
export interface Sampled {
  readonly combination: Combination;
  readonly seed: number;
  /** The artifact with its items. */
  readonly measurements: Digest;
}

type Artifacts = Pick<Session["artifacts"], "open">;

/** By objective and the two artifacts that were compared: their contents never change. */
const remembered = new Map<string, number | null>();

/**
 * The standard error of each run's own part of an objective (items.ts), beside the run of the same context that it pairs
 * with best; null where nothing has the same items.
 */
export async function samplingErrors(
  artifacts: Artifacts,
  objective: string,
  baseline: Combination,
  runs: readonly Sampled[],
): Promise<(number | null)[]> {
  const reading = new Map<Digest, Promise<readonly Item[]>>();
  const itemsOf = (measurements: Digest) => {
    const items = reading.get(measurements) ?? readItems(artifacts, measurements, objective);
    reading.set(measurements, items);
    return items;
  };
  const partnerOf = partners(runs, baseline);
  return Promise.all(
    runs.map(async (run) => {
      const partner = partnerOf(run);
      if (partner === null) return null;
      const memo = `${objective}/${run.measurements}/${partner.measurements}`;
      const known = remembered.get(memo);
      if (known !== undefined) return known;
      const error = ownStandardError(await itemsOf(run.measurements), await itemsOf(partner.measurements));
      remembered.set(memo, error);
      return error;
    }),
  );
}

/**
 * For each run the one to compare it with, of other measurements than its own: the baseline of the same seed, else the
 * baseline, else any of the same seed, else any; for the baseline itself, a run of the same seed before any other.
 */
export function partners<T extends Sampled>(runs: readonly T[], baseline: Combination): (run: T) => T | null {
  const isBaseline = (run: T) => isSameCombination(run.combination, baseline);
  const bases = runs.filter(isBaseline);
  const bySeed = Map.groupBy(runs, ({ seed }) => seed);
  return (run) => {
    const sameSeed = bySeed.get(run.seed) ?? [];
    const choices = isBaseline(run) ? [sameSeed, runs] : [sameSeed.filter(isBaseline), bases, sameSeed, runs];
    for (const choice of choices) {
      const found = choice.find(({ measurements }) => measurements !== run.measurements);
      if (found !== undefined) return found;
    }
    return null;
  };
}

async function readItems(artifacts: Artifacts, measurements: Digest, objective: string): Promise<readonly Item[]> {
  const dir = await artifacts.open(measurements);
  if (dir === null) return [];
  const lines = (await readFile(join(dir, "items", `${objective}.jsonl`), "utf8")).split("\n");
  return lines.map(parseItem).filter((item) => item !== null);
}
