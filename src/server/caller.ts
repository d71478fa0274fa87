import { parse, serialize } from "hono/utils/cookie";
import { scopes } from "../api/operation.ts";
import type { Me } from "../api/people.ts";
import type { Actor } from "../app/actor.ts";
import type { Authenticator, Identity } from "./authenticator.ts";
import type { Door } from "./door.ts";

/** Whoever sends a request. */
export interface Caller {
  readonly actor: Actor;
  /** What they showed; null: nothing, or nothing that is good. */
  readonly token: Identity["token"] | null;
  /** A token was sent that is nobody's. */
  readonly refused: boolean;
}

/** Where a browser's session is kept. Cookies do not tell ports apart, so that each lab has a name of its own. */
export interface SessionCookie {
  readonly name: string;
  readonly secure: boolean;
}

/** @param lab what tells the lab from others on the machine, of letters and digits */
export function sessionCookie(lab: string, door: Door): SessionCookie {
  const secure = door.publicUrl?.protocol === "https:";
  return { name: `${secure ? "__Host-" : ""}cairn_${lab}`, secure };
}

export interface CallerRules {
  readonly door: Door;
  readonly authenticator: Authenticator;
  readonly cookie: SessionCookie;
  /** The name of the person at the machine. */
  readonly person: string;
}

/** Who sent it: by a token, by the session's cookie, or else, at an open door, the person at the machine. */
export async function callerOf(headers: Headers, rules: CallerRules): Promise<Caller> {
  const { door, authenticator, cookie, person } = rules;
  const bearer = headers.get("authorization");
  if (bearer !== null) {
    const secret = /^Bearer +([\w.~+/=-]{1,200})$/i.exec(bearer)?.[1];
    const identity = secret === undefined ? null : await authenticator.identify(secret);
    if (identity?.token.kind === "token") return { ...identity, refused: false };
    return { actor: nobody, token: null, refused: true };
  }
  const secret = parse(headers.get("cookie") ?? "", cookie.name)[cookie.name];
  const identity = secret === undefined ? null : await authenticator.identify(secret);
  if (identity?.token.kind === "session") return { ...identity, refused: false };
  const actor = door.kind === "open" ? { account: null, name: person, scopes } : nobody;
  return { actor, token: null, refused: false };
}

const nobody: Actor = { account: null, name: "nobody", scopes: [] };

export function meOf({ account, scopes }: Actor, door: Door): Me {
  return { account, scopes: [...scopes], door: door.kind };
}

/** @param secret null: takes the cookie back. @param expiresAt milliseconds since 1970 */
export function cookieHeader(cookie: SessionCookie, secret: string | null, expiresAt: number): string {
  return serialize(cookie.name, secret ?? "", {
    path: "/",
    httpOnly: true,
    sameSite: "Strict",
    secure: cookie.secure,
    expires: new Date(expiresAt),
  });
}
