import type { Digest } from "../base/digest.ts";

/** A write that carries an idempotency key. A client's key is its own, and an operation's own. */
export interface KeyedWrite {
  readonly key: string;
  /** null: of whoever sits at the machine, or of nobody. */
  readonly account: string | null;
  readonly operation: string;
  /** Of what was asked. */
  readonly digest: Digest;
}

/** The body is JSON text; null: there was none, or it held a secret and was not kept. */
export interface KeptAnswer {
  readonly status: number;
  readonly body: string | null;
}

/** begun: do it now · under-way: another request is doing it · other: the key was taken by something else · known: done. */
export type Begun =
  | { readonly kind: "begun" }
  | { readonly kind: "under-way" }
  | { readonly kind: "other" }
  | ({ readonly kind: "known" } & KeptAnswer);

/** Answers to writes, kept for 24 hours: the store has them. Each method is one transaction. */
export interface Replies {
  beginReply(write: KeyedWrite): Promise<Begun>;
  /** null: it came to nothing, and the key may be used again. */
  endReply(write: KeyedWrite, answer: KeptAnswer | null): Promise<void>;
}
