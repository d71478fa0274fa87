/**
 * The life of an attempt: one try at executing one stage.
 *
 * ```
 *             claim                exit 0             all files there        renamed into place
 *   (none) ─────────▶ started ───▶ running ─────────▶ checking ──────────▶ publishing ─────────▶ recorded
 *                        │            │                  │                     │
 *                        │            ├─ non-zero exit, signal, timeout ───────┤ (bad or no output, disk full)
 *                        │            ▼                                        ▼
 *                        ├─────────▶ failed ◀──────────────────────────────────┘
 *                        ├─ cancelled before an end ──▶ released
 *                        ├─ its watcher left, and what it submitted goes on ──▶ left
 *                        └─ its owner was silent for too long and another took the key ──▶ fenced
 * ```
 *
 * The store knows `started` and the four ends. `running`, `checking` and `publishing` are phases of `started` that only
 * the process that watches the attempt knows: after a crash they are all the same, in flight, and are repeated.
 *
 * What each end means:
 * - `recorded`   has the key's result; the key is never executed again while the result is valid
 * - `failed`     has a cause with evidence (an exit, a signal, a timeout, missing files); the policy may retry
 * - `released`   says nothing about the stage; the key may be claimed at once
 * - `fenced`     lost contact; whatever it still does is ignored, its record is refused
 *
 * `left` is an end for its watcher alone: in the store the attempt stays `started`, until another adopts it with a new
 * fencing number and watches it on. A watcher that was silent meanwhile is refused by that number.
 */
export const attemptStates = ["started", "recorded", "failed", "released", "fenced"] as const;
export type AttemptState = (typeof attemptStates)[number];

export type Phase = "started" | "running" | "checking" | "publishing" | "left" | AttemptEnd;
export type AttemptEnd = Exclude<AttemptState, "started">;

const next: Readonly<Record<Phase, readonly Phase[]>> = {
  started: ["running", "failed", "released", "fenced"],
  running: ["checking", "failed", "released", "fenced", "left"],
  checking: ["publishing", "failed", "released", "fenced"],
  publishing: ["recorded", "failed", "released", "fenced"],
  left: [],
  recorded: [],
  failed: [],
  released: [],
  fenced: [],
};

/** One attempt's phase as its watcher sees it. */
export interface Lifecycle {
  phase(): Phase;
  /** @throws Error when the drawing above has no such arrow: that is a broken invariant, not an outcome. */
  advance(to: Phase): void;
}

export function createLifecycle(attempt: string): Lifecycle {
  let phase: Phase = "started";
  return {
    phase: () => phase,
    advance: (to) => {
      if (!next[phase].includes(to)) throw new Error(`attempt ${attempt} cannot go from ${phase} to ${to}`);
      phase = to;
    },
  };
}
