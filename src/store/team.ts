import type { Digest } from "../base/digest.ts";

/** The part of the store that a team's work is in: who may come in, what they say, and what they were answered. */
export interface TeamStore {
  /** Oldest first. */
  listAccounts(): Promise<readonly AccountRow[]>;
  /**
   * Reads all accounts, and writes what `decide` makes of them, in one transaction. What `decide` throws is passed on,
   * and then nothing is written.
   */
  changeAccount<C extends AccountChange>(decide: (accounts: readonly AccountRow[]) => C): Promise<C>;

  /** By the digest of its secret, whether it is still good or not, with whose it is. */
  findToken(digest: Digest): Promise<TokenHolder | null>;
  /** Of one account, newest first. */
  listTokens(account: string): Promise<readonly TokenRow[]>;
  insertToken(token: TokenRow): Promise<void>;
  /** Inserts what `id` is exchanged for, and ends `id` if it is an invitation. False, and nothing changed: it was revoked. */
  exchangeToken(id: string, made: TokenRow): Promise<boolean>;
  markTokenUsed(id: string, at: number): Promise<void>;
  /** With all that came of it; what was revoked before keeps its time. */
  revokeToken(id: string, at: number): Promise<void>;

  insertComment(comment: CommentRow): Promise<void>;
  /** `change` makes the new row from the old one in one transaction, as in `changeAccount`. null: there is no such comment. */
  changeComment(id: string, change: (comment: CommentRow) => CommentRow): Promise<CommentRow | null>;
  /** Of one contribution, oldest first, those taken back too. */
  listComments(contribution: string): Promise<readonly CommentRow[]>;
  /** How many there are that were not taken back, by contribution. */
  countComments(): Promise<ReadonlyMap<string, number>>;

  /** Oldest first. */
  listViews(): Promise<readonly ViewRow[]>;
  insertView(view: ViewRow): Promise<void>;
  /** False: there is none. */
  removeView(id: string): Promise<boolean>;

  /** Takes the key for a request of this digest, or says who has it. What is older than a day is forgotten. */
  claimReply(key: ReplyKey, digest: Digest): Promise<ReplyClaim>;
  /** Keeps what was answered; null: it held a secret, which is shown once and never kept. */
  settleReply(key: ReplyKey, reply: Reply | null): Promise<void>;
  /** Gives a claimed key back: the request came to nothing, and may be tried again. */
  releaseReply(key: ReplyKey): Promise<void>;
}

export type AccountKind = "person" | "agent";

export interface AccountRow {
  readonly id: string;
  /** No two have the same, whatever its case. */
  readonly name: string;
  readonly kind: AccountKind;
  /** Of an agent: the id of the person who answers for it. */
  readonly answersTo: string | null;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970, here and below. */
  readonly createdAt: number;
  readonly closedAt: number | null;
}

/** One account as it is to be, with what becomes of tokens. */
export interface AccountChange {
  readonly account: AccountRow;
  readonly issue: TokenRow | null;
  /** Tokens that end now: of these accounts, of these kinds. */
  readonly revoke: { readonly accounts: readonly string[]; readonly kinds: readonly TokenKind[]; readonly at: number };
}

export type TokenKind = "invitation" | "session" | "token";

export interface TokenRow {
  readonly id: string;
  readonly account: string;
  readonly kind: TokenKind;
  readonly label: string;
  readonly scopes: readonly string[];
  /** Of the secret, which is not kept. */
  readonly digest: Digest;
  /** What it was exchanged for, or made with, and ends with. */
  readonly parent: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

export interface TokenHolder {
  readonly token: TokenRow;
  readonly account: AccountRow;
  readonly answersTo: AccountRow | null;
}

export interface CommentRow {
  readonly id: string;
  readonly contribution: string;
  /** null: of whoever sat at the machine. */
  readonly account: string | null;
  readonly name: string;
  /** Kept when it is taken back, so that this can be undone. */
  readonly text: string;
  readonly createdAt: number;
  readonly editedAt: number | null;
  readonly removedAt: number | null;
}

export interface ViewRow {
  readonly id: string;
  readonly name: string;
  readonly page: string;
  readonly query: string;
  readonly createdAt: number;
}

/** Names a write that may be sent twice, such as by a client that did not hear the answer. */
export interface ReplyKey {
  readonly account: string;
  readonly operation: string;
  readonly key: string;
}

export type ReplyClaim =
  | { readonly kind: "taken" }
  /** Another request has the key, and has not been answered for less than a minute. */
  | { readonly kind: "in-flight"; readonly digest: Digest }
  | { readonly kind: "answered"; readonly digest: Digest; readonly reply: Reply | null };

/** The body is JSON text; null: there was none. */
export interface Reply {
  readonly status: number;
  readonly body: string | null;
}
