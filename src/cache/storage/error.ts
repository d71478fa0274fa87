import { z } from "zod";
import { errorCode } from "../../base/system-error.ts";

/**
 * What a storage may refuse, or fail to do.
 * - `unreachable`, `busy`  may be over in a moment: what was asked is asked again for a while
 * - `credentials`, `denied`, `no-bucket`, `quota`, `unusable`  somebody must do something
 */
export type StorageProblem = "unreachable" | "busy" | "credentials" | "denied" | "no-bucket" | "quota" | "unusable";

/**
 * Something that storage elsewhere did not do. It names the call like the system's own errors do (`syscall`), because it
 * is one to whoever publishes and opens: the machine's trouble, not the stage's.
 */
export class StorageError extends Error {
  readonly problem: StorageProblem;
  readonly syscall: string;
  constructor(problem: StorageProblem, syscall: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StorageError";
    this.problem = problem;
    this.syscall = syscall;
  }
}

export function isPassing({ problem }: StorageError): boolean {
  return problem === "unreachable" || problem === "busy";
}

/** Of what the SDK throws: the service's own errors, the network's, and the SDK's. */
const thrown = z.object({
  name: z.string().catch(""),
  message: z.string().catch(""),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).catch({}),
  $response: z.object({ statusCode: z.number().optional() }).optional().catch(undefined),
});

/** The service's names, of S3 itself and of those that speak its language. */
const problems: Readonly<Record<string, StorageProblem>> = {
  InvalidAccessKeyId: "credentials",
  SignatureDoesNotMatch: "credentials",
  ExpiredToken: "credentials",
  ExpiredTokenException: "credentials",
  InvalidToken: "credentials",
  TokenRefreshRequired: "credentials",
  CredentialsProviderError: "credentials",
  TokenProviderError: "credentials",
  AccessDenied: "denied",
  AllAccessDisabled: "denied",
  AccountProblem: "denied",
  Forbidden: "denied",
  MethodNotAllowed: "denied",
  NoSuchBucket: "no-bucket",
  QuotaExceeded: "quota",
  QuotaExceededException: "quota",
  XMinioAdminBucketQuotaExceeded: "quota",
  XMinioStorageFull: "quota",
  InsufficientStorage: "quota",
  SlowDown: "busy",
  SlowDownRead: "busy",
  SlowDownWrite: "busy",
  ServiceUnavailable: "busy",
  InternalError: "busy",
  RequestTimeout: "busy",
  OperationAborted: "busy",
  ConditionalRequestConflict: "busy",
  // The SDK sets its clock by the answer: the next request is signed with the right time.
  RequestTimeTooSkewed: "busy",
  // Bytes were lost or changed on the way.
  BadDigest: "busy",
  IncompleteBody: "busy",
  XAmzContentSHA256Mismatch: "busy",
  XAmzContentChecksumMismatch: "busy",
  TimeoutError: "unreachable",
};

const statuses: Readonly<Record<number, StorageProblem>> = {
  401: "credentials",
  403: "denied",
  429: "busy",
  500: "busy",
  502: "busy",
  503: "busy",
  504: "busy",
  507: "quota",
};

/** @param call what was asked, as `PutObject` · @param where the storage, as people write it */
export function storageError(error: unknown, call: string, where: string): StorageError {
  if (error instanceof StorageError) return error;
  const { name, message, $metadata, $response } = thrown.parse(error);
  const status = $metadata.httpStatusCode ?? $response?.statusCode;
  const network = errorCode(error);
  const problem =
    (Object.hasOwn(problems, name) ? problems[name] : undefined) ??
    (status !== undefined ? statuses[status] : undefined) ??
    (status === undefined && network !== null ? "unreachable" : "unusable");
  const said = [name || network, message].filter((part) => part !== null && part !== "" && part !== "UnknownError");
  return new StorageError(problem, call, `${words(problem, where)} (${call}: ${said.join(": ")})`, error);
}

function words(problem: StorageProblem, where: string): string {
  switch (problem) {
    case "unreachable":
      return `${where} does not answer; look at the endpoint and the network`;
    case "busy":
      return `${where} answers, but could not do what was asked; it was asked again for a while`;
    case "credentials":
      return `${where} does not accept the credentials; give them by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or by AWS_PROFILE`;
    case "denied":
      return `${where} does not allow this with these credentials`;
    case "no-bucket":
      return `${where}: there is no such bucket; make it first, or mend CAIRN_ARTIFACTS_URL`;
    case "quota":
      return `${where} is full; make room there (cairn gc removes what no run needs), or raise its quota`;
    case "unusable":
      return `${where} cannot be used`;
  }
}
