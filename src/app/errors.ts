import { errorCode } from "../base/system-error.ts";
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
  | { readonly kind: "damaged"; readonly message: string; readonly help: string | null }
  /** What Cairn stands on cannot be reached, refuses, is full or is newer: the same may go well once somebody mends that. */
  | { readonly kind: "unavailable"; readonly message: string; readonly help: string | null };

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
  if (error instanceof StoreError) {
    const kind = error.problem.kind === "corrupt" ? "damaged" : "unavailable";
    return { kind, message: error.message, help: null };
  }
  if (error instanceof StorageError)
    return { kind: "unavailable", message: error.message, help: "docs/storage.md goes through it." };
  if (error instanceof TreeError) return { kind: "usage", message: error.message, help: null };
  return refusalOf(error);
}

/** What a machine refuses to whoever is at it: no defect, and nothing that the next machine would refuse too. */
const refusals: Readonly<Record<string, string>> = {
  EACCES: "See that whoever runs Cairn may read and write there.",
  EPERM: "See that whoever runs Cairn may read and write there.",
  EROFS: "It lies on a file system that can only be read.",
  ENOSPC: "Make room and try again; `cairn gc` removes outputs that nothing uses any more.",
  EDQUOT: "Make room in the quota and try again; `cairn gc` removes outputs that nothing uses any more.",
  EIO: "The disk, or the network to it, fails.",
  ESTALE: "The network file system has let go of it; try again.",
  EMFILE: "Too many files are open: raise the limit (`ulimit -n`).",
  ENFILE: "Too many files are open on this machine.",
};

function refusalOf(error: unknown): Failure | null {
  const help = refusals[errorCode(error) ?? ""];
  return error instanceof Error && help !== undefined ? { kind: "unavailable", message: error.message, help } : null;
}
