import type { Operation } from "../api/operation.ts";
import type { OperationId } from "../api/operations.ts";
import { type Digest, sha256 } from "../base/digest.ts";
import { ok, type Result } from "../base/result.ts";
import type { Caller } from "./caller.ts";
import { isJson } from "./input.ts";
import { type Refusal, refuse } from "./problems.ts";
import type { Claim, Replies, Reply } from "./replies.ts";

/** What a write must bring, and what becomes of one that is sent twice. */

/** Their answers hold what is shown once and never kept. */
const secretive: readonly OperationId[] = ["login", "invite", "reinvite", "issueToken"];

/** A form of another site can send neither a JSON type nor a header of its own. */
export function checkWrite(operation: Operation, headers: Headers): Result<null, Refusal> {
  const key = headers.get("idempotency-key");
  if (key !== null && !/^[\x21-\x7e]{1,200}$/.test(key)) {
    return refuse("malformed", "idempotency-key: 1 to 200 visible ASCII characters");
  }
  if (key !== null || isJson(headers)) return ok(null);
  if (operation.body !== undefined) {
    return refuse("unsupported-media", "the body must be JSON", { help: "Send content-type: application/json." });
  }
  return refuse("malformed", "a write without a body needs an idempotency-key header", {
    help: "Any text that is new each time, such as a UUID; the same again when the same write is tried again.",
  });
}

export interface Written {
  readonly id: OperationId;
  readonly caller: Caller;
  /** null: none was sent. */
  readonly key: string | null;
  /** Path and query. */
  readonly address: string;
  readonly body: Uint8Array;
}

type Answered = Result<Response, Refusal>;

/** Does a write once by its key: again, and what was answered is answered again. A refused one did nothing. */
export async function once(replies: Replies, written: Written, act: () => Promise<Answered>): Promise<Answered> {
  const { id, caller, address, body } = written;
  if (written.key === null) return act();
  const key = { account: caller.actor.account?.id ?? "", operation: id, key: written.key };
  const digest = sha256(Buffer.concat([Buffer.from(`${address}\n`), body]));
  const claim = await replies.claim(key, digest);
  if (claim.kind !== "taken") return answerAgain(claim, digest);
  let answered: Answered;
  try {
    answered = await act();
  } catch (error) {
    await replies.release(key);
    throw error;
  }
  if (answered.ok) await replies.settle(key, await replyOf(id, answered.value));
  else await replies.release(key);
  return answered;
}

async function replyOf(id: OperationId, response: Response): Promise<Reply | null> {
  if (secretive.includes(id)) return null;
  const body = await response.clone().text();
  return { status: response.status, body: body === "" ? null : body };
}

function answerAgain(claim: Exclude<Claim, { readonly kind: "taken" }>, digest: Digest): Answered {
  if (claim.digest !== digest) {
    const help = "Use a new key for each write.";
    return refuse("key-reused", "this idempotency key was sent with another request", { help });
  }
  if (claim.kind === "in-flight") {
    const headers = { "retry-after": "1" };
    return refuse("in-flight", "a request with this idempotency key is being answered", { headers });
  }
  if (claim.reply === null) {
    return refuse("answered-before", "this was done already, and its secret was shown then and only then", {
      help: "If it was lost, revoke it and ask again with a new idempotency key.",
    });
  }
  const { status, body } = claim.reply;
  const type = body === null ? {} : { "content-type": "application/json; charset=utf-8" };
  return ok(new Response(body, { status, headers: { "idempotency-replayed": "true", ...type } }));
}
