import type { Live } from "../app/live/live.ts";
import { recordDeed } from "../app/people/audit.ts";
import { endSession, exchange, identify } from "../app/people/tokens.ts";
import type { Audit } from "./audit.ts";
import type { Authenticator } from "./authenticator.ts";
import type { Replies } from "./replies.ts";

/** What the edge keeps and looks up, as an open lab has it. */
export function backingOf(live: Live): {
  readonly authenticator: Authenticator;
  readonly replies: Replies;
  readonly audit: Audit;
} {
  return {
    authenticator: {
      identify: (secret) => identify(live.session, secret),
      exchange: (secret) => exchange(live.session, secret),
      end: (token) => endSession(live.session, token),
    },
    replies: {
      claim: (key, digest) => live.session.store.claimReply(key, digest),
      settle: (key, reply) => live.session.store.settleReply(key, reply),
      release: (key) => live.session.store.releaseReply(key),
    },
    audit: { record: (entry) => recordDeed(live.session, entry) },
  };
}
