/** One method played on one world: what it would land after every run. */
import type { Combination } from "../../src/contribution/contribution.ts";
import type { Method, Problem } from "./method.ts";
import type { Judgement, World } from "./world.ts";

export interface Point extends Judgement {
  /** Finished runs, the baseline's included. */
  readonly runs: number;
  /** Of all runs so far; an uncached run of the whole pipeline costs 1. */
  readonly cost: number;
}

export interface ReplayOptions {
  readonly runs: number;
  /** Runs asked for at once. */
  readonly batch: number;
  readonly seed: string;
}

/** @throws Error when the method breaks the rules: it asks for nothing, too much, or what cannot be built. */
export function replay(world: World, method: Method, { runs, batch, seed }: ReplayOptions): Point[] {
  const broken = (what: string): Error => new Error(`${method.name} ${what} (${world.label})`);
  const problem: Problem = {
    levels: world.levels,
    feasible: world.feasible,
    objectives: world.objectives,
    cost: () => 1,
    batch,
  };
  const player = method.start(problem, seed);
  const points: Point[] = [];
  let cost = 0;
  const run = (x: Combination, withSeed: number): void => {
    if (!world.feasible(x)) throw broken(`asked for ${x.join()}, which cannot be built`);
    cost += problem.cost(x, withSeed);
    player.tell({ x, seed: withSeed }, world.measure(x, withSeed));
    const choice = player.recommend();
    if (!world.feasible(choice)) throw broken(`recommends ${choice.join()}, which cannot be built`);
    points.push({ runs: points.length + 1, cost, ...world.judge(choice) });
  };

  run(
    world.levels.map(() => 0),
    1,
  );
  while (points.length < runs) {
    const count = Math.min(batch, runs - points.length);
    const asks = player.ask(count);
    if (asks.length === 0 || asks.length > count) throw broken(`asked for ${asks.length} runs of ${count}`);
    for (const ask of asks) run(ask.x, ask.seed);
  }
  return points;
}
