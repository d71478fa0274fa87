import type { StageFailure } from "../../src/api/reasons.ts";
import { createCostModel } from "../../src/app/cost.ts";
import type { PastRun } from "../../src/app/history.ts";
import type { AskedRun } from "../../src/app/queue.ts";
import { byHand } from "../../src/app/queue.ts";
import type { Session } from "../../src/app/session.ts";
import { createRng } from "../../src/base/rng.ts";
import { combinationIds } from "../../src/contribution/combination.ts";
import type { Combination } from "../../src/contribution/contribution.ts";
import type { Observation } from "../../src/evidence/evidence.ts";
import { Account, sumOf } from "./account.ts";
import { cairn } from "./cairn.ts";
import { greedy } from "./greedy.ts";
import type { Made } from "./machine.ts";
import type { Ground, Named, Policy, Step } from "./policy.ts";
import type { EndRecord, PolicyName, StepRecord } from "./record.ts";
import { oneAtATime } from "./stack.ts";

/** Repeats draw their seeds from ranges of their own; the last part of each is for judging alone. */
const seedsPerRepeat = 1_000_000;
const firstJudgeSeed = 900_000;

export function judgeSeed(repeat: number, pair: number): number {
  return repeat * seedsPerRepeat + firstJudgeSeed + pair;
}

type State = { readonly kind: "asks"; readonly step: Step } | { readonly kind: "over"; readonly end: EndRecord };

/** One policy in one repeat, from its first run to the set it names. */
export class Lane {
  readonly policy: PolicyName;
  readonly repeat: number;
  readonly #session: Session;
  readonly #account: Account;
  readonly #steps: Policy;
  readonly #costs = createCostModel();
  readonly #runs: PastRun[] = [];
  readonly #observations: Observation[] = [];
  readonly #failed: { readonly combination: Combination; readonly failure: StageFailure }[] = [];
  /** Wall seconds in which the policy thought. */
  #planning = 0;
  #paid = 0;
  #number = 0;
  #state: State;

  constructor(session: Session, policy: PolicyName, repeat: number, budget: number) {
    this.policy = policy;
    this.repeat = repeat;
    this.#session = session;
    this.#account = new Account(budget);
    this.#steps = this.#start();
    this.#state = this.#proceed(null);
  }

  get spent(): number {
    return this.#account.spent;
  }

  get left(): number {
    return this.#account.left;
  }

  /** null: it has named its set. */
  get asks(): AskedRun | null {
    if (this.#state.kind === "over") return null;
    const { combination, seed } = this.#state.step;
    return { combination, seed: this.repeat * seedsPerRepeat + seed, ...byHand };
  }

  get end(): EndRecord | null {
    return this.#state.kind === "over" ? this.#state.end : null;
  }

  /**
   * Answers the lane's question. A run that its budget does not hold is not shown to it: it is over, with the set that it
   * named when it asked.
   */
  receive({ past, observation, failure, prices }: Made): StepRecord | null {
    if (this.#state.kind === "over") throw new Error("it asks for nothing any more");
    const { step } = this.#state;
    const paid = this.#account.pay(prices);
    if (paid === null) {
      this.#state = { kind: "over", end: this.#endOf(step.named, "budget") };
      return null;
    }
    const { combination, seed, purpose } = step;
    const seen = observation === null ? null : { ...observation, seed, purpose };
    this.#remember(
      { ...past, row: { ...past.row, seed, purpose } },
      seen,
      failure,
      new Set(paid.map(({ key }) => key)),
    );
    this.#number += 1;
    if (paid.length > 0) this.#paid += 1;
    this.#state = this.#proceed(seen);
    return {
      kind: "step",
      policy: this.policy,
      repeat: this.repeat,
      number: this.#number,
      set: combinationIds(this.#session.loaded.space, combination),
      seed,
      purpose,
      charged: sumOf(paid),
      spent: this.#account.spent,
    };
  }

  #start(): Policy {
    const { loaded } = this.#session;
    const rng = createRng(`${this.policy}/repeat ${this.repeat}`);
    const ground: Ground = {
      space: loaded.space,
      baseline: loaded.baseline,
      objectives: loaded.lab.objectives,
      buildable: (x) => this.#session.resolve(x).ok,
      shuffle: (levels) => rng.shuffle(levels),
    };
    switch (this.policy) {
      case "greedy":
        return greedy(ground);
      case "one-at-a-time":
        return oneAtATime(ground);
      case "cairn": {
        const history = () => ({
          rows: this.#runs.map(({ row }) => row),
          runs: this.#runs,
          observations: this.#observations,
          elsewhere: [],
          contexts: [],
          earlier: 0,
          failed: this.#failed,
          pending: [],
          costs: this.#costs,
        });
        return cairn(this.#session, { history, left: () => this.left }, this.repeat);
      }
    }
  }

  #proceed(answer: Observation | null): State {
    const began = performance.now();
    const next = this.#steps.next(answer);
    this.#planning += (performance.now() - began) / 1000;
    return next.done === true
      ? { kind: "over", end: this.#endOf(next.value, "itself") }
      : { kind: "asks", step: next.value };
  }

  /** What it paid for is its evidence; a run that it asked for again says nothing new. */
  #remember(run: PastRun, seen: Observation | null, failure: StageFailure | null, paid: ReadonlySet<string>): void {
    const { combination } = run;
    const known = this.#runs.some(({ row }) => row.id === run.row.id && row.seed === run.row.seed);
    if (known || combination === null) return;
    this.#runs.push(run);
    if (seen !== null) this.#observations.push(seen);
    else if (failure !== null) this.#failed.push({ combination, failure });
    const resolved = this.#session.resolve(combination);
    if (!resolved.ok) return;
    if (seen !== null) this.#costs.add(resolved.value, run.row.seed);
    for (const { name, params } of resolved.value.recipe.stages) {
      const result = run.results.get(name);
      if (result !== undefined && paid.has(result.key)) this.#costs.observe(name, params, result.coreSeconds);
    }
  }

  #endOf({ combination, confirmed }: Named, by: EndRecord["by"]): EndRecord {
    return {
      kind: "end",
      policy: this.policy,
      repeat: this.repeat,
      set: combinationIds(this.#session.loaded.space, combination),
      confirmed,
      by,
      spent: this.#account.spent,
      runs: this.#paid,
      planning: this.#planning,
    };
  }
}
