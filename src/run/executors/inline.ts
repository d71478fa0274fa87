import type { Executor, Exit, Task } from "../run.ts";

/** A stage as a function: ends with an exit code, or throws what the signal's reason is when it is cancelled. */
export type InlineStage = (task: Task, signal: AbortSignal) => Promise<number>;

/** Stages in this very process, for tests that are about everything else. */
export function createInlineExecutor(stage: InlineStage): Executor {
  return {
    start: (task) => {
      const controller = new AbortController();
      let reason: Exit | null = null;
      const end = (because: Exit) => {
        reason ??= because;
        controller.abort();
      };
      const { timeout } = task;
      const timer =
        timeout === null ? null : setTimeout(() => end({ kind: "timed-out", seconds: timeout }), timeout * 1000);
      const aborted = new Promise<Exit>((resolve) => {
        controller.signal.addEventListener("abort", () => reason !== null && resolve(reason), { once: true });
      });
      const own = stage(task, controller.signal).then(
        (code): Exit => reason ?? { kind: "exited", code },
        (error: unknown): Exit => reason ?? { kind: "not-started", message: String(error) },
      );
      const exit = Promise.race([own, aborted]).finally(() => clearTimeout(timer ?? undefined));
      return {
        exit,
        cancel: async () => {
          end({ kind: "cancelled" });
          await exit;
        },
      };
    },
    sweepOrphans: async () => [],
  };
}
