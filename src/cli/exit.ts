import type { Failure } from "../app/errors.ts";

/** The stable exit codes, documented in docs/cli.md and printed by `cairn help exit-codes`. */
export const exitCodes = {
  done: 0,
  /** The lab, a contribution or a landing is not right; the messages say where. */
  invalid: 1,
  /** The command line is not right. */
  usage: 2,
  /** Nothing is wrong, but there is no decision (yet), or nothing to land. */
  undecided: 3,
  /** A stage crashed for good, so the run could not be made. */
  runFailed: 4,
  /** A file or database of Cairn's is damaged. */
  damaged: 5,
  /** A check or a test of Cairn's own failed. */
  checksFailed: 6,
  /** What Cairn stands on cannot be reached, refuses or is full: database, storage, cluster, disk. Nothing is damaged. */
  unavailable: 7,
  /** A defect in Cairn. */
  internal: 70,
  /** Ctrl-C or SIGTERM; what was recorded is kept. */
  interrupted: 130,
} as const;

export function exitCodeOf(failure: Failure): number {
  switch (failure.kind) {
    case "no-lab":
    case "invalid":
      return exitCodes.invalid;
    case "usage":
    case "not-found":
    case "forbidden":
    case "conflict":
      return exitCodes.usage;
    case "not-decided":
      return exitCodes.undecided;
    case "run-failed":
      return exitCodes.runFailed;
    case "damaged":
      return exitCodes.damaged;
    case "unavailable":
      return exitCodes.unavailable;
  }
}
