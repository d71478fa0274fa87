import type { History } from "../../src/app/history.ts";
import { knowledgeOf } from "../../src/app/knowledge.ts";
import { steerRequest } from "../../src/app/queue.ts";
import type { Session } from "../../src/app/session.ts";
import { decide } from "../../src/decision/decide.ts";
import type { Decision } from "../../src/decision/decision.ts";
import { steer } from "../../src/decision/steer.ts";
import type { Named, Policy } from "./policy.ts";

/** Cairn's own evidence and purse: it sees what it paid for, and nothing that other policies measured. */
export interface OwnEvidence {
  readonly history: () => History;
  /** Core-seconds. */
  readonly left: () => number;
}

/** The product's steering, asked for one run at a time, with the budget counted in runs as the queue counts it. */
export function* cairn(session: Session, own: OwnEvidence, repeat: number): Policy {
  const resolved = session.resolve(session.loaded.baseline);
  for (;;) {
    const history = own.history();
    const knowledge = knowledgeOf(session, history);
    const runPrice = (resolved.ok ? history.costs.uncached(resolved.value) : null) ?? 1;
    const runsLeft = Math.max(0, Math.floor(own.left() / runPrice));
    if (runsLeft === 0) return namedBy(decide(knowledge, { detail: "sketch", runsLeft }));
    const request = steerRequest(session, history, knowledge, 1, runsLeft);
    const { decision, suggestions, stop } = steer({ ...request, seed: `${request.seed}/repeat ${repeat}` });
    const next = suggestions[0];
    if (stop !== null || next === undefined) return namedBy(decision);
    const { combination, seed, purpose } = next;
    yield { combination, seed, purpose, named: namedBy(decision) };
  }
}

function namedBy({ recommended, set }: Decision): Named {
  return { combination: recommended, confirmed: set.confirmation?.outcome === "confirmed" };
}
