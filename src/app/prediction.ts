import type { Prediction } from "../api/lab.ts";
import type { Clash } from "../api/reasons.ts";
import { english } from "../api/words.ts";
import { combinationIds, findLevel, isSameCombination } from "../contribution/combination.ts";
import type { Combination } from "../contribution/contribution.ts";
import { createPredictor } from "../decision/predict.ts";
import { notFound } from "./errors.ts";
import { readHistory } from "./history.ts";
import { knowledgeOf } from "./knowledge.ts";
import { clashOf } from "./reasons.ts";
import type { Session } from "./session.ts";

/**
 * Looks at the evidence once, and says of any set what the model expects of it.
 * @throws CairnError `not-found` (when asked) when a level is not in the lab.
 */
export async function openPredictions(session: Session): Promise<(levels: readonly string[]) => Prediction> {
  const knowledge = knowledgeOf(session, await readHistory(session));
  const { observations } = knowledge;
  const predict = observations.length === 0 ? null : createPredictor(knowledge);
  return (levels) => {
    const found = buildable(session, levels);
    if (found.combination === null) return { levels: [...levels], impossible: found.why, ...nothing };
    const { combination } = found;
    const prediction = predict?.(combination);
    return {
      levels: combinationIds(session.loaded.space, combination),
      impossible: null,
      utility: prediction?.utility ?? null,
      objectives: prediction?.objectives.map((objective) => ({ ...objective })) ?? [],
      runs: observations.filter((run) => isSameCombination(run.combination, combination)).length,
    };
  };
}

const nothing = { utility: null, objectives: [], runs: 0 };

type Buildable =
  | { readonly combination: Combination }
  | { readonly combination: null; readonly why: NonNullable<Prediction["impossible"]> };

function buildable(session: Session, levels: readonly string[]): Buildable {
  const { space } = session.loaded;
  const combination = space.factors.map(() => 0);
  const impossible = (clash: Clash, of: readonly string[]): Buildable => ({
    combination: null,
    why: { message: english.clash(clash), levels: [...of], clash },
  });
  for (const level of new Set(levels)) {
    const ref = findLevel(space, level);
    if (ref === null) throw notFound(`there is no ${level} in this lab`, "The lab's levels are those of the report.");
    const factor = space.factors[ref.factor];
    const rival = factor?.levels[(combination[ref.factor] ?? 0) - 1];
    if (rival !== undefined) return impossible({ kind: "apart", levels: [rival.id, level] }, [rival.id, level]);
    combination[ref.factor] = ref.level;
  }
  const has = ({ factor, level }: { readonly factor: number; readonly level: number }) => combination[factor] === level;
  const id = (ref: { readonly factor: number; readonly level: number }) =>
    space.factors[ref.factor]?.levels[ref.level - 1]?.id ?? "";
  const excluded = space.excludes.find(([a, b]) => has(a) && has(b));
  if (excluded !== undefined) {
    const names = excluded.map(id);
    return impossible({ kind: "apart", levels: names }, names);
  }
  const unmet = space.requires.find(({ level, anyOf }) => has(level) && !anyOf.some(has));
  if (unmet !== undefined) {
    const needed = unmet.anyOf.map(id);
    const level = id(unmet.level);
    return impossible({ kind: "requires", level, anyOf: needed }, [level, ...needed]);
  }
  const resolved = session.resolve(combination);
  return resolved.ok ? { combination } : impossible(clashOf(resolved.error), resolved.error.levels);
}
