import { StorageError } from "../../cache/storage/error.ts";
import { proveStorage, type StorageEnvironment } from "../artifact-storage.ts";
import { failureOf } from "../errors.ts";
import { type Finding, fine, problem } from "./finding.ts";
import { skewFinding } from "./machine.ts";

const name = "storage";

/** Where artifacts are kept beside the workspace: whether it takes, gives back and lists. Writes its proof there. */
export async function storageFindings(env: StorageEnvironment): Promise<readonly Finding[]> {
  try {
    const proof = await proveStorage(env);
    if (proof === null) return [fine(name, "artifacts are in the workspace (CAIRN_ARTIFACTS_URL is not set)")];
    const skew = proof.clock === null ? null : skewFinding(proof.clock, "the storage's");
    const proven = fine(name, `${proof.place} can be written, read and listed`);
    return skew === null ? [proven] : [proven, skew];
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null || !("message" in failure)) throw error;
    const mend = error instanceof StorageError ? mendOf(error) : "docs/storage.md has examples.";
    return [problem(name, failure.kind === "usage" ? "usage" : "unavailable", failure.message, mend)];
  }
}

function mendOf({ problem: kind, syscall }: StorageError): string {
  switch (kind) {
    case "unreachable":
      return "See that it runs, that the endpoint in CAIRN_ARTIFACTS_URL is right, and that no firewall is between.";
    case "busy":
      return "Try again; if it stays so, its own log says why.";
    case "credentials":
      return "Renew what has expired; with temporary credentials AWS_SESSION_TOKEN belongs to them.";
    case "denied":
      return `Let these credentials do ${permissionOf(syscall)} there; docs/storage.md lists all that is needed.`;
    case "no-bucket":
      return "Make the bucket, or mend its name in CAIRN_ARTIFACTS_URL.";
    case "quota":
      return "Make room (`cairn gc`) or raise the quota; `cairn fsck` then stores what waits here.";
    case "unusable":
      return "docs/storage.md goes through it.";
  }
}

/** What a policy calls the right to a call. */
function permissionOf(call: string): string {
  return call === "ListObjectsV2" ? "s3:ListBucket" : `s3:${call}`;
}
