import type { Clock } from "../base/clock.ts";

/** How long an owner may be silent before its leases may be taken, in milliseconds. */
export const silence = 30_000;

/**
 * Judges whether the owner of a lease is gone. An owner is known to be dead when its process is not there any more, and
 * taken to be when its count of heartbeats has stood still for `silence` of this process's own monotonic time: nobody's
 * wall clock is trusted, and a suspended machine does not age anyone. The price is that silence has to be watched, so
 * the first look at an owner elsewhere never finds it dead.
 */
export interface Vigil {
  (owner: string, beats: number): boolean;
  /** Whether it is known to be dead, which silence alone never tells. */
  isDead(owner: string): boolean;
}

export function createVigil(clock: Clock, isDeadHere: (owner: string) => boolean): Vigil {
  const seen = new Map<string, { readonly beats: number; readonly since: number }>();
  const judge = (owner: string, beats: number): boolean => {
    if (isDeadHere(owner)) return true;
    const last = seen.get(owner);
    if (last !== undefined && last.beats === beats) return clock.monotonic() - last.since >= silence;
    seen.set(owner, { beats, since: clock.monotonic() });
    return false;
  };
  return Object.assign(judge, { isDead: isDeadHere });
}
