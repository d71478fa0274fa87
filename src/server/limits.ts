import type { Clock } from "../base/clock.ts";

/** A bucket of `burst` tokens that fills by `perSecond`: a request takes one. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** How often a person or a program may write, and how often an address may try to log in. */
export const writeRate: Rate = { burst: 60, perSecond: 1 };
export const loginRate: Rate = { burst: 10, perSecond: 10 / 60 };

/** Full buckets need not be remembered; they are looked for when there are so many. */
const tidyAt = 10_000;

/** Buckets by name. `take` returns 0, or after how many seconds there will be a token. */
export function createLimiter({ burst, perSecond }: Rate, clock: Clock): { take(name: string): number } {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const filled = ({ tokens, at }: { tokens: number; at: number }, now: number) =>
    Math.min(burst, tokens + ((now - at) / 1000) * perSecond);
  return {
    take(name) {
      const now = clock.monotonic();
      if (buckets.size >= tidyAt) {
        for (const [other, bucket] of buckets) if (filled(bucket, now) >= burst) buckets.delete(other);
      }
      const bucket = buckets.get(name);
      const tokens = bucket === undefined ? burst : filled(bucket, now);
      buckets.set(name, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
      return tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perSecond);
    },
  };
}
