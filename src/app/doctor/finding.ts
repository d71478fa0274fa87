import type { Failure } from "../errors.ts";

/** One thing that Cairn stands on, looked at. */
export interface Finding {
  readonly name: string;
  readonly state: "ok" | "warning" | "problem";
  readonly detail: string;
  /** How to mend it; null when nothing is wrong. */
  readonly mend: string | null;
  /** Of a problem: as what a command would fail. */
  readonly failure: Trouble | null;
}

export type Trouble = Extract<Failure["kind"], "invalid" | "damaged" | "unavailable" | "usage">;

export function fine(name: string, detail: string): Finding {
  return { name, state: "ok", detail, mend: null, failure: null };
}

export function warning(name: string, detail: string, mend: string): Finding {
  return { name, state: "warning", detail, mend, failure: null };
}

export function problem(name: string, failure: Trouble, detail: string, mend: string): Finding {
  return { name, state: "problem", detail, mend, failure };
}
