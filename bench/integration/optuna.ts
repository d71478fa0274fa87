/**
 * Optuna's samplers as methods, through a Python program that is asked and told by lines of JSON.
 *
 * What the sampler suggests and cannot be built is told as pruned, at no cost, and asked again, at most 50 times; then it is
 * given a random combination that can be built. It maximises the score of single runs (score.ts) and would land the best it
 * was told. A combination that it suggests again is run with a new seed.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { sha256 } from "../../src/base/digest.ts";
import { createRng, type Rng } from "../../src/base/rng.ts";
import type { Combination } from "../../src/contribution/contribution.ts";
import { combinationKey, withFactor } from "../../src/plan/space.ts";
import type { Ask, Problem } from "./method.ts";
import type { Contestant, Entrant } from "./replay.ts";
import { scoreOf } from "./score.ts";

export const samplers = ["tpe", "tpe-multivariate", "nsga2"] as const;
export type Sampler = (typeof samplers)[number];

const mostRefused = 50;

/** null: this Python has Optuna. Otherwise what is missing and how to get it. */
export function whatOptunaLacks(python: string): string | null {
  const tried = spawnSync(python, ["-c", "import optuna"], { encoding: "utf8", timeout: 120_000 });
  if (tried.error !== undefined) return `${python} cannot be started; install Python 3, or name one with --python PATH`;
  if (tried.status === 0) return null;
  return `${python} has no Optuna; python3 -m venv DIR && DIR/bin/pip install optuna, then --python DIR/bin/python`;
}

export function optuna(sampler: Sampler, python: string): Entrant {
  return { name: `optuna-${sampler}`, start: (problem, seed) => enter(problem, seed, sampler, python) };
}

async function enter(problem: Problem, seed: string, sampler: Sampler, python: string): Promise<Contestant> {
  const program = programOf(python);
  const rng = createRng(seed);
  const baseline = problem.levels.map(() => 0);
  const trials = new Map<string, number>();
  const seeds = new Map<string, number>();
  let baselineMeans: readonly number[] = [];
  let best: { readonly x: Combination; readonly score: number } = { x: baseline, score: Number.NEGATIVE_INFINITY };

  await program.start(sampler, problem.levels, Number.parseInt(sha256(seed).slice(0, 8), 16));

  const suggest = async (): Promise<{ trial: number; x: Combination }> => {
    for (let refused = 0; refused < mostRefused; refused++) {
      const suggestion = await program.ask();
      if (problem.feasible(suggestion.x)) return suggestion;
      await program.tell(suggestion.trial, null);
    }
    await program.enqueue(randomFeasible(problem, rng));
    return program.ask();
  };
  const keyOf = ({ x, seed: run }: Ask) => `${combinationKey(x)}/${run}`;
  const askFor = ({ x, trial }: { x: Combination; trial: number }): Ask => {
    const run = (seeds.get(combinationKey(x)) ?? 0) + 1;
    seeds.set(combinationKey(x), run);
    trials.set(keyOf({ x, seed: run }), trial);
    return { x, seed: run };
  };

  return {
    ask: async (count) => {
      const asks: Ask[] = [];
      while (asks.length < count) asks.push(askFor(await suggest()));
      return asks;
    },
    tell: async (ask, y) => {
      if (!trials.has(keyOf(ask))) {
        // The run that everyone is given: the baseline's.
        baselineMeans = y;
        await program.enqueue(ask.x);
        askFor(await program.ask());
      }
      const score = scoreOf(problem, y, baselineMeans);
      const trial = trials.get(keyOf(ask));
      if (trial === undefined) throw new Error(`Optuna did not take ${ask.x.join()}`);
      await program.tell(trial, Number.isFinite(score) ? score : null);
      if (score > best.score) best = { x: ask.x, score };
    },
    recommend: () => best.x,
  };
}

/** Drawn evenly; where few can be built, by a random walk from the baseline. */
function randomFeasible(problem: Problem, rng: Rng): Combination {
  for (let attempt = 0; attempt < 200; attempt++) {
    const x = problem.levels.map((count) => rng.int(count));
    if (problem.feasible(x)) return x;
  }
  let x: Combination = problem.levels.map(() => 0);
  for (let step = 0; step < 4 * problem.levels.length; step++) {
    const factor = rng.int(problem.levels.length);
    const next = withFactor(x, factor, rng.int(problem.levels[factor] ?? 1));
    if (problem.feasible(next)) x = next;
  }
  return x;
}

interface Program {
  readonly start: (sampler: Sampler, levels: readonly number[], seed: number) => Promise<void>;
  readonly ask: () => Promise<{ trial: number; x: Combination }>;
  readonly enqueue: (x: Combination) => Promise<void>;
  /** null: pruned. */
  readonly tell: (trial: number, value: number | null) => Promise<void>;
}

const suggested = z.object({ trial: z.number().int(), x: z.array(z.number().int()) });

/** One program a thread and Python, for one study after another: starting it takes longer than most replays. */
const programs = new Map<string, Program>();

function programOf(python: string): Program {
  const known = programs.get(python);
  if (known !== undefined) return known;
  const script = fileURLToPath(new URL("./optuna_ask_tell.py", import.meta.url));
  const request = createDialogue(spawn(python, [script]), python);
  const made: Program = {
    start: async (sampler, levels, seed) => {
      await request({ op: "start", sampler, levels, seed });
    },
    ask: async () => suggested.parse(await request({ op: "ask" })),
    enqueue: async (x) => {
      await request({ op: "enqueue", x });
    },
    tell: async (trial, value) => {
      await request({ op: "tell", trial, value });
    },
  };
  programs.set(python, made);
  return made;
}

/** One request at a time, one line each way. The program ends with this thread, when its standard input does. */
function createDialogue(child: ChildProcessWithoutNullStreams, name: string): (message: object) => Promise<unknown> {
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2000);
  });
  // A broken pipe is reported by the answer that does not come.
  child.stdin.on("error", () => {});
  child.on("error", (error) => {
    errors += error.message;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (message) => {
    child.stdin.write(`${JSON.stringify(message)}\n`);
    const { done, value } = await lines.next();
    if (done) throw new Error(`${name} stopped answering: ${errors}`);
    return JSON.parse(value);
  };
}
