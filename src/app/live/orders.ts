import { z } from "zod";
import type { Plan, Prediction, QueueState } from "../../api/lab.ts";
import type { Landed } from "../land.ts";
import type { QueueEnd } from "../queue.ts";
import type { Problem } from "./problem.ts";

/** What the threads are told, and what they say: plain data both ways. */

/** What a thread is started with. */
export const threadData = z.object({
  dir: z.string(),
  scale: z.string(),
  generation: z.number().int(),
  capacity: z.object({ cpus: z.number().optional(), gpus: z.number().optional() }),
});
export type ThreadData = z.infer<typeof threadData>;

export type QueueOrder =
  /** Plan and run until there is a reason to rest. */
  | { readonly kind: "work" }
  /** Finish what runs and start nothing more. */
  | { readonly kind: "pause" }
  /** The lab's files have changed. */
  | { readonly kind: "reload" }
  /** End what runs and the thread. */
  | { readonly kind: "stop" };

export type QueueSaid =
  | { readonly kind: "working" }
  /** @param asOf the last change that was made before: a later run is of another process */
  | { readonly kind: "resting"; readonly rest: Rest; readonly asOf: number }
  /** How far an attempt says it is, 0 to 1; null: it has ended. */
  | { readonly kind: "progress"; readonly run: string; readonly attempt: string; readonly done: number | null };

/** Why the queue does not work. */
export type Rest = QueueEnd | { readonly kind: "problem"; readonly problem: Problem };

export type Question =
  /** @param sketch whether to answer with a sketch before */
  | { readonly kind: "report"; readonly sketch: boolean }
  | { readonly kind: "landing"; readonly landing: number }
  | { readonly kind: "plan"; readonly count: number }
  /** @param evidence count of the changes of the evidence: what was worked out for one serves until the next */
  | { readonly kind: "prediction"; readonly levels: readonly string[]; readonly evidence: number }
  | { readonly kind: "landed"; readonly seen: readonly string[] };

export type Answer =
  | ({ readonly kind: "report" } & ReportAnswer)
  /** JSON; null: there is no such landing. */
  | { readonly kind: "landing"; readonly report: string | null }
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "prediction"; readonly prediction: Prediction }
  | { readonly kind: "landed"; readonly landed: Landed };

export interface ReportAnswer {
  /** JSON: copied between threads as one piece, and read where it is needed. */
  readonly report: string;
  /** The newest change it has seen. */
  readonly asOf: number;
  readonly toGo: NonNullable<QueueState["toGo"]>;
  readonly runsLeft: number | null;
  readonly seconds: number;
}

export type AnalystOrder =
  | { readonly kind: "ask"; readonly id: number; readonly question: Question }
  | { readonly kind: "reload" }
  | { readonly kind: "stop" };

export type AnalystSaid =
  | { readonly kind: "answer"; readonly id: number; readonly answer: Answer; readonly last: boolean }
  | { readonly kind: "problem"; readonly id: number; readonly problem: Problem };
