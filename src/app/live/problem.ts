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

/** One sentence. */
export function sentenceOfProblem(problem: Problem): string {
  if (problem.kind === "defect") return problem.message;
  const { failure } = problem;
  switch (failure.kind) {
    case "no-lab":
      return `there is no cairn.yaml in ${failure.from} any more`;
    case "invalid":
      return "the lab's files are not right; `cairn check` says where";
    default:
      return failure.message;
  }
}
