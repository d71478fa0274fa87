import { randomUUID } from "node:crypto";
import type { Scope } from "../../api/operation.ts";
import type { Account, Token } from "../../api/people.ts";
import { foldName } from "../../store/accounts.ts";
import type { AccountChange, AccountKind, AccountRow, TokenKind } from "../../store/team.ts";
import type { Actor } from "../actor.ts";
import { conflict, notFound, usage } from "../errors.ts";
import type { Session } from "../session.ts";
import { newToken, requireScopes } from "./tokens.ts";
import { accountOf, knownScopes, tokenOf } from "./wire.ts";

const day = 24 * 3_600_000;
/** Of an invitation that is made anew, and of an agent's token that is. */
const renewalDays: Readonly<Record<AccountKind, number>> = { person: 7, agent: 90 };
const everyToken: readonly TokenKind[] = ["invitation", "session", "token"];

type Door = Pick<Session, "store" | "clock">;

export interface Invitation {
  readonly name: string;
  readonly kind: AccountKind;
  /** Of an agent: the person's id. */
  readonly answersTo: string | null;
  readonly scopes: readonly Scope[];
  readonly days: number;
}

/** What the new door opens with: a person's invitation or an agent's token. The secret is told this once. */
export interface Invited {
  readonly account: Account;
  readonly token: Token;
  readonly secret: string;
}

/** Oldest first, closed ones too. */
export async function listAccounts({ store }: Door): Promise<readonly Account[]> {
  return (await store.listAccounts()).map(accountOf);
}

/** By name or id. @throws CairnError `not-found`, naming those that there are. */
export async function findAccount({ store }: Door, who: string): Promise<Account> {
  const accounts = await store.listAccounts();
  const found = accounts.find(({ id, name }) => id === who || foldName(name) === foldName(who));
  if (found !== undefined) return accountOf(found);
  throw notFound(`there is no account ${who}`, `Accounts: ${accounts.map(({ name }) => name).join(", ") || "none"}.`);
}

/** Whether somebody can let others in: then the door asks for accounts. */
export async function hasAdmin({ store }: Door): Promise<boolean> {
  return (await store.listAccounts()).some(isAdmin);
}

/**
 * Makes an account. @throws CairnError `usage` for what can never be an account, `conflict` for one that cannot be made
 * as things stand, `forbidden` for scopes that the caller does not have.
 */
export async function invite({ store, clock }: Door, actor: Actor, invitation: Invitation): Promise<Invited> {
  requireScopes(actor, invitation.scopes);
  const name = cleanName(invitation.name);
  const now = clock.now();
  const { kind, answersTo, scopes } = invitation;
  const id = randomUUID();
  const account: AccountRow = { id, name, kind, answersTo, scopes, createdAt: now, closedAt: null };
  const { token, secret } = keyOf(account, now, invitation.days);
  await store.changeAccount((accounts) => {
    requireNew(accounts, account);
    return { account, issue: token, revoke: { accounts: [], kinds: [], at: now } };
  });
  return { account: accountOf(account), token: tokenOf(token), secret };
}

/** A new invitation, or agent's token, in place of the ones before. */
export async function reinvite({ store, clock }: Door, actor: Actor, id: string): Promise<Invited> {
  const now = clock.now();
  const { account, issue, secret } = await store.changeAccount((accounts) => {
    const account = accountById(accounts, id);
    if (account.closedAt !== null) throw conflict(`${account.name}'s account is closed`, "Reopen it first.");
    if (account.kind === "agent") personFor(accounts, account);
    requireScopes(actor, knownScopes(account.scopes));
    const { token, secret } = keyOf(account, now, renewalDays[account.kind]);
    const kinds: readonly TokenKind[] = account.kind === "person" ? ["invitation"] : everyToken;
    return { account, issue: token, secret, revoke: { accounts: [id], kinds, at: now } };
  });
  return { account: accountOf(account), token: tokenOf(issue), secret };
}

/**
 * Ends all tokens of the account and, of a person's, those of the agents that the person answers for.
 * @throws CairnError `conflict` for the last one that may invite others.
 */
export async function closeAccount({ store, clock }: Door, id: string): Promise<Account> {
  const change = await store.changeAccount((accounts) => closing(accounts, id, clock.now()));
  return accountOf(change.account);
}

/** Undoes closing. Its tokens stay ended: it needs a new invitation. */
export async function reopenAccount({ store, clock }: Door, id: string): Promise<Account> {
  const at = clock.now();
  const change = await store.changeAccount((accounts) => {
    const account = { ...accountById(accounts, id), closedAt: null };
    return { account, issue: null, revoke: { accounts: [], kinds: [], at } };
  });
  return accountOf(change.account);
}

function closing(accounts: readonly AccountRow[], id: string, at: number): AccountChange {
  const account = accountById(accounts, id);
  const others = accounts.filter((other) => other.id !== id);
  if (isAdmin(account) && !others.some(isAdmin)) {
    throw conflict(`${account.name} is the last who may invite others`, "Invite another with the scope admin first.");
  }
  const agents = accounts.filter((other) => other.answersTo === id).map((other) => other.id);
  return {
    account: { ...account, closedAt: account.closedAt ?? at },
    issue: null,
    revoke: { accounts: [id, ...agents], kinds: everyToken, at },
  };
}

function requireNew(accounts: readonly AccountRow[], account: AccountRow): void {
  const twin = accounts.find((other) => foldName(other.name) === foldName(account.name));
  if (twin !== undefined) {
    const help = twin.closedAt === null ? "Choose another name." : "It is closed: reopen it, or choose another name.";
    throw conflict(`there is an account ${twin.name} already`, help);
  }
  if (account.kind === "person" && account.answersTo !== null) throw usage("a person answers for themself");
  if (account.kind === "agent") {
    const person = personFor(accounts, account);
    if (account.scopes.includes("admin")) throw usage("an agent cannot hold the scope admin");
    const wider = account.scopes.filter((scope) => !person.scopes.includes(scope));
    if (wider.length > 0) throw usage(`${person.name}, who answers for it, does not have ${wider.join(", ")}`);
  }
  if (!isAdmin(account) && !accounts.some(isAdmin)) {
    throw conflict("the first account needs the scope admin", "Somebody has to be able to let the others in.");
  }
}

/** @throws CairnError `usage` when nobody who is here answers for the agent. */
function personFor(accounts: readonly AccountRow[], agent: AccountRow): AccountRow {
  const person = accounts.find((other) => other.id === agent.answersTo);
  if (person !== undefined && person.kind === "person" && person.closedAt === null) return person;
  const open = accounts.filter((other) => other.kind === "person" && other.closedAt === null);
  const names = open.map((other) => `${other.name} (${other.id})`).join(", ");
  throw usage("an agent needs a person who answers for it", `People with an account: ${names || "nobody yet"}.`);
}

function accountById(accounts: readonly AccountRow[], id: string): AccountRow {
  const account = accounts.find((other) => other.id === id);
  if (account === undefined) throw notFound(`there is no account ${id}`);
  return account;
}

function isAdmin(account: AccountRow): boolean {
  return account.closedAt === null && account.scopes.includes("admin");
}

function keyOf(account: AccountRow, now: number, days: number) {
  const person = account.kind === "person";
  return newToken({
    account: account.id,
    kind: person ? "invitation" : "token",
    label: person ? "invitation" : account.name,
    scopes: account.scopes,
    parent: null,
    createdAt: now,
    expiresAt: now + days * day,
  });
}

/** Names stand beside what people did: none may hide characters, or differ from another by blanks. */
function cleanName(name: string): string {
  const clean = name.normalize("NFC").trim().replaceAll(/\s+/g, " ");
  if (clean === "" || clean.length > 80 || /\p{C}/u.test(clean)) {
    throw usage(`${JSON.stringify(name)} is not a name`, "1 to 80 characters, none of them invisible.");
  }
  return clean;
}
