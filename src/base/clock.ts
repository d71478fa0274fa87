/** Time as an argument: the wall for records people read, the monotonic one for leases and durations. */
export interface Clock {
  /** Milliseconds since 1970, as the machine believes; may jump. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
