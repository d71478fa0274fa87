import type { AnswerOf, InputOf } from "../api/operation.ts";
import type { OperationId, Operations } from "../api/operations.ts";
import type { Actor } from "../app/actor.ts";
import type { Live } from "../app/live/live.ts";
import type { ParsedInput } from "./input.ts";

/** What every handler is given besides its input. */
export interface Context {
  readonly live: Live;
  /** Allowed to do what the operation asks for: checked before. */
  readonly actor: Actor;
  /** Id of the token or session that the request came with; null: none. */
  readonly token: string | null;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export type Handler<K extends OperationId> = (
  input: InputOf<Operations[K]>,
  context: Context,
) => Promise<AnswerOf<Operations[K]>>;

/** Handlers of some operations: each file of `handlers/` has those of a tag. */
export type Handlers<K extends OperationId> = { readonly [Id in K]: Handler<Id> };

/** About the server and the session rather than the lab: `own.ts` answers them. */
export type OwnId = "health" | "document" | "metrics" | "events" | "me" | "login" | "logout";
/** The use cases. */
export type HandledId = Exclude<OperationId, OwnId>;

/**
 * A handler as it is called: with what its own operation's schemas have parsed. It is declared as a method, which takes a
 * handler of a narrower input; that the two belong together is said by the table, under one id.
 */
export type AnyHandler = { handle(input: ParsedInput, context: Context): Promise<unknown> }["handle"];
