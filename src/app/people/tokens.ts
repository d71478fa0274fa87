import { randomBytes, randomUUID } from "node:crypto";
import type { Scope } from "../../api/operation.ts";
import type { Token } from "../../api/people.ts";
import { sha256 } from "../../base/digest.ts";
import type { AccountRow, TokenHolder, TokenKind, TokenRow } from "../../store/team.ts";
import type { Actor } from "../actor.ts";
import { forbidden, notFound } from "../errors.ts";
import type { Session } from "../session.ts";
import { accountOf, knownScopes, tokenOf } from "./wire.ts";

const day = 24 * 3_600_000;
const sessionDays = 30;
/** `lastUsedAt` tells people which of their tokens are in use; to the minute is enough, and spares a write a request. */
const usedGrain = 60_000;

type Door = Pick<Session, "store" | "clock">;

/** Who a secret belongs to. */
export interface Identity {
  readonly actor: Actor;
  readonly token: { readonly id: string; readonly kind: TokenKind };
}

/**
 * Whose session or token this is, and what it allows; null: nobody's, expired, revoked, of a closed account, or of an
 * agent for whom nobody answers any more. A secret has 256 random bits and is looked up by its digest: how long that
 * takes says nothing of the secrets that there are.
 */
export async function identify({ store, clock }: Door, secret: string): Promise<Identity | null> {
  const holder = await findGood({ store, clock }, secret);
  if (holder === null || holder.token.kind === "invitation") return null;
  const { token } = holder;
  const now = clock.now();
  if (token.lastUsedAt === null || Math.abs(now - token.lastUsedAt) >= usedGrain)
    await store.markTokenUsed(token.id, now);
  return identityOf(holder, token);
}

/**
 * A session of 30 days for an invitation, which is then used up, or for a token, with which it ends. null: the secret is
 * neither, or is no longer good.
 */
export async function exchange(
  { store, clock }: Door,
  secret: string,
): Promise<{ readonly identity: Identity; readonly secret: string; readonly expiresAt: number } | null> {
  const holder = await findGood({ store, clock }, secret);
  if (holder === null || holder.token.kind === "session") return null;
  const { token, account } = holder;
  const end = clock.now() + sessionDays * day;
  const made = newToken({
    account: account.id,
    kind: "session",
    label: token.label,
    scopes: token.scopes,
    parent: token.id,
    createdAt: clock.now(),
    expiresAt: token.kind === "invitation" ? end : Math.min(end, token.expiresAt),
  });
  if (!(await store.exchangeToken(token.id, made.token))) return null;
  return { identity: identityOf(holder, made.token), secret: made.secret, expiresAt: made.token.expiresAt };
}

/** Ends a session. */
export async function endSession({ store, clock }: Door, token: string): Promise<void> {
  await store.revokeToken(token, clock.now());
}

/** The caller's own tokens and sessions, newest first. */
export async function listTokens({ store }: Door, actor: Actor): Promise<readonly Token[]> {
  return actor.account === null ? [] : (await store.listTokens(actor.account.id)).map(tokenOf);
}

/**
 * A token that another one asks for lives no longer than that, and ends with it: one that expires, or is revoked, must
 * not go on in those it has made.
 * @param by id of the token or session that asks; null: nobody's
 * @throws CairnError `forbidden` when a scope is asked for that the caller does not have here and now.
 */
export async function issueToken(
  { store, clock }: Door,
  actor: Actor,
  order: { readonly label: string; readonly scopes: readonly Scope[]; readonly days: number },
  by: string | null,
): Promise<{ readonly token: Token; readonly secret: string }> {
  const account = ownAccount(actor);
  requireScopes(actor, order.scopes);
  const parent = limiting(await store.listTokens(account), by);
  const now = clock.now();
  const made = newToken({
    account,
    kind: "token",
    label: order.label,
    scopes: order.scopes,
    parent: parent?.id ?? null,
    createdAt: now,
    expiresAt: Math.min(now + order.days * day, parent?.expiresAt ?? Number.POSITIVE_INFINITY),
  });
  if (parent === null) await store.insertToken(made.token);
  else if (!(await store.exchangeToken(parent.id, made.token))) throw forbidden("the token that asks was revoked");
  return { token: tokenOf(made.token), secret: made.secret };
}

/** The token by which somebody came in: its own, or a session's of it; null: a person, by an invitation. */
function limiting(own: readonly TokenRow[], by: string | null): TokenRow | null {
  const asking = own.find(({ id }) => id === by);
  const entered = asking?.kind === "session" ? own.find(({ id }) => id === asking.parent) : asking;
  return entered?.kind === "token" ? entered : null;
}

/** @throws CairnError `not-found` when it is not the caller's. */
export async function revokeToken({ store, clock }: Door, actor: Actor, id: string): Promise<void> {
  const own = await store.listTokens(ownAccount(actor));
  if (!own.some((token) => token.id === id)) throw notFound(`you have no token ${id}`);
  await store.revokeToken(id, clock.now());
}

/** Nobody hands on what they do not have: a narrow token must not make a wide one. */
export function requireScopes(actor: Actor, wanted: readonly Scope[]): void {
  const missing = wanted.filter((scope) => !actor.scopes.includes(scope));
  if (missing.length === 0) return;
  const have = actor.scopes.length === 0 ? "none" : actor.scopes.join(", ");
  throw forbidden(`you cannot give what you do not have: ${missing.join(", ")}`, `Your scopes here: ${have}.`);
}

type TokenOrder = Omit<TokenRow, "id" | "digest" | "lastUsedAt" | "revokedAt">;

/** With its secret, which is in the caller's hands alone. The prefix lets scanners of repositories find a leaked one. */
export function newToken(order: TokenOrder): { readonly token: TokenRow; readonly secret: string } {
  const secret = `cairn_${randomBytes(32).toString("base64url")}`;
  const token = { ...order, id: randomUUID(), digest: sha256(secret), lastUsedAt: null, revokedAt: null };
  return { token, secret };
}

async function findGood({ store, clock }: Door, secret: string): Promise<TokenHolder | null> {
  const holder = await store.findToken(sha256(secret));
  if (holder === null) return null;
  const { token, account, answersTo } = holder;
  const open = (one: AccountRow | null) => one !== null && one.closedAt === null;
  const good =
    token.revokedAt === null &&
    clock.now() < token.expiresAt &&
    open(account) &&
    (account.kind === "person" || open(answersTo));
  return good ? holder : null;
}

function identityOf({ account, answersTo }: TokenHolder, { id, kind, scopes: held }: TokenRow): Identity {
  const limits = [account.scopes, ...(answersTo === null ? [] : [answersTo.scopes])];
  const allowed = knownScopes(held).filter((scope) => limits.every((limit) => limit.includes(scope)));
  return { actor: { account: accountOf(account), name: account.name, scopes: allowed }, token: { id, kind } };
}

/** @throws CairnError `not-found` at an open door, where nobody has an account. */
function ownAccount(actor: Actor): string {
  if (actor.account !== null) return actor.account.id;
  throw notFound("you have no account here", "Invite yourself first: Settings, or `cairn account invite`.");
}
