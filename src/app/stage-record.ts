import type { RunEvent, StageFailure } from "../run/run.ts";
import type { RunRow, RunStage, Store } from "../store/store.ts";
import { describeFailure } from "./words.ts";

type StageEvent = Extract<RunEvent, { readonly run: string; readonly stage: string }>;
type Change = Partial<Omit<RunStage, "stage">>;

/** Keeps on record, while runs are under way, how far their stages are, so that whoever looks can follow their attempts. */
export interface StageRecord {
  begin(row: RunRow): void;
  see(event: RunEvent): void;
  /** Nothing is written for the run after this resolves. */
  end(run: string): Promise<void>;
}

interface Open {
  stages: readonly RunStage[];
  /** Resolves when all that was seen is written. */
  written: Promise<unknown>;
}

export function keepStages(store: Store, owner: string): StageRecord {
  const open = new Map<string, Open>();
  const change = async (run: string, own: Open, event: StageEvent) => {
    const changed = await changeOf(store, event);
    if (changed === null) return;
    own.stages = own.stages.map((stage) => (stage.stage === event.stage ? { ...stage, ...changed } : stage));
    await store.updateRun(run, owner, { stages: own.stages });
  };
  return {
    begin: (row) => void open.set(row.id, { stages: row.stages, written: Promise.resolve() }),
    see: (event) => {
      if (!("stage" in event)) return;
      const own = open.get(event.run);
      if (own === undefined) return;
      // A store that cannot be written to is noticed when the run's end is recorded.
      own.written = own.written.then(() => change(event.run, own, event)).catch(() => {});
    },
    end: async (run) => {
      const own = open.get(run);
      open.delete(run);
      await own?.written;
    },
  };
}

/** A stage that failed for good. */
export function failedStage(failure: StageFailure): Change {
  const { key, attempt, attempts, cause } = failure;
  return { state: "failed", key, attempt, failure: describeFailure(failure), failed: { attempts, cause } };
}

/** null: it changes nothing of what is kept. */
async function changeOf(store: Store, event: StageEvent): Promise<Change | null> {
  switch (event.kind) {
    case "stage-started":
      return { state: "running", key: event.key, attempt: event.attempt, reused: false };
    case "stage-shared":
      // Another run's attempt, which this one waits for.
      return { state: "running", key: event.key, attempt: (await store.listAttempts(event.key)).at(-1)?.id ?? null };
    case "stage-reused": {
      const attempt = (await store.findResult(event.key))?.attempt ?? null;
      return { state: "done", key: event.key, attempt, reused: true };
    }
    case "stage-finished":
      return { state: "done", key: event.result.key, attempt: event.result.attempt, reused: false };
    case "stage-failed":
      return event.willRetry ? null : failedStage(event.failure);
    default:
      return null;
  }
}
