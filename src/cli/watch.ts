import { english } from "../api/words.ts";
import { CairnError } from "../app/errors.ts";
import type { QueueEnd, QueueOptions } from "../app/queue.ts";
import type { Session } from "../app/session.ts";
import type { Io } from "./io.ts";
import { createProgress } from "./render/progress.ts";

/** Unbounded, on all cores. */
export const noLimits = {
  budget: { runs: null, core_hours: null, gpu_hours: null, hours: null },
  capacity: {},
} as const;

/**
 * Has the queue work while a person watches: progress on the terminal, Ctrl-C ends what runs here, leaves what
 * runs elsewhere, and keeps what is recorded.
 * @throws CairnError `run-failed` when the baseline does not run.
 */
export async function watchQueue(
  io: Io,
  session: Session,
  limits: Pick<QueueOptions, "budget" | "capacity">,
  work: (options: QueueOptions) => Promise<QueueEnd>,
): Promise<QueueEnd> {
  const progress = createProgress(io, session);
  const goesOn = session.loaded.lab.executor.kind !== "local";
  const interrupt = interruptSignal(() =>
    progress.say(
      goesOn
        ? "stopping: what was submitted goes on; `cairn run` takes it up again, `cairn cancel` ends it"
        : "stopping: ending what runs; a second Ctrl-C quits at once",
    ),
  );
  try {
    const end = await work({ ...limits, signal: interrupt.signal, onEvent: progress.onEvent });
    if (end.kind === "baseline-failed") {
      const message = `the baseline does not run: ${english.failure(end.failure)}`;
      throw new CairnError({ kind: "run-failed", message, detail: end.detail });
    }
    return end;
  } finally {
    interrupt.dispose();
    progress.end();
  }
}

/** Resolves on Ctrl-C and SIGTERM; a second one ends the process at once. */
export async function untilInterrupted(): Promise<void> {
  await new Promise<void>((resolve) => interruptSignal(resolve));
}

/** Aborts on Ctrl-C and SIGTERM; a second one ends the process at once. */
function interruptSignal(onFirst: () => void): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const handler = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    onFirst();
  };
  process.on("SIGINT", handler);
  process.on("SIGTERM", handler);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off("SIGINT", handler);
      process.off("SIGTERM", handler);
    },
  };
}
