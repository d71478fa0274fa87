import { createLogUpdate } from "log-update";
import type { Io } from "../io.ts";

/** What takes less is done before anyone has read how far it is. */
const quietSeconds = 1;

/** One line of progress for work of known length; nothing where nobody watches. */
export function createMeter(
  io: Io,
  what: string,
): { update(progress: { done: number; total: number }): void; end(): void } {
  const screen = io.live ? createLogUpdate(process.stderr, { showCursor: true }) : null;
  let startedAt: number | null = null;
  return {
    update({ done, total }) {
      startedAt ??= performance.now();
      const seconds = (performance.now() - startedAt) / 1000;
      if (seconds < quietSeconds) return;
      const left = done === 0 ? "" : `, ${Math.ceil((seconds / done) * (total - done))} s left`;
      screen?.(`${what}: ${done} of ${total}${left}`);
    },
    end: () => screen?.clear(),
  };
}
