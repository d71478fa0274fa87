/** Truths that mislead whoever changes one thing at a time: whether each is found, by Cairn and at the same cost by others. */
import { createRng, type Rng } from "../../src/base/rng.ts";
import type { Combination } from "../../src/contribution/contribution.ts";
import { measure, objective, plainSpace, simulate, type Truth } from "../../src/decision/simulate.test-util.ts";
import { isLegal } from "../../src/plan/space.ts";
import type { Method } from "../integration/method.ts";
import { greedy } from "../integration/peers/greedy.ts";
import { oneAtATime } from "../integration/peers/one-at-a-time.ts";
import { meanOf, shareOf } from "./estimates.ts";
import { byScenario, type Figure, type Part, type Row } from "./part.ts";
import { judge, oracle } from "./worlds.ts";

const budget = 60;
const at = (x: Combination, j: number) => x[j] ?? 0;

interface Trap {
  readonly truth: (rng: Rng) => Truth;
  /** Whether a set shows that the trap was seen through. */
  readonly seen: (x: Combination) => boolean;
}

/** Main effects drawn anew, and pairs `[i, j, effect]`, on one objective with noise 0.5. */
function landscape(effects: readonly number[], pairs: readonly (readonly [number, number, number])[]): Truth {
  return {
    space: plainSpace(effects.map(() => 1)),
    objectives: [objective("quality")],
    value: (x) => [
      effects.reduce((sum, effect, j) => sum + effect * at(x, j), 0) +
        pairs.reduce((sum, [i, j, effect]) => sum + effect * at(x, i) * at(x, j), 0),
    ],
    noise: (_, rng) => [0.5 * rng.normal()],
    seedSd: 1,
  };
}

/** Effects of what stands around the trap: some help, some harm, some do nothing. */
const around = (rng: Rng) => [2 + rng.uniform(), -2 - rng.uniform(), 0, 1 + rng.uniform(), 0, -1 - rng.uniform()];

const traps: Readonly<Record<string, Trap>> = {
  "helps alone, hurts together": {
    truth: (rng) => landscape([4, 3.5, ...around(rng)], [[0, 1, -7]]),
    seen: (x) => at(x, 0) + at(x, 1) === 1,
  },
  "hurts alone, helps together": {
    truth: (rng) => landscape([-2, -2, ...around(rng)], [[0, 1, 9]]),
    seen: (x) => at(x, 0) + at(x, 1) === 2,
  },
  "nearly holds a guardrail": {
    truth: (rng) => {
      const plain = landscape([6, 3, ...around(rng)], []);
      return {
        ...plain,
        objectives: [...plain.objectives, objective("speed", { guardrail: 2, weight: 0 })],
        value: (x) => [...plain.value(x), -2.6 * at(x, 0)],
        noise: (x, own) => [...plain.noise(x, own), 0.5 * own.normal()],
      };
    },
    seen: (x) => at(x, 0) === 0 && at(x, 1) === 1,
  },
  "exclusive levels": {
    truth: (rng) => {
      const rest = around(rng);
      const plain = landscape([0, ...rest], []);
      return {
        ...plain,
        space: plainSpace([3, ...rest.map(() => 1)]),
        // The best level of the first factor needs another change, and each of the two hurts alone.
        value: (x) => [(plain.value([0, ...x.slice(1)])[0] ?? 0) + ([0, 3, 2, -1 + 9 * at(x, 2)][at(x, 0)] ?? 0)],
      };
    },
    seen: (x) => at(x, 0) === 3 && at(x, 2) === 1,
  },
  "a diverging corner": {
    truth: (rng) => {
      const plain = landscape([3, 6, ...around(rng)], []);
      return { ...plain, value: (x) => (at(x, 0) + at(x, 1) === 2 ? [Number.NaN] : plain.value(x)) };
    },
    seen: (x) => at(x, 0) === 0 && at(x, 1) === 1,
  },
};

const peers = [greedy, oneAtATime];

export const truths: Part = {
  name: "truths",
  about: `planted traps among 8 factors, at most ${budget} runs: share in which each is seen through, and of the best gain`,
  scenarios: Object.keys(traps),
  repeats: 40,
  play: (scenario, label) => {
    const trap = traps[scenario];
    if (trap === undefined) throw new RangeError(scenario);
    const truth = trap.truth(createRng(label));
    const { decision, suggestions } = simulate(truth, label, budget);
    const landed = decision.set.confirmation?.outcome === "confirmed" ? decision.recommended : decision.baseline;
    const rows = [
      scored(trap, truth, "cairn", landed),
      ...peers.map((peer) => scored(trap, truth, peer.name, played(peer, truth, label, suggestions.length))),
    ];
    return { ...Object.fromEntries(rows.flatMap(Object.entries)), runs: suggestions.length };
  },
  figures: (plays) =>
    byScenario(plays).flatMap(([scenario, rows]): Figure[] => [
      ...["cairn", ...peers.map(({ name }) => name)].flatMap((name): Figure[] => [
        {
          scenario,
          what: `${name} sees through it`,
          ...shareOf(rows, `${name} seen`),
          target: name === "cairn" ? { least: 0.8, holds: "value" } : null,
        },
        { scenario, what: `${name}: of the best gain`, ...meanOf(rows, `${name} fraction`), target: null },
      ]),
      { scenario, what: "runs", ...meanOf(rows, "runs"), target: null },
    ]),
};

function scored(trap: Trap, truth: Truth, name: string, x: Combination): Row {
  const { gain, violates } = judge(truth, x);
  const fraction = violates || Number.isNaN(gain) ? 0 : gain / judge(truth, oracle(truth)).gain;
  return { [`${name} seen`]: trap.seen(x) ? 1 : 0, [`${name} fraction`]: fraction };
}

/** What another method would land after as many runs, on the same noise. */
function played(method: Method, truth: Truth, label: string, runs: number): Combination {
  const none = truth.space.factors.map(() => 0);
  const values = (x: Combination, seed: number) =>
    [...measure(truth, label, x, seed).values()].map((outcome) =>
      outcome.kind === "measured" ? outcome.value : Number.NaN,
    );
  const player = method.start(
    {
      levels: truth.space.factors.map(({ levels }) => levels.length + 1),
      feasible: (x) => isLegal(truth.space, x),
      objectives: truth.objectives,
      cost: () => 1,
      batch: 1,
    },
    label,
  );
  player.tell({ x: none, seed: 1 }, values(none, 1));
  for (let made = 1; made < runs; made++) for (const ask of player.ask(1)) player.tell(ask, values(ask.x, ask.seed));
  return player.recommend();
}
