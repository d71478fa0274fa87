import { combinationFromIds } from "../contribution/combination.ts";
import type { Combination } from "../contribution/contribution.ts";
import { auditsMade, auditsWanted, planAudits } from "../decision/audit.ts";
import { creditFor } from "../decision/decide.ts";
import { resolveObjectives } from "../evidence/resolve.ts";
import { firstConfirmSeed, type Knowledge } from "../plan/plan.ts";
import { hamming } from "../plan/space.ts";
import { CairnError, usage } from "./errors.ts";
import { readHistory } from "./history.ts";
import { knowledgeOf } from "./knowledge.ts";
import type { AskedRun } from "./queue.ts";
import { readStanding } from "./report.ts";
import type { Session } from "./session.ts";

/** Who carried how much of a set's gain, by all evidence there is now. Utility is in units of `matters`. */
export interface CreditStatement {
  /** null: the set is confirmed and has not landed yet. */
  readonly landing: number | null;
  readonly scale: string;
  /** The gain on the confirmation's fresh pairs, which the shares add up to. */
  readonly gain: { readonly mean: number; readonly pairs: number };
  readonly shares: readonly {
    readonly level: string;
    readonly by: readonly string[];
    readonly mean: number;
    readonly low: number;
    readonly high: number;
  }[];
  /** Runs on subsets of the parts: made, and how many credit asks for. */
  readonly audits: { readonly made: number; readonly wanted: number };
}

/** A landing's set beside the baseline that it was confirmed against. */
interface Account {
  readonly landing: number | null;
  /** With the baseline of then. */
  readonly knowledge: Knowledge;
  readonly set: Combination;
}

/**
 * @param landing its number; null: the set that is confirmed now, else the newest landing
 * @throws CairnError when there is no such set, or what confirmed it is not evidence about the lab as it is now
 */
export async function readCredit(session: Session, landing: number | null): Promise<CreditStatement> {
  const { knowledge, set, landing: number } = await accountOf(session, landing);
  const { gain, shares } = creditFor(knowledge, set);
  if (gain.n === 0) {
    throw new CairnError({
      kind: "not-decided",
      message: `the runs that confirmed landing ${number} are not evidence about the lab as it is now`,
      help: "Its credit as it was then is in landings/.",
    });
  }
  return {
    landing: number,
    scale: session.scale,
    gain: { mean: gain.mean, pairs: gain.n },
    shares: shares.map(({ level, share }) => ({ level, by: proposersOf(session, level), ...share })),
    audits: { made: auditsMade(knowledge, set), wanted: auditsWanted(knowledge, set) },
  };
}

/** The audits that credit still asks for, or `most` of them; empty when it has what it wants. */
export async function planCreditAudits(
  session: Session,
  landing: number | null,
  most: number | null,
): Promise<readonly AskedRun[]> {
  const { knowledge, set } = await accountOf(session, landing);
  const missing = auditsWanted(knowledge, set) - auditsMade(knowledge, set);
  const audits = planAudits(knowledge, set, most ?? Math.max(0, missing), (x) => session.resolve(x).ok);
  const of = hamming(set, knowledge.baseline);
  return audits.map(({ combination, seed }) => {
    const why = { kind: "audit", parts: hamming(combination, knowledge.baseline), of } as const;
    return { combination, seed, purpose: "audit", why };
  });
}

async function accountOf(session: Session, landing: number | null): Promise<Account> {
  const { landings, space } = session.loaded;
  if (landing === null) {
    const { decision, knowledge } = await readStanding(session, "sketch");
    if (decision.set.confirmation?.outcome === "confirmed")
      return { landing: null, knowledge, set: decision.recommended };
  }
  const index = landing === null ? landings.length - 1 : landings.findIndex((one) => one.landing === landing);
  const found = landings[index];
  if (found === undefined) {
    if (landing !== null) throw usage(`there is no landing ${landing} in this lab`);
    throw new CairnError({
      kind: "not-decided",
      message: "nothing is confirmed or landed yet",
      help: "`cairn run` measures on.",
    });
  }
  const baseline = combinationFromIds(space, landings[index - 1]?.set ?? []);
  const set = combinationFromIds(space, found.set);
  if (baseline === null || set === null)
    throw usage(`landing ${found.landing} has levels that are no longer in the lab`, "Its credit is in landings/.");
  const history = await readHistory(session);
  const knowledge = knowledgeOf(session, history);
  const objectives = resolveObjectives(session.loaded.lab.objectives, knowledge.observations, baseline);
  return {
    landing: found.landing,
    set,
    // The pairs of all confirmations are told apart by their sets.
    knowledge: { ...knowledge, baseline, objectives, confirmSeed: firstConfirmSeed },
  };
}

function proposersOf(session: Session, level: string): readonly string[] {
  const id = level.replace(/^−/, "");
  const found = session.loaded.space.factors.flatMap(({ levels }) => levels).find((one) => one.id === id);
  return found?.contribution.by ?? [];
}
