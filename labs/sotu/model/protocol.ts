/**
 * The stage protocol, from a stage's side: where its parameters, inputs and outputs are, and how it reports.
 * A stage is an ordinary program; everything it is told comes through the environment.
 */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A stage's end of the protocol. */
export type Stage = {
  params: Params;
  /** The run's seed for this stage; `"0"` when the stage is started by hand without one. */
  seed: string;
  /** A file in the output directory of the stage `name`. Throws when that stage is not among the inputs. */
  input(name: string, file: string): string;
  /** A file in this stage's own output directory; makes the folder it lies in. */
  output(file: string): string;
  /** Reports that `done` of `total` units of work are done. */
  progress(done: number, total: number): void;
  /** Reports one point of a curve. */
  metric(name: string, step: number, value: number): void;
  log(message: string): void;
  /** Writes metrics.json; NaN and infinities, which JSON has no numbers for, are written as their names. */
  metrics(values: Record<string, number>): void;
  /** Writes items/`objective`.jsonl, a line per item. */
  items(objective: string, items: Iterable<Item>): void;
};

/** One evaluated item: its score, and the group of items that share a source with it. */
export type Item = { id: string; score: number; cluster: string };

/** The environment as a stage sees it; `process.env` has this type. */
export type Environment = Record<string, string | undefined>;

/** Opens the stage described by `environment`. Throws when CAIRN_PARAMS or CAIRN_OUT is missing. */
export function openStage(environment: Environment = process.env): Stage {
  const need = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === "") throw new Error(`${name} is not set: is this stage run by Cairn?`);
    return value;
  };
  const out = need("CAIRN_OUT");
  const events = environment.CAIRN_EVENTS;
  const emit = (event: object): void => {
    if (events !== undefined && events !== "") appendFileSync(events, `${JSON.stringify(event)}\n`);
  };
  const output = (file: string): string => {
    const path = join(out, file);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  };
  return {
    params: new Params(readFileSync(need("CAIRN_PARAMS"), "utf8")),
    seed: environment.CAIRN_SEED ?? "0",
    input: (name, file) => join(need(`CAIRN_IN_${name.toUpperCase()}`), file),
    output,
    progress: (done, total) => emit({ type: "progress", done, total }),
    metric: (name, step, value) => emit({ type: "metric", name, step, value: plain(value) }),
    log: (message) => emit({ type: "log", message }),
    metrics: (values) => {
      const entries = Object.entries(values).map(([name, value]) => [name, plain(value)]);
      writeFileSync(output("metrics.json"), `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
    },
    items: (objective, items) => {
      const lines = Iterator.from(items).map((item) => `${JSON.stringify(item)}\n`);
      writeFileSync(output(`items/${objective}.jsonl`), [...lines].join(""));
    },
  };
}

function plain(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** A stage's parameters, read with the type that the stage expects. Every getter throws when the value is not so. */
export class Params {
  readonly #values: Map<string, unknown>;

  /** @param json the text of the file at CAIRN_PARAMS: an object, parameter → value */
  constructor(json: string) {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
      throw new Error("the parameter file does not hold a JSON object");
    }
    this.#values = new Map(Object.entries(parsed));
  }

  /** A finite number. */
  number(name: string): number {
    const value = this.#values.get(name);
    if (typeof value !== "number" || !Number.isFinite(value)) throw this.#wrong(name, "a number");
    return value;
  }

  /** A whole number, not negative. */
  count(name: string): number {
    const value = this.number(name);
    if (!Number.isInteger(value) || value < 0) throw this.#wrong(name, "a whole number, 0 or more");
    return value;
  }

  flag(name: string): boolean {
    const value = this.#values.get(name);
    if (typeof value !== "boolean") throw this.#wrong(name, "true or false");
    return value;
  }

  /** One of `choices`. */
  choice<const T extends string>(name: string, choices: readonly T[]): T {
    const value = this.#values.get(name);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.#wrong(name, `one of ${choices.join(", ")}`);
    return found;
  }

  #wrong(name: string, expected: string): Error {
    const value = this.#values.has(name) ? JSON.stringify(this.#values.get(name)) : "not set";
    return new Error(`the parameter "${name}" is ${value}; it must be ${expected}`);
  }
}
