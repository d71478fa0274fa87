import { z } from "zod";
import { scopes } from "./operation.ts";
import { pageOf, pageQuery } from "./page.ts";

export const scope = z.enum(scopes);

/** A person, or an agent that a person answers for. */
export const account = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(["person", "agent"]),
  /** The person who answers for an agent, by id. */
  answersTo: z.string().nullable(),
  scopes: z.array(scope),
  createdAt: z.number(),
  /** null: it can still be used. */
  closedAt: z.number().nullable(),
});
export type Account = z.infer<typeof account>;

/** What opens the door: never shown again after it was made, kept as a hash. */
export const token = z.object({
  id: z.string(),
  account: z.string(),
  /** invitation: to be exchanged, once, for a session. session: a browser's cookie. token: a program's. */
  kind: z.enum(["invitation", "session", "token"]),
  label: z.string(),
  scopes: z.array(scope),
  createdAt: z.number(),
  expiresAt: z.number(),
  lastUsedAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
});
export type Token = z.infer<typeof token>;

/** Who is asking. */
export const me = z.object({
  /** null: nobody is logged in, and the server asks for it. */
  account: account.nullable(),
  scopes: z.array(scope),
  /** open: on loopback without accounts, whoever sits at the machine may do everything. login: accounts alone. */
  door: z.enum(["open", "login"]),
});
export type Me = z.infer<typeof me>;

export const accountPage = pageOf(account);
export const accountQuery = z.object({ ...pageQuery, q: z.string().max(200).optional() });

export const newAccount = z.object({
  name: z.string().trim().min(1).max(80),
  kind: z.enum(["person", "agent"]).default("person"),
  answersTo: z.string().nullable().default(null),
  scopes: z.array(scope).min(1),
  /** Of the invitation, or an agent's token. */
  days: z.number().int().min(1).max(365).default(7),
});
/** `secret` is shown this once: a person's invitation, an agent's token. */
export const invited = z.object({ account, token, secret: z.string() });

export const tokenPage = pageOf(token);
export const newToken = z.object({
  label: z.string().trim().min(1).max(80),
  /** Of the account's own. */
  scopes: z.array(scope).min(1),
  days: z.number().int().min(1).max(365).default(90),
});
export const issued = z.object({ token, secret: z.string() });

export const login = z.object({ secret: z.string().min(1).max(200) });

/** Who did what, when: every write, allowed or not. */
export const auditEntry = z.object({
  number: z.number().int(),
  at: z.number(),
  /** null: nobody who is known, or hidden as `name` is. */
  account: z.string().nullable(),
  /** Empty while hidden: it would say who proposed what is not decided yet. */
  name: z.string(),
  operation: z.string(),
  /** The path, and what came of it. */
  subject: z.string(),
  status: z.number().int(),
});
export type AuditEntry = z.infer<typeof auditEntry>;
export const auditPage = pageOf(auditEntry);
export const auditQuery = z.object({ ...pageQuery, account: z.string().optional(), operation: z.string().optional() });

/** What a person brought, by what was measured. Of landed contributions alone: before, nobody is told who proposed what. */
export const person = z.object({
  name: z.string(),
  landed: z.number().int(),
  decided: z.number().int(),
  /** Sum of the shares of landed gains, in units of utility; a contribution of several is shared evenly. */
  credit: z.number(),
  /** After each landing that brought some. */
  history: z.array(z.object({ landing: z.number().int(), at: z.number(), credit: z.number(), total: z.number() })),
});
export const people = z.object({ people: z.array(person), landings: z.number().int() });
export type Person = z.infer<typeof person>;
