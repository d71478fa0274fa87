import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { type Belief, believe, drawEnsemble, type Ensemble, knowledgeShape } from "../plan/belief.ts";
import type { Knowledge } from "../plan/plan.ts";
import { outlookOf } from "./appraise.ts";
import { type Assessment, assess } from "./assess.ts";
import { levelAfter } from "./budget.ts";
import { confirmedGain, pairsToGo, testedCandidates } from "./confirm.ts";
import { creditOf } from "./credit.ts";
import type { Credit, DecideOptions, Decision, DecisionState, ErrorBudget, SetVerdict } from "./decision.ts";
import { effectsOf, interactionsOf, noiseOf, pointsOf } from "./effects.ts";
import type { Spread } from "./eprocess.ts";
import { gainsOf } from "./gains.ts";
import { verdictsOf } from "./verdicts.ts";

/** Draws of the hyper-parameters behind every reported interval. */
const reportDraws = 60;
/** Draws to steer by: enough that a lucky mode is not taken for knowledge. */
const steeringDraws = 16;

/**
 * What the evidence says now. The recommended set and the state come from few draws of the hyper-parameters, the same in a
 * sketch and in a full decision, so that the two never disagree about them; a full one's intervals come from many.
 */
export function decide(knowledge: Knowledge, options: DecideOptions): Decision {
  return examine(knowledge, options).decision;
}

/** The decision, and the beliefs that its numbers come from. */
export interface Examination {
  readonly decision: Decision;
  readonly ensemble: Ensemble;
}

/** `decide` for whoever shows more of the model than the decision does. */
export function examine(knowledge: Knowledge, options: DecideOptions): Examination {
  const belief = believe(knowledge);
  const ensemble = steeringEnsemble(belief);
  const assessment = assess(knowledge, ensemble, options.runsLeft, []);
  if (options.detail === "sketch") return { decision: sketch(knowledge, ensemble, assessment), ensemble };
  const many = reportEnsemble(belief);
  return { decision: elaborate(knowledge, many, assessment), ensemble: many };
}

/** Who carried how much of what landing `set` gained, by all evidence; empty when no fresh pairs have measured the gain. */
export function creditFor(
  knowledge: Knowledge,
  set: Combination,
): { readonly gain: Spread; readonly shares: Credit[] } {
  const gain = confirmedGain(knowledge, set);
  const shares = gain.n === 0 ? [] : creditOf(knowledge, reportEnsemble(believe(knowledge)), set, gain);
  return { gain, shares };
}

export function steeringEnsemble(belief: Belief): Ensemble {
  return drawEnsemble(belief, steeringDraws, createRng("steering"));
}

export function reportEnsemble(belief: Belief): Ensemble {
  return drawEnsemble(belief, reportDraws, createRng("decision"));
}

/** The decision without what only people look at. */
export function sketch(knowledge: Knowledge, ensemble: Ensemble, assessment: Assessment): Decision {
  return {
    state: stateOf(assessment),
    baseline: knowledge.baseline,
    recommended: assessment.recommended,
    set: setVerdict(knowledge, ensemble, assessment),
    verdicts: verdictsOf({
      knowledge,
      ensemble,
      assessment,
      pairsToGo: remainingPairs(knowledge, ensemble, assessment),
    }),
    effects: [],
    interactions: [],
    noise: noiseOf(knowledge, ensemble),
    points: [],
    credit: [],
    errorBudget: errorBudgetOf(knowledge, assessment),
  };
}

function errorBudgetOf(knowledge: Knowledge, { confirmation }: Assessment): ErrorBudget {
  const { alpha, earlierTrials } = knowledge;
  const tested = earlierTrials.tested + testedCandidates(knowledge, []).length;
  const landed = earlierTrials.landed + (confirmation?.outcome === "confirmed" ? 1 : 0);
  return { tested, landed: earlierTrials.landed, asked: 1 / levelAfter({ tested, landed }, alpha) };
}

function elaborate(knowledge: Knowledge, ensemble: Ensemble, assessment: Assessment): Decision {
  const shape = knowledgeShape(knowledge);
  const { recommended } = assessment;
  const confirmed = assessment.confirmation?.outcome === "confirmed";
  const effects = effectsOf(knowledge, ensemble, shape, recommended);
  return {
    state: stateOf(assessment),
    baseline: knowledge.baseline,
    recommended,
    set: setVerdict(knowledge, ensemble, assessment),
    verdicts: verdictsOf({
      knowledge,
      ensemble,
      assessment,
      pairsToGo: remainingPairs(knowledge, ensemble, assessment),
    }),
    effects,
    interactions: interactionsOf(knowledge, ensemble, shape, recommended, effects),
    noise: noiseOf(knowledge, ensemble),
    points: pointsOf(knowledge, ensemble, shape),
    credit: confirmed ? creditOf(knowledge, ensemble, recommended, confirmedGain(knowledge, recommended)) : [],
    errorBudget: errorBudgetOf(knowledge, assessment),
  };
}

function stateOf({ phase }: Assessment): DecisionState {
  if (phase === "done") return "decided";
  return phase === "confirm" ? "confirming" : "measuring";
}

function setVerdict(knowledge: Knowledge, ensemble: Ensemble, assessment: Assessment): SetVerdict {
  return { ...gainsOf(knowledge, ensemble, assessment.recommended), confirmation: assessment.confirmation };
}

/** Pairs that confirming the recommended set is still expected to take. */
export function remainingPairs(knowledge: Knowledge, ensemble: Ensemble, assessment: Assessment): number {
  const { recommended, candidateIndex } = assessment;
  return pairsToGo(knowledge, recommended, candidateIndex, outlookOf(knowledge, ensemble, recommended));
}
