import { type Scope, scopes } from "../../api/operation.ts";
import type { Account, Token } from "../../api/people.ts";
import type { AccountRow, TokenRow } from "../../store/team.ts";

/** Scopes that a later Cairn may have written mean nothing here. */
export function knownScopes(names: readonly string[]): Scope[] {
  return scopes.filter((scope) => names.includes(scope));
}

export function accountOf(row: AccountRow): Account {
  return { ...row, scopes: knownScopes(row.scopes) };
}

export function tokenOf({ digest: _digest, parent: _parent, ...token }: TokenRow): Token {
  return { ...token, scopes: knownScopes(token.scopes) };
}
