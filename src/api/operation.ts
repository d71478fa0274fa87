import type { z } from "zod";

/**
 * What the caller must be allowed to do. `public` needs nobody; every other is a scope that accounts and their tokens
 * hold:
 *
 * - `read`     see the lab
 * - `propose`  propose, withdraw, discuss, save views
 * - `decide`   land, pause and resume the queue
 * - `admin`    invite, revoke, read the audit log
 */
export type Access = "public" | Scope;
export const scopes = ["read", "propose", "decide", "admin"] as const;
export type Scope = (typeof scopes)[number];

/** What a handler answers with: JSON by a schema, nothing, or bytes of a media type. */
export type Answer =
  | { readonly status: 200 | 201; readonly schema: z.ZodType }
  | { readonly status: 204 }
  | { readonly status: 200; readonly media: string };

/**
 * One thing the API can do. The table of them (`operations.ts`) is the API: the server serves exactly these, the OpenAPI
 * document is written from them, and the web's client is typed by them.
 */
export interface Operation {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** Under `/api/v1`; `{name}` is a parameter of `params`. */
  readonly path: `/${string}`;
  readonly tag: "lab" | "contributions" | "runs" | "evidence" | "queue" | "people" | "server";
  readonly summary: string;
  readonly access: Access;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly answer: Answer;
}

/** What the operation is asked, as the handler sees it: parsed. */
export interface InputOf<O extends Operation> {
  readonly params: O["params"] extends z.ZodObject ? z.output<O["params"]> : Record<never, never>;
  readonly query: O["query"] extends z.ZodObject ? z.output<O["query"]> : Record<never, never>;
  readonly body: O["body"] extends z.ZodObject ? z.output<O["body"]> : null;
}

/** The same before it is parsed: what the client passes. */
export interface CallOf<O extends Operation> {
  readonly params: O["params"] extends z.ZodObject ? z.input<O["params"]> : Record<never, never>;
  readonly query: O["query"] extends z.ZodObject ? z.input<O["query"]> : Record<never, never>;
  readonly body: O["body"] extends z.ZodObject ? z.input<O["body"]> : null;
}

export type AnswerOf<O extends Operation> = O["answer"] extends { readonly schema: infer S extends z.ZodType }
  ? z.output<S>
  : O["answer"] extends { readonly media: string }
    ? ReadableStream<Uint8Array>
    : null;
