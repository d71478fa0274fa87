/**
 * A part of the proof by fault: does something bad to Cairn, many times, and counts what came of it. What is counted is
 * seen in the record's rows, in files and in /proc, never taken from what Cairn says of itself.
 */
export interface Part {
  readonly name: string;
  readonly title: string;
  run(order: PartOrder): Promise<PartResult>;
}

export interface PartOrder {
  /** What is done, and when, is drawn from it alone; how far the processes have come by then is not. */
  readonly seed: string;
  readonly size: "short" | "long";
  /** How many SIGKILLs the parts that kill are asked for. */
  readonly kills: number;
  readonly tell: (line: string) => void;
}

export type PartResult =
  | { readonly kind: "ran"; readonly tally: Tally }
  /** lacks: a program that can be installed, or a right that the machine does not give. */
  | { readonly kind: "not-run"; readonly lacks: "program" | "right"; readonly why: string; readonly get: string };

export interface Tally {
  /** SIGKILLs that ended a process. */
  readonly kills: number;
  readonly findings: readonly Finding[];
  /** How often each thing was done: what shows that there was something to find. */
  readonly done: Readonly<Record<string, number>>;
}

/**
 * lost: told or recorded, and not there any more, or never done though there was nothing in the way. duplicated: recorded
 * or executed twice. orphaned: a process that nobody waits for. damaged: wrong bytes that passed for right ones.
 */
export type Harm = "lost" | "duplicated" | "orphaned" | "damaged";

export interface Finding {
  readonly harm: Harm;
  readonly what: string;
}

/** Findings and counts of one part, as they come. */
export interface Notes {
  readonly find: (harm: Harm, what: string) => void;
  readonly count: (what: string, times?: number) => void;
  readonly killed: (times?: number) => void;
  readonly kills: () => number;
  readonly tally: () => Tally;
}

export function takeNotes(): Notes {
  const findings: Finding[] = [];
  const done: Record<string, number> = {};
  let kills = 0;
  return {
    find: (harm, what) => findings.push({ harm, what }),
    count: (what, times = 1) => {
      done[what] = (done[what] ?? 0) + times;
    },
    killed: (times = 1) => {
      kills += times;
    },
    kills: () => kills,
    tally: () => ({ kills, findings, done }),
  };
}
