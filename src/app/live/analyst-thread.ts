/** A thread that answers questions about the evidence, one after the other: `analyst.ts` asks them. */
import { parentPort, workerData } from "node:worker_threads";
import type { Plan, Prediction } from "../../api/lab.ts";
import { land } from "../land.ts";
import { openPredictions } from "../prediction.ts";
import { previewPlan } from "../preview.ts";
import { readReport } from "../report.ts";
import { openSession, reloadSession, type Session } from "../session.ts";
import {
  type AnalystOrder,
  type AnalystSaid,
  type Answer,
  type Question,
  type ReportAnswer,
  type ThreadData,
  threadData,
} from "./orders.ts";
import { problemOf } from "./problem.ts";

class AnalystThread {
  readonly #data: ThreadData;
  readonly #say: (said: AnalystSaid) => void;
  #session: Session | null = null;
  #predictions: { readonly evidence: number; readonly predict: (levels: readonly string[]) => Prediction } | null =
    null;

  constructor(data: ThreadData, say: (said: AnalystSaid) => void) {
    this.#data = data;
    this.#say = say;
  }

  async obey(order: AnalystOrder): Promise<void> {
    switch (order.kind) {
      case "reload":
        return this.#reload();
      case "stop":
        await this.#session?.close();
        process.exit();
        return;
      case "ask":
        try {
          const answer = await this.#answer(order.id, order.question);
          this.#say({ kind: "answer", id: order.id, answer, last: true });
        } catch (error) {
          this.#say({ kind: "problem", id: order.id, problem: problemOf(error) });
        }
    }
  }

  /** While the files are not right, the last state that was serves. */
  async #reload(): Promise<void> {
    this.#predictions = null;
    if (this.#session !== null) this.#session = await reloadSession(this.#session).catch(() => this.#session);
  }

  async #open(): Promise<Session> {
    const { dir, scale } = this.#data;
    this.#session ??= await openSession(dir, { scale });
    return this.#session;
  }

  async #answer(id: number, question: Question): Promise<Answer> {
    const session = await this.#open();
    switch (question.kind) {
      case "report":
        if (question.sketch) {
          const answer = await reportAnswer(session, "sketch");
          this.#say({ kind: "answer", id, answer: { kind: "report", ...answer }, last: false });
        }
        return { kind: "report", ...(await reportAnswer(session, "full")) };
      case "landing": {
        const report = await readReport(session, question.landing);
        return { kind: "landing", report: report === null ? null : JSON.stringify(report) };
      }
      case "plan":
        return { kind: "plan", plan: await planOf(session, question.count) };
      case "prediction":
        return { kind: "prediction", prediction: await this.#predict(session, question.levels, question.evidence) };
      case "landed": {
        // Nothing lands on an old state of the files.
        const now = await reloadSession(session);
        const landed = await land(now, question.seen);
        this.#session = now;
        this.#predictions = null;
        return { kind: "landed", landed };
      }
    }
  }

  async #predict(session: Session, levels: readonly string[], evidence: number): Promise<Prediction> {
    if (this.#predictions?.evidence !== evidence)
      this.#predictions = { evidence, predict: await openPredictions(session) };
    return this.#predictions.predict(levels);
  }
}

async function reportAnswer(session: Session, detail: "sketch" | "full"): Promise<ReportAnswer> {
  const startedAt = session.clock.monotonic();
  const asOf = await session.store.lastChange();
  const report = await readReport(session, null, detail);
  const { toGo } = await previewPlan(session, 0);
  return {
    report: JSON.stringify(report),
    asOf,
    toGo: { runs: toGo.runs, coreSeconds: toGo.coreSeconds },
    runsLeft: toGo.allowed,
    seconds: (session.clock.monotonic() - startedAt) / 1000,
  };
}

async function planOf(session: Session, count: number): Promise<Plan> {
  const { runs, toGo, stop } = await previewPlan(session, count);
  return {
    runs: runs.map((run) => ({
      ...run,
      levels: [...run.levels],
      tells: run.tells === null ? null : { ...run.tells, levels: [...run.tells.levels] },
    })),
    toGo: { ...toGo },
    stop,
  };
}

if (parentPort !== null) {
  const port = parentPort;
  const thread = new AnalystThread(threadData.parse(workerData), (said) => port.postMessage(said));
  let work: Promise<void> = Promise.resolve();
  port.on("message", (order: AnalystOrder) => {
    work = work.then(() => thread.obey(order));
  });
}
