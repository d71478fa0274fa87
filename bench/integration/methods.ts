/** Who may enter, and where. */
import { cairn, cairnBlind } from "./cairn.ts";
import { landing } from "./landing.ts";
import { optuna, samplers } from "./optuna.ts";
import { peers } from "./peers/peers.ts";
import type { Entrant } from "./replay.ts";
import type { Scenario } from "./scenarios.ts";

/** Runs a factor after which replays end; costs, where there is a pipeline. */
export const longest = 4;
/** Where nothing helps, the whole decision loop has time to test several sets. */
export const longestNull = 8;

export interface MethodEntry {
  readonly name: string;
  /** Null: it enters every scenario. */
  readonly scenarios: readonly Scenario[] | null;
  /** `python`: the interpreter for those that are written in it. */
  readonly entrantIn: (scenario: Scenario, python: string) => Entrant;
  /** Runs a factor of its replays. */
  readonly lengthIn: (scenario: Scenario) => number;
  /** Whether a second row shows its search with the common model's choice. */
  readonly isPeer: boolean;
  /** Whether it is Optuna's, in Python. */
  readonly isOptuna: boolean;
}

function entry(entrant: Entrant, rest: Partial<MethodEntry> = {}): MethodEntry {
  return {
    name: entrant.name,
    scenarios: null,
    entrantIn: () => entrant,
    lengthIn: () => longest,
    isPeer: false,
    isOptuna: false,
    ...rest,
  };
}

/** In the order of the tables that people read. */
export const methods: readonly MethodEntry[] = [
  // In a null space the product is its whole decision loop: what it lands is what it has confirmed.
  entry(cairn, {
    entrantIn: (scenario) => (scenario === "null" ? landing(cairn.name, longestNull) : cairn),
    lengthIn: (scenario) => (scenario === "null" ? longestNull : longest),
  }),
  entry(landing("cairn-landing", longest), { scenarios: ["A", "B", "guarded"] }),
  entry(cairnBlind, { scenarios: ["staged"] }),
  ...peers.map((peer) => entry(peer, { isPeer: true })),
  ...samplers.map((sampler): MethodEntry => {
    const rest = { isPeer: true, isOptuna: true };
    return { ...entry(optuna(sampler, ""), rest), entrantIn: (_, python) => optuna(sampler, python) };
  }),
];

export function methodNamed(name: string): MethodEntry {
  const found = methods.find((method) => method.name === name);
  if (found === undefined) throw new RangeError(`no method ${name}`);
  return found;
}
