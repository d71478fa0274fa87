/** The thread that plans and runs: `queue-keeper.ts` tells it when. */
import { parentPort, workerData } from "node:worker_threads";
import { digestJson } from "../../base/digest.ts";
import { isSameCombination } from "../../contribution/combination.ts";
import { readHistory } from "../history.ts";
import { type QueueControl, type QueueEvent, runQueue } from "../queue.ts";
import { openSession, reloadSession, type Session } from "../session.ts";
import { type QueueOrder, type QueueSaid, type Rest, type ThreadData, threadData } from "./orders.ts";
import { problemOf } from "./problem.ts";

const noBudget = { runs: null, core_hours: null, gpu_hours: null, hours: null };

class QueueThread {
  readonly #data: ThreadData;
  readonly #say: (said: QueueSaid) => void;
  readonly #stop = new AbortController();
  #session: Session | null = null;
  /** Whether the files have changed since the session was loaded. */
  #stale = false;
  #paused = true;
  /** Whether to begin again when this piece of work has ended. */
  #wanted = false;
  #working: Promise<void> | null = null;
  #changed = Promise.withResolvers<void>();
  #reloading: Promise<void> = Promise.resolve();

  constructor(data: ThreadData, say: (said: QueueSaid) => void) {
    this.#data = data;
    this.#say = say;
  }

  async obey(order: QueueOrder): Promise<void> {
    switch (order.kind) {
      case "work":
        this.#paused = false;
        this.#wanted = true;
        this.#notice();
        this.#working ??= this.#work().finally(() => {
          this.#working = null;
        });
        return;
      case "pause":
        this.#paused = true;
        this.#wanted = false;
        this.#notice();
        return;
      case "reload":
        this.#stale = true;
        this.#reloading = this.#reloading.then(() => this.#reload());
        return;
      case "stop":
        this.#wanted = false;
        this.#stop.abort();
        this.#notice();
        await this.#working;
        await this.#session?.close();
        process.exit();
    }
  }

  /** Wakes whoever waits for a change. */
  #notice(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  /** A queue at work goes on with the lab as it is now; files that are not right are left until they are. */
  async #reload(): Promise<void> {
    if (this.#session === null || !this.#stale) return;
    this.#stale = false;
    try {
      const before = this.#session;
      this.#session = await reloadSession(before);
      // What runs was started by other means than what comes: it is let finish first, and then all begins anew.
      if (this.#working !== null && !runsAlike(before, this.#session)) this.#wanted = true;
      this.#notice();
    } catch {
      this.#stale = true;
    }
  }

  async #work(): Promise<void> {
    while (this.#wanted && !this.#stop.signal.aborted) {
      this.#wanted = false;
      this.#say({ kind: "working" });
      const rest = await this.#untilRest();
      const asOf = (await this.#session?.store.lastChange().catch(() => 0)) ?? 0;
      this.#say({ kind: "resting", rest, asOf });
    }
  }

  async #untilRest(): Promise<Rest> {
    try {
      const { dir, scale, generation, capacity } = this.#data;
      this.#session ??= await openSession(dir, { scale, generation });
      await this.#reloading;
      if (this.#stale) this.#session = await reloadSession(this.#session);
      this.#stale = false;
      const session = this.#session;
      const control: QueueControl = {
        session: () => this.#session ?? session,
        paused: () => this.#paused || !runsAlike(session, control.session()),
        changed: () => this.#changed.promise,
      };
      const { cpus, gpus } = capacity;
      const end = await runQueue(session, {
        budget: noBudget,
        capacity: { ...(cpus !== undefined && { cpus }), ...(gpus !== undefined && { gpus }) },
        signal: this.#stop.signal,
        onEvent: (event) => this.#tell(event),
        control,
      });
      return end.kind === "exhausted" ? ((await baselineFailure(control.session())) ?? end) : end;
    } catch (error) {
      return { kind: "problem", problem: problemOf(error) };
    }
  }

  #tell(event: QueueEvent): void {
    if (event.kind !== "stage") return;
    const { event: stage } = event;
    if (stage.kind === "contact") return;
    const tell = (attempt: string | null, done: number | null) => {
      if (attempt !== null) this.#say({ kind: "progress", run: stage.run, attempt, done });
    };
    if (stage.kind === "stage-progress" && stage.total > 0)
      tell(stage.attempt, Math.min(1, Math.max(0, stage.done / stage.total)));
    else if (stage.kind === "stage-finished") tell(stage.result.attempt, null);
    else if (stage.kind === "stage-failed") tell(stage.failure.attempt, null);
  }
}

/** Whether stages are started by the same means. */
function runsAlike(a: Session, b: Session): boolean {
  return digestJson({ ...a.loaded.lab.executor }) === digestJson({ ...b.loaded.lab.executor });
}

/** Nothing can be planned on a baseline that crashed before: then this is why nothing is left to run. */
async function baselineFailure(session: Session): Promise<Rest | null> {
  const { failed } = await readHistory(session);
  const own = failed.find(({ combination }) => isSameCombination(combination, session.loaded.baseline));
  return own === undefined ? null : { kind: "baseline-failed", failure: own.failure, detail: [] };
}

if (parentPort !== null) {
  const port = parentPort;
  const thread = new QueueThread(threadData.parse(workerData), (said) => port.postMessage(said));
  port.on("message", (order: QueueOrder) => void thread.obey(order));
}
