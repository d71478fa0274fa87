import type { Token } from "../api/people.ts";
import type { Actor } from "../app/actor.ts";

/** Who a secret belongs to. */
export interface Identity {
  readonly actor: Actor;
  readonly token: { readonly id: string; readonly kind: Token["kind"] };
}

/** What the door asks of the accounts. Secrets are compared by their hashes; an expired or revoked one is nobody's. */
export interface Authenticator {
  /** Of a session or a token. An invitation identifies nobody: it is to be exchanged. */
  identify(secret: string): Promise<Identity | null>;
  /** Exchanges an invitation (once) or a token for a session; null: the secret is nobody's. */
  exchange(
    secret: string,
  ): Promise<{ readonly identity: Identity; readonly secret: string; readonly expiresAt: number } | null>;
  /** Revokes the session. */
  end(token: string): Promise<void>;
}
