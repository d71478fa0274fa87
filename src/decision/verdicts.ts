/**
 * A verdict per level, with its reason: the first that applies of
 *   landed set    land · undecided: unconfirmed
 *   otherwise     cannot-run · unmeasured · diverges · harms (a guardrail) · superseded · only-with · hurts · harms · no-effect
 *                 · guardrail-unsure · noisy
 * All effects are in utility. "Surely" means that the whole interval at the policy's confidence lies there.
 */
import { canHave } from "../contribution/combination.ts";
import type { Combination, LevelRef } from "../contribution/contribution.ts";
import type { Interval } from "../evidence/evidence.ts";
import { normalQuantile } from "../math/normal.ts";
import {
  type Ensemble,
  type Estimate,
  estimateDifference,
  inOwnSign,
  intervalOf,
  knowledgeShape,
  probabilityAbove,
} from "../plan/belief.ts";
import { pairMeans } from "../plan/pairs.ts";
import { type Knowledge, keep } from "../plan/plan.ts";
import { diverged } from "../plan/scale.ts";
import { hamming, hasLevel, levelId, levelsOf, stepOf } from "../plan/space.ts";
import type { Assessment } from "./assess.ts";
import { testedCandidates } from "./confirm.ts";
import type { LandReason, ShelveReason, UndecidedReason, Verdict } from "./decision.ts";
import { interactionFunctional } from "./effects.ts";
import { utilityInterval } from "./gains.ts";
import { firstConfirmationOf, firstRunOf } from "./order.ts";

export interface Situation {
  readonly knowledge: Knowledge;
  readonly ensemble: Ensemble;
  readonly assessment: Assessment;
  /** Pairs that the confirmation is still expected to need. */
  readonly pairsToGo: number;
}

interface Judge extends Situation {
  readonly together: () => Together;
}

/** One a level that is not in the baseline, in the space's order. */
export function verdictsOf(situation: Situation): Verdict[] {
  const { knowledge } = situation;
  const judge: Judge = { ...situation, together: createTogether(situation) };
  return levelsOf(knowledge.space)
    .filter((ref) => !hasLevel(knowledge.baseline, ref))
    .map((ref) =>
      hasLevel(judge.assessment.recommended, ref) ? verdictInSet(judge, ref) : verdictOutside(judge, ref),
    );
}

function verdictInSet(judge: Judge, ref: LevelRef): Verdict {
  const { knowledge, assessment } = judge;
  const level = levelId(knowledge.space, ref);
  if (assessment.confirmation?.outcome === "confirmed") return { kind: "land", level, reason: landReason(judge, ref) };
  return undecided(judge, ref, { kind: "unconfirmed" }, 2 * judge.pairsToGo);
}

function landReason(judge: Judge, ref: LevelRef): LandReason {
  const { knowledge, assessment } = judge;
  const worksWith: string[] = [];
  const overlapsWith: string[] = [];
  for (const [other, interaction] of interactionsWith(judge, ref, assessment.recommended)) {
    if (interaction.low > 0) worksWith.push(levelId(knowledge.space, other));
    if (interaction.high < 0) overlapsWith.push(levelId(knowledge.space, other));
  }
  return {
    inSet: stepInterval(judge, assessment.recommended, ref) ?? nothing,
    alone: stepInterval(judge, knowledge.baseline, ref) ?? nothing,
    worksWith,
    overlapsWith,
  };
}

const nothing: Interval = { mean: 0, low: 0, high: 0 };

/** In-set interactions of a level with each level of the set that the baseline has not. */
function interactionsWith(judge: Judge, ref: LevelRef, set: Combination): [LevelRef, Interval][] {
  const { knowledge, ensemble } = judge;
  const shape = knowledgeShape(knowledge);
  return set.flatMap((level, factor): [LevelRef, Interval][] => {
    if (factor === ref.factor || level === 0 || level === knowledge.baseline[factor]) return [];
    const other = { factor, level };
    return [[other, utilityInterval(knowledge, ensemble, interactionFunctional(shape, ref, other, set))]];
  });
}

function stepEstimate(judge: Judge, at: Combination, ref: LevelRef): Estimate | null {
  const step = stepOf(judge.knowledge, at, ref);
  return step === null ? null : estimateDifference(judge.ensemble, step.within, step.without);
}

function stepInterval(judge: Judge, at: Combination, ref: LevelRef): Interval | null {
  const found = stepEstimate(judge, at, ref);
  return found === null ? null : intervalOf(found.utility, judge.knowledge.confidence);
}

function verdictOutside(judge: Judge, ref: LevelRef): Verdict {
  const { knowledge, assessment } = judge;
  const level = levelId(knowledge.space, ref);
  const shelve = (reason: ShelveReason): Verdict => ({ kind: "shelve", level, reason });

  const trouble = troubleOf(judge, ref);
  if (trouble !== null) return trouble.kind === "unmeasured" ? undecided(judge, ref, trouble, 2) : shelve(trouble);

  const found = stepEstimate(judge, assessment.recommended, ref);
  if (found === null) {
    const lacking = neededBy(judge, ref);
    return shelve(
      lacking === null
        ? { kind: "cannot-run", crash: null }
        : { kind: "only-with", other: levelId(knowledge.space, lacking), inSet: nothing },
    );
  }
  const inSet = intervalOf(found.utility, knowledge.confidence);
  const alone = stepInterval(judge, knowledge.baseline, ref) ?? inSet;

  const broken = brokenGuardrail(judge, ref);
  if (broken?.surely === true) {
    const { objective, difference: loss } = broken;
    return shelve({ kind: "harms", objective, difference: loss, guardrail: true });
  }
  if (isFirstLook(judge, ref))
    return undecided(judge, ref, { kind: "noisy", inSet, alone }, runsToTell(knowledge, assessment.noise, inSet));
  const reason = shelveReason(judge, ref, found, inSet, alone);
  if (reason !== null) return shelve(reason);
  if (broken !== null && inSet.low > 0) {
    const unsure = { kind: "guardrail-unsure", objective: broken.objective, probability: broken.probability } as const;
    return undecided(judge, ref, unsure, runsToTell(judge.knowledge, judge.assessment.noise, inSet));
  }
  return undecided(
    judge,
    ref,
    { kind: "noisy", inSet, alone },
    runsToTell(judge.knowledge, judge.assessment.noise, inSet),
  );
}

/** Whether all that is known of a level is the one run that it got after the decision: its search is yet to come. */
function isFirstLook({ knowledge, assessment }: Judge, ref: LevelRef): boolean {
  const last = testedCandidates(knowledge, []).at(-1);
  if (assessment.phase !== "done" || last === undefined) return false;
  const runs = knowledge.observations.filter(({ combination }) => hasLevel(combination, ref));
  return runs.length === 1 && firstRunOf(knowledge, ref) > firstConfirmationOf(knowledge, last);
}

/** What keeps a level from being judged by its effect. */
function troubleOf(
  { knowledge }: Judge,
  ref: LevelRef,
):
  | Extract<ShelveReason, { kind: "cannot-run" | "diverges" }>
  | Extract<UndecidedReason, { kind: "unmeasured" }>
  | null {
  const runs = knowledge.observations.filter(({ combination }) => hasLevel(combination, ref));
  if (runs.length === 0) {
    const crash = knowledge.failed.findIndex(({ combination }) => hasLevel(combination, ref));
    if (crash !== -1) return { kind: "cannot-run", crash };
    return canHave(knowledge.space, [ref]) ? { kind: "unmeasured" } : { kind: "cannot-run", crash: null };
  }
  const bad = runs.filter(diverged).length;
  const others = knowledge.observations.filter(({ combination }) => !hasLevel(combination, ref));
  const usual = others.length === 0 ? 1 : others.filter(diverged).length / others.length;
  if (bad >= 2 && bad > runs.length / 2 && usual < bad / runs.length / 2)
    return { kind: "diverges", runs: bad, of: runs.length };
  return bad === runs.length ? { kind: "unmeasured" } : null;
}

/** A level that this one requires and that is not in the recommended set. */
function neededBy({ knowledge, assessment }: Judge, ref: LevelRef): LevelRef | null {
  const need = knowledge.space.requires.find(
    ({ level, anyOf }) =>
      level.factor === ref.factor &&
      level.level === ref.level &&
      !anyOf.some((other) => hasLevel(assessment.recommended, other)),
  );
  return need?.anyOf[0] ?? null;
}

/** The guarded objective that adding the level to the set puts most at risk, when its guardrail is not surely held. */
function brokenGuardrail(
  judge: Judge,
  ref: LevelRef,
): {
  readonly objective: string;
  readonly difference: Interval;
  readonly probability: number;
  readonly surely: boolean;
} | null {
  const { knowledge, ensemble, assessment } = judge;
  const step = stepOf(knowledge, assessment.recommended, ref);
  if (step === null) return null;
  const found = estimateDifference(ensemble, step.within, knowledge.baseline);
  const own = estimateDifference(ensemble, step.within, step.without);
  let worst: { objective: string; difference: Interval; probability: number; surely: boolean } | null = null;
  for (const [m, objective] of knowledge.objectives.entries()) {
    const [total, change] = [found.objectives[m], own.objectives[m]];
    if (objective.guardrail === null || total === undefined || change === undefined) continue;
    const probability = probabilityAbove(total, -objective.guardrail);
    if (probability >= knowledge.confidence || (worst !== null && probability >= worst.probability)) continue;
    const loss = intervalOf(change, knowledge.confidence);
    worst = {
      objective: objective.name,
      difference: inOwnSign(objective, loss),
      probability,
      surely: probability < 1 - knowledge.confidence && loss.high < 0,
    };
  }
  return worst;
}

function shelveReason(
  judge: Judge,
  ref: LevelRef,
  found: Estimate,
  inSet: Interval,
  alone: Interval,
): ShelveReason | null {
  // Not surely short of what matters: more runs may yet show that it belongs in the set.
  if (inSet.high >= 1) return null;
  const { knowledge } = judge;
  const rival = rivalOf(judge, ref, alone);
  if (rival !== null) return { kind: "superseded", by: levelId(knowledge.space, rival), inSet };
  const partner = partnerOf(judge, ref);
  if (partner !== null) return { kind: "only-with", other: levelId(knowledge.space, partner), inSet };
  if (inSet.high >= 0) return { kind: "no-effect", inSet, alone };
  const harmed = harmedObjective(judge, found);
  return harmed ?? { kind: "hurts", inSet, alone };
}

/** The level of the set that does this one's work: of the same factor, excluding it, or overlapping with it. */
function rivalOf(judge: Judge, ref: LevelRef, alone: Interval): LevelRef | null {
  const { knowledge, assessment } = judge;
  const own = assessment.recommended[ref.factor] ?? 0;
  if (own !== 0 && own !== knowledge.baseline[ref.factor]) return { factor: ref.factor, level: own };
  const step = stepOf(knowledge, assessment.recommended, ref);
  const pushedOut =
    step?.within.findIndex((level, j) => j !== ref.factor && level === 0 && step.without[j] !== 0) ?? -1;
  if (pushedOut >= 0) return { factor: pushedOut, level: assessment.recommended[pushedOut] ?? 0 };
  // It must be worth something by itself for another to supersede it.
  if (alone.low <= 0) return null;
  let strongest: { readonly ref: LevelRef; readonly mean: number } | null = null;
  for (const [other, interaction] of interactionsWith(judge, ref, assessment.recommended))
    if (interaction.high < 0 && interaction.mean < (strongest?.mean ?? 0))
      strongest = { ref: other, mean: interaction.mean };
  return strongest?.ref ?? null;
}

/** A shelved level with which this one would surely be worth its keep. */
function partnerOf(judge: Judge, ref: LevelRef): LevelRef | null {
  const { knowledge, assessment } = judge;
  const { recommended } = assessment;
  const together = judge.together();
  for (const other of levelsOf(knowledge.space)) {
    if (other.factor === ref.factor || recommended[other.factor] !== knowledge.baseline[other.factor]) continue;
    if (hasLevel(recommended, other)) continue;
    const withOther = stepOf(knowledge, recommended, other);
    if (withOther === null || hasLevel(withOther.within, ref)) continue;
    const step = stepOf(knowledge, withOther.within, ref);
    if (step === null || isHopeless(together, step, recommended, ref, other)) continue;
    const found = intervalOf(
      estimateDifference(judge.ensemble, step.within, step.without).utility,
      knowledge.confidence,
    );
    if (found.mean > keep && found.low > keep) return other;
  }
  return null;
}

/** Whether two levels, where nothing else moves with them, are not worth their keep even in the mean. */
function isHopeless(
  together: Together,
  { within, without }: { readonly within: Combination; readonly without: Combination },
  set: Combination,
  ref: LevelRef,
  other: LevelRef,
): boolean {
  const alone = hamming(within, set) === 2 && hamming(without, set) === 1 && hasLevel(without, other);
  return alone && together(ref, other) <= keep;
}

/** Mean utility of the first level beside the second, both added to the recommended set. */
type Together = (ref: LevelRef, other: LevelRef) => number;

/** Of all pairs at once, when the first is asked of. */
function createTogether({ knowledge, ensemble, assessment }: Situation): () => Together {
  let made: Together | null = null;
  return () => {
    if (made !== null) return made;
    const levels = levelsOf(knowledge.space);
    const index = new Map(levels.map((level, i) => [levelId(knowledge.space, level), i]));
    const indexOf = (level: LevelRef) => index.get(levelId(knowledge.space, level)) ?? Number.NaN;
    const means = pairMeans(ensemble, assessment.recommended, levels);
    made = (ref, other) => means[indexOf(ref) * levels.length + indexOf(other)] ?? Number.NaN;
    return made;
  };
}

/** When a level buys one objective with another: the objective that it surely costs most. */
function harmedObjective({ knowledge }: Judge, found: Estimate): ShelveReason | null {
  let gains = false;
  let worst: { readonly objective: string; readonly difference: Interval; readonly loss: number } | null = null;
  for (const [m, objective] of knowledge.objectives.entries()) {
    const mixture = found.objectives[m];
    if (mixture === undefined || objective.weight === 0) continue;
    const change = intervalOf(mixture, knowledge.confidence);
    if (change.low > 0) gains = true;
    const loss = (objective.weight * change.mean) / objective.matters;
    if (change.high < 0 && loss < (worst?.loss ?? 0))
      worst = { objective: objective.name, difference: inOwnSign(objective, change), loss };
  }
  if (!gains || worst === null) return null;
  return { kind: "harms", objective: worst.objective, difference: worst.difference, guardrail: false };
}

function undecided(judge: Judge, ref: LevelRef, reason: UndecidedReason, runs: number): Verdict {
  const { knowledge } = judge;
  const coreSeconds = runs * (knowledge.meanRunCost ?? 0);
  return { kind: "undecided", level: levelId(knowledge.space, ref), reason, costToKnow: { runs, coreSeconds } };
}

const mostRunsToTell = 200;

/** Runs, in pairs with and without the level, until its interval would be clear of the threshold that it straddles. */
export function runsToTell({ confidence }: Pick<Knowledge, "confidence">, noise: number, { mean }: Interval): number {
  const z = normalQuantile((1 + confidence) / 2);
  const distance = Math.max(keep / 2, Math.abs(mean - keep));
  const pairs = Math.ceil(2 * ((z * noise) / distance) ** 2);
  return Math.min(mostRunsToTell, Math.max(2, 2 * pairs));
}
