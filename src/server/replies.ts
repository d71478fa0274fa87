import type { Digest } from "../base/digest.ts";

/** What was answered to a write. The body is JSON text; null: there is none. */
export interface Reply {
  readonly status: number;
  readonly body: string | null;
}

/** A client's key is its own, and an operation's own. */
export interface ReplyKey {
  /** Empty: of whoever sits at the machine, or of nobody. */
  readonly account: string;
  readonly operation: string;
  readonly key: string;
}

/** What is known of a key: nothing, until now; or the digest of the request that took it, and what came of that. */
export type Claim =
  | { readonly kind: "taken" }
  | { readonly kind: "in-flight"; readonly digest: Digest }
  /** reply null: answered, and not kept, since it held a secret. */
  | { readonly kind: "answered"; readonly digest: Digest; readonly reply: Reply | null };

/** Answers to writes by idempotency key, for 24 hours. Each method is one transaction. */
export interface Replies {
  /** Takes the key for a request, or says who has it. A claim that a server which is gone left in flight is free. */
  claim(key: ReplyKey, digest: Digest): Promise<Claim>;
  settle(key: ReplyKey, reply: Reply | null): Promise<void>;
  /** Gives the key back: the request was refused or failed, and may be tried again. */
  release(key: ReplyKey): Promise<void>;
}
