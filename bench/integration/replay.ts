/** One method played on one world: what it would land after every run. */
import type { Combination } from "../../src/contribution/contribution.ts";
import type { Ask, Problem } from "./method.ts";
import { createStageCache } from "./pipeline.ts";
import type { Judgement, World } from "./world.ts";

export interface Point extends Judgement {
  /** Of all runs so far, in runs of a whole uncached pipeline. */
  readonly cost: number;
}

/** Point i is after i + 1 finished runs; the baseline's is the first. */
export type Curve = readonly Point[];

type Awaitable<T> = T | Promise<T>;

/** A player whose answers may have to be waited for, because another program gives them. */
export interface Contestant {
  readonly ask: (count: number) => Awaitable<readonly Ask[]>;
  readonly tell: (ask: Ask, y: readonly number[]) => Awaitable<void>;
  readonly recommend: () => Awaitable<Combination>;
}

export interface Entrant {
  readonly name: string;
  readonly start: (problem: Problem, seed: string) => Awaitable<Contestant>;
}

export interface Limits {
  /** Ends when so many runs are made or so much is spent, whichever is first. */
  readonly runs: number;
  readonly cost: number;
  /** Runs asked for at once. */
  readonly batch: number;
}

/** Another choice from the same runs, made after some of them. */
export interface Onlooker {
  readonly tell: (ask: Ask, y: readonly number[]) => void;
  readonly recommend: () => Combination;
  /** Whether it is asked after this many runs; its earlier answer stands after the others. */
  readonly looksAfter: (runs: number) => boolean;
}

/**
 * The entrant's curve and each onlooker's.
 * @throws Error when the entrant breaks the rules: it asks for nothing, too much, or what cannot be built.
 */
export async function replay(
  world: World,
  entrant: Entrant,
  limits: Limits,
  createOnlookers: (problem: Problem) => readonly Onlooker[] = () => [],
): Promise<readonly Curve[]> {
  const broken = (what: string): Error => new Error(`${entrant.name} ${what} (${world.label})`);
  const cache = world.pipeline === null ? null : createStageCache(world.pipeline);
  const problem: Problem = {
    levels: world.levels,
    feasible: world.feasible,
    objectives: world.objectives,
    cost: cache === null ? () => 1 : cache.cost,
    batch: limits.batch,
  };
  const contestant = await entrant.start(problem, `${world.label}/${entrant.name}`);
  const onlookers = createOnlookers(problem).map((onlooker) => ({ onlooker, points: createPoints(world) }));
  const points = createPoints(world);

  let cost = 0;
  const play = async (asks: readonly Ask[]): Promise<void> => {
    const paid = asks.map(({ x, seed }) => {
      if (!world.feasible(x)) throw broken(`asked for ${x.join()}, which cannot be built`);
      cost += problem.cost(x, seed);
      cache?.add(x, seed);
      return cost;
    });
    for (const [i, ask] of asks.entries()) {
      const y = world.measure(ask.x, ask.seed);
      await contestant.tell(ask, y);
      const choice = await contestant.recommend();
      if (!world.feasible(choice)) throw broken(`recommends ${choice.join()}, which cannot be built`);
      points.add(paid[i] ?? cost, choice);
      for (const { onlooker, points: seen } of onlookers) {
        onlooker.tell(ask, y);
        seen.add(paid[i] ?? cost, onlooker.looksAfter(points.made.length) ? onlooker.recommend() : null);
      }
    }
  };

  await play([{ x: world.levels.map(() => 0), seed: 1 }]);
  while (points.made.length < limits.runs && cost < limits.cost) {
    const count = Math.min(limits.batch, limits.runs - points.made.length);
    const asks = await contestant.ask(count);
    if (asks.length === 0 || asks.length > count) throw broken(`asked for ${asks.length} runs of ${count}`);
    await play(asks);
  }
  return [points.made, ...onlookers.map(({ points: seen }) => seen.made)];
}

/** A curve as it grows; without a choice the last one stands. */
function createPoints(world: World) {
  const made: Point[] = [];
  let judgement = world.judge(world.levels.map(() => 0));
  return {
    made,
    add: (cost: number, choice: Combination | null): void => {
      if (choice !== null) judgement = world.judge(choice);
      made.push({ cost, ...judgement });
    },
  };
}
