import { StoreError, type StoreProblem } from "../store.ts";

/**
 * The transaction was surely not committed, and the same may go well a little later: the server is away or comes back,
 * or two transactions stood in each other's way.
 */
export class TryAgain extends StoreError {
  /** Of a server that is there and is not ready yet. */
  readonly soon: boolean;
  constructor(problem: StoreProblem, soon: boolean, options: ErrorOptions) {
    super(problem, options);
    this.soon = soon;
  }
}

/** Error codes: https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const classes: readonly (readonly [RegExp, "again" | "soon" | StoreProblem["kind"]])[] = [
  [/^(57P03|53300)$/, "soon"],
  [/^(08...|57P01|57P02|25P03|40001|40P01)$/, "again"],
  [/^(28...|3D000|42501|25006)$/, "denied"],
  [/^(55P03|57014)$/, "busy"],
  [/^(53100)$/, "disk-full"],
  [/^(XX001|XX002)$/, "corrupt"],
  [/^(58...|53...)$/, "io"],
];

/** System errors of a connection that was not made or is gone. */
const network = [
  ...["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"],
  ...["ENOTFOUND", "EAI_AGAIN", "ENOENT"],
];

/** What the client says, with no code, when a connection ends under it. */
const ended =
  /connection terminated|connection timeout|timeout exceeded when trying to connect|client has encountered/i;

const certificate = /^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|ERR_TLS_)/;

/** What an error of the client library means; what is none of the database's is passed on as it is. */
export function translated(place: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error;
  const code = codeOf(error);
  const detail = detailOf(error);
  const lost = { kind: "unreachable", path: place, detail } as const;
  const found = classes.find(([pattern]) => pattern.test(code))?.[1];
  switch (found) {
    case "soon":
    case "again":
      return new TryAgain(lost, found === "soon", { cause: error });
    case "busy":
    case "disk-full":
      return new StoreError({ kind: found, path: place }, { cause: error });
    case "corrupt":
    case "io":
    case "denied":
      return new StoreError({ kind: found, path: place, detail }, { cause: error });
    default:
  }
  if (network.includes(code) || ended.test(error.message)) return new TryAgain(lost, false, { cause: error });
  if (certificate.test(code) || /does not support SSL/.test(error.message))
    return new StoreError({ kind: "denied", path: place, detail }, { cause: error });
  return error;
}

/** Of several addresses that were tried, the first one's. */
function firstOf(error: Error): Error {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first : error;
}

function codeOf(error: Error): string {
  const first = firstOf(error);
  return "code" in first && typeof first.code === "string" ? first.code : "";
}

function detailOf(error: Error): string {
  const { message } = firstOf(error);
  return message === "" ? codeOf(error) : message;
}
