import { StorageError } from "../cache/storage/error.ts";
import { TreeError } from "../cache/tree.ts";
import type { Diagnostic } from "../lab/source.ts";
import { StoreError } from "../store/store.ts";

/**
 * What can keep a use case from being done, each with what the reader should do about it. Expected, so never a stack
 * trace; `cli/exit.ts` gives each kind its exit code.
 */
export type Failure =
  | { readonly kind: "no-lab"; readonly from: string }
  | { readonly kind: "invalid"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "usage"; readonly message: string; readonly help: string | null }
  /** What is named is not there; is not the caller's to do; cannot be done as things stand. */
  | { readonly kind: "not-found" | "forbidden" | "conflict"; readonly message: string; readonly help: string | null }
  | { readonly kind: "not-decided"; readonly message: string; readonly help: string | null }
  | { readonly kind: "run-failed"; readonly message: string; readonly detail: readonly string[] }
  | { readonly kind: "damaged"; readonly message: string; readonly help: string | null };

/** Carries a `Failure` from where it is noticed to the edge that prints it. */
export class CairnError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.kind);
    this.failure = failure;
  }
}

export function usage(message: string, help: string | null = null): CairnError {
  return new CairnError({ kind: "usage", message, help });
}

export function notFound(message: string, help: string | null = null): CairnError {
  return new CairnError({ kind: "not-found", message, help });
}

export function forbidden(message: string, help: string | null = null): CairnError {
  return new CairnError({ kind: "forbidden", message, help });
}

export function conflict(message: string, help: string | null = null): CairnError {
  return new CairnError({ kind: "conflict", message, help });
}

/** What an error means to the person who gave the command; null: a defect of Cairn's. */
export function failureOf(error: unknown): Failure | null {
  if (error instanceof CairnError) return error.failure;
  if (error instanceof StoreError) return { kind: "damaged", message: error.message, help: null };
  if (error instanceof StorageError) return { kind: "damaged", message: error.message, help: "docs/storage.md" };
  if (error instanceof TreeError) return { kind: "usage", message: error.message, help: null };
  return null;
}
