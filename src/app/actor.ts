import type { Scope } from "../api/operation.ts";
import type { Account } from "../api/people.ts";

/** Whoever asks for something to be done, and what they may do. */
export interface Actor {
  /** null: the person at the machine, where no account is asked for. */
  readonly account: Account | null;
  /** As contributions, comments and the audit log name them. */
  readonly name: string;
  readonly scopes: readonly Scope[];
}
