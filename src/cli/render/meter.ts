import { createLogUpdate } from "log-update";
import type { Io } from "../io.ts";

/** One line of progress for work of known length; nothing where nobody watches. */
export function createMeter(
  io: Io,
  what: string,
): { update(progress: { done: number; total: number }): void; end(): void } {
  const screen = io.live ? createLogUpdate(process.stderr, { showCursor: true }) : null;
  const startedAt = performance.now();
  return {
    update({ done, total }) {
      const seconds = (performance.now() - startedAt) / 1000;
      const left = done === 0 ? "" : `, ${Math.ceil((seconds / done) * (total - done))} s left`;
      screen?.(`${what}: ${done} of ${total}${left}`);
    },
    end: () => screen?.clear(),
  };
}
