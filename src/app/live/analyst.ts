import { Worker } from "node:worker_threads";
import type { AnalystOrder, AnalystSaid, Answer, Question, ThreadData } from "./orders.ts";
import { errorOf } from "./problem.ts";
import { keepThread, type Thread, threadOptions } from "./thread.ts";

/** Asks a thread of its own, and waits for the answer. */
export interface Analyst {
  /**
   * @param onSketch told of an answer that comes before the last
   * @throws what the thread threw, or that it has ended
   */
  ask<K extends Answer["kind"]>(
    question: Extract<Question, { kind: K }>,
    onSketch?: (sketch: Extract<Answer, { kind: K }>) => void,
  ): Promise<Extract<Answer, { kind: K }>>;
  /** The lab's files have changed: what is asked later is asked of the lab as it is. */
  reload(): void;
  close(): Promise<void>;
}

interface Asked {
  readonly kind: Question["kind"];
  readonly onAnswer: (answer: Answer, last: boolean) => void;
  readonly onError: (error: Error) => void;
}

/** A landing that is under way is let finish. */
const patience = 20_000;

export function openAnalyst(data: Omit<ThreadData, "generation">): Analyst {
  const open = new Map<number, Asked>();
  let count = 0;
  const failAll = (message: string) => {
    const left = [...open.values()];
    open.clear();
    for (const { onError } of left) onError(new Error(message));
  };
  const thread: Thread<AnalystOrder> = keepThread<AnalystOrder, AnalystSaid>({
    start: (generation) =>
      new Worker(new URL("./analyst-thread.ts", import.meta.url), {
        ...threadOptions,
        workerData: { ...data, generation },
      }),
    onStart: () => [],
    onSaid: (said) => {
      const asked = open.get(said.id);
      if (said.kind === "problem" || said.last) open.delete(said.id);
      if (said.kind === "problem") asked?.onError(errorOf(said.problem));
      else asked?.onAnswer(said.answer, said.last);
    },
    onCrash: (because) => failAll(`the thread that works out reports ended: ${because}`),
  });
  return {
    ask: (question, onSketch) =>
      new Promise((resolve, reject) => {
        const id = count++;
        open.set(id, {
          kind: question.kind,
          onError: reject,
          onAnswer: (answer, last) => {
            if (!answers(question, answer)) reject(new Error(`${question.kind} was answered with ${answer.kind}`));
            else if (last) resolve(answer);
            else onSketch?.(answer);
          },
        });
        if (!thread.post({ kind: "ask", id, question }))
          failAll("the thread that works out reports is being restarted");
      }),
    reload: () => void thread.post({ kind: "reload" }),
    close: async () => {
      const isLanding = [...open.values()].some(({ kind }) => kind === "landed");
      if (!isLanding) failAll("Cairn is being stopped");
      await thread.stop({ kind: "stop" }, isLanding ? patience : 0);
      failAll("Cairn is being stopped");
    },
  };
}

function answers<K extends Answer["kind"]>(
  question: Extract<Question, { kind: K }>,
  answer: Answer,
): answer is Extract<Answer, { kind: K }> {
  return answer.kind === question.kind;
}
