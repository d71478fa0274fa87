import type { AskedRun } from "../../src/app/queue.ts";
import { byHand } from "../../src/app/queue.ts";
import type { Session } from "../../src/app/session.ts";
import { combinationFromIds, combinationIds } from "../../src/contribution/combination.ts";
import { resolveObjectives } from "../../src/evidence/resolve.ts";
import { levelsOf } from "../../src/plan/space.ts";
import { sumOf } from "./account.ts";
import type { Values } from "./judge.ts";
import { judgeSeed, Lane } from "./lane.ts";
import type { Machine, Made } from "./machine.ts";
import type { Progress } from "./progress.ts";
import type { Journal, PolicyName, SettingsRecord } from "./record.ts";
import { type Results, sameSet } from "./summary.ts";

/**
 * Core-seconds for every level and the baseline, in uncached runs: one each, and three quarters as much again for what a
 * policy does with what it learnt.
 */
const runsPerLevel = 1.75;

export interface Plan {
  readonly policies: readonly PolicyName[];
  readonly repeats: number;
  /** Fresh seeds that every named set is judged on. */
  readonly pairs: number;
  /** Core-seconds; null: by the number of levels and the price of a run. */
  readonly budget: number | null;
  /** Runs at a time, each of another policy or repeat. */
  readonly jobs: number;
}

/** The whole bench: policies race to their budgets, then what they named is judged. */
export class Comparison {
  readonly #session: Session;
  readonly #machine: Machine;
  readonly #journal: Journal;
  readonly #progress: Progress;
  readonly #plan: Plan;

  constructor(session: Session, machine: Machine, journal: Journal, progress: Progress, plan: Plan) {
    this.#session = session;
    this.#machine = machine;
    this.#journal = journal;
    this.#progress = progress;
    this.#plan = plan;
  }

  /** The settings on record, or new ones. @throws Error when the record is about others. */
  async settle(): Promise<SettingsRecord> {
    const { lab, space, baseline } = this.#session.loaded;
    const { budget } = this.#plan;
    const known = this.#journal.settings;
    if (known !== null) {
      const same = known.lab === lab.name && known.scale === this.#session.scale;
      if (same && (budget === null || budget === known.budget)) return known;
      throw new Error(
        `the results are of ${known.lab} at ${known.scale} with a budget of ${known.budget} core-seconds`,
      );
    }
    const set = combinationIds(space, baseline);
    const made = await this.#machine.make(this.#judgeRuns(1, set));
    const prices = made.map(({ prices: stages }) => sumOf(stages)).sort((a, b) => a - b);
    const runPrice = prices[Math.floor(prices.length / 2)] ?? 0;
    const settled: SettingsRecord = {
      kind: "settings",
      lab: lab.name,
      scale: this.#session.scale,
      baseline: set,
      budget: budget ?? runsPerLevel * (levelsOf(space).length + 1) * runPrice,
      runPrice,
    };
    this.#journal.append(settled);
    return settled;
  }

  /** Lets every policy spend its budget, by turns, until all have named a set. */
  async race({ budget, runPrice }: SettingsRecord): Promise<void> {
    const ended = (policy: PolicyName, repeat: number) =>
      this.#journal.ends.some((end) => end.policy === policy && end.repeat === repeat);
    const lanes = this.#repeats().flatMap((repeat) =>
      this.#plan.policies
        .filter((policy) => !ended(policy, repeat))
        .map((policy) => new Lane(this.#session, policy, repeat, budget)),
    );
    for (let open = lanes; open.length > 0; open = open.filter(({ end }) => end === null)) {
      for (let i = 0; i < open.length; i += this.#plan.jobs) {
        await this.#turn(open.slice(i, i + this.#plan.jobs));
        const left = lanes.reduce((sum, lane) => sum + (lane.end === null ? lane.left : 0), 0);
        const judging = this.#plan.repeats * this.#plan.pairs * (this.#plan.policies.length + 1) * runPrice;
        const spent = lanes.reduce((sum, lane) => sum + lane.spent, 0);
        const what = `${open.length} of ${lanes.length} still measure; ${Math.round(spent)} core-seconds charged`;
        this.#progress.tell(what, left + judging);
      }
    }
  }

  async #turn(lanes: readonly Lane[]): Promise<void> {
    const asking = lanes.flatMap((lane) => (lane.asks === null ? [] : [{ lane, run: lane.asks }]));
    const before = lanes.reduce((sum, { spent }) => sum + spent, 0);
    const began = performance.now();
    const made = await this.#machine.make(asking.map(({ run }) => run));
    for (const [i, { lane }] of asking.entries()) {
      const answer = made[i];
      if (answer === undefined) continue;
      const step = lane.receive(answer);
      if (step !== null) this.#journal.appendStep(step);
    }
    for (const { end } of lanes) if (end !== null) this.#journal.append(end);
    const charged = lanes.reduce((sum, { spent }) => sum + spent, 0) - before;
    if (made.some(({ isNew }) => isNew)) this.#progress.worked((performance.now() - began) / 1000, charged);
  }

  /** Runs every named set, and the baseline, on the repeat's judging seeds. */
  async judge({ baseline, runPrice }: SettingsRecord): Promise<void> {
    const { policies } = this.#plan;
    const sets = this.#repeats().flatMap((repeat) => {
      const named = this.#journal.ends.filter((end) => end.repeat === repeat && policies.includes(end.policy));
      return [baseline, ...named.map(({ set }) => set)].map((set) => ({ repeat, set }));
    });
    for (const [i, { repeat, set }] of sets.entries()) {
      const runs = this.#judgeRuns(repeat, set).filter(({ seed }) => !this.#isJudged(repeat, set, seed));
      const made = await this.#machine.make(runs);
      for (const [j, { seed }] of runs.entries()) {
        const answer = made[j];
        if (answer === undefined) continue;
        this.#journal.append({ kind: "judged", repeat, set, seed, values: this.#valuesOf(answer) });
      }
      const left = (sets.length - i - 1) * this.#plan.pairs * runPrice;
      this.#progress.tell(`${i + 1} of ${sets.length} sets judged`, left);
    }
  }

  /** What there is to summarise. Relative amounts are of what the baseline measured on all judging seeds. */
  async results(settings: SettingsRecord): Promise<Results> {
    const { lab, baseline } = this.#session.loaded;
    const runs = this.#repeats().flatMap((repeat) => this.#judgeRuns(repeat, settings.baseline));
    const made = await this.#machine.make(runs);
    const observations = made.flatMap(({ observation }) => (observation === null ? [] : [observation]));
    return {
      settings,
      objectives: resolveObjectives(lab.objectives, observations, baseline),
      ends: this.#journal.ends,
      judged: this.#journal.judged,
    };
  }

  #repeats(): number[] {
    return Array.from({ length: this.#plan.repeats }, (_, i) => i + 1);
  }

  #judgeRuns(repeat: number, set: readonly string[]): AskedRun[] {
    const combination = combinationFromIds(this.#session.loaded.space, set);
    if (combination === null) throw new Error(`${set.join(" + ")} is no set of this lab`);
    return Array.from({ length: this.#plan.pairs }, (_, pair) => ({
      combination,
      seed: judgeSeed(repeat, pair),
      ...byHand,
    }));
  }

  #isJudged(repeat: number, set: readonly string[], seed: number): boolean {
    return this.#journal.judged.some((old) => old.repeat === repeat && old.seed === seed && sameSet(old.set, set));
  }

  /** A crashed run has no finite value of anything. */
  #valuesOf({ observation }: Made): Values {
    return Object.fromEntries(
      this.#session.loaded.lab.objectives.map(({ name }) => {
        const outcome = observation?.outcomes.get(name);
        return [name, outcome?.kind === "measured" ? outcome.value : null];
      }),
    );
  }
}
