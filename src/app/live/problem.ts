import type { QueueProblem } from "../../api/reasons.ts";
import { english } from "../../api/words.ts";
import { CairnError, type Failure, failureOf } from "../errors.ts";

/** An error as plain data: what a thread sends in place of a throw. */
export type Problem =
  | { readonly kind: "expected"; readonly failure: Failure }
  | { readonly kind: "defect"; readonly message: string; readonly stack: string };

export function problemOf(error: unknown): Problem {
  const failure = failureOf(error);
  if (failure !== null) return { kind: "expected", failure };
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  return { kind: "defect", message, stack };
}

export function errorOf(problem: Problem): Error {
  if (problem.kind === "expected") return new CairnError(problem.failure);
  const error = new Error(problem.message);
  error.stack = problem.stack;
  return error;
}

export function wireProblem(problem: Problem): QueueProblem {
  if (problem.kind === "defect") return { kind: "other", message: problem.message };
  const { failure } = problem;
  switch (failure.kind) {
    case "no-lab":
      return { kind: "no-lab", from: failure.from };
    case "invalid":
      return { kind: "bad-files" };
    default:
      return { kind: "other", message: failure.message };
  }
}

/** One sentence. */
export function sentenceOfProblem(problem: Problem): string {
  return english.problem(wireProblem(problem));
}
