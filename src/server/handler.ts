import type { AnswerOf, InputOf } from "../api/operation.ts";
import type { OperationId, Operations } from "../api/operations.ts";
import type { Actor } from "../app/actor.ts";
import type { Live } from "../app/live/live.ts";

/** What every handler is given besides its input. */
export interface Context {
  readonly live: Live;
  /** Allowed to do what the operation asks for: checked before. */
  readonly actor: Actor;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export type Handler<K extends OperationId> = (
  input: InputOf<Operations[K]>,
  context: Context,
) => Promise<AnswerOf<Operations[K]>>;

/** Handlers of some operations: each file of `handlers/` has those of a tag. */
export type Handlers<K extends OperationId> = { readonly [Id in K]: Handler<Id> };
