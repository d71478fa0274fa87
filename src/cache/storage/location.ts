import { err, ok, type Result } from "../../base/result.ts";

/** Where artifacts are kept: a part of a bucket. */
export interface Location {
  readonly bucket: string;
  /** Before every key: empty, or ending with `/`. */
  readonly prefix: string;
  /** null: Amazon's own. */
  readonly endpoint: string | null;
  /** null: as the environment or the profile says. */
  readonly region: string | null;
}

const form = "s3://BUCKET/PREFIX?endpoint=https://HOST:PORT&region=REGION";
const parameters = ["endpoint", "region"];

/** Reads `s3://bucket/prefix?endpoint=…&region=…`. An error is a sentence, and repeats no part that may be secret. */
export function parseLocation(text: string): Result<Location, string> {
  const url = URL.parse(text);
  if (url === null || url.protocol !== "s3:") return err(`it should be ${form}`);
  if (url.username !== "" || url.password !== "") {
    return err("credentials do not belong into it: they would be seen by whoever sees the environment or a log");
  }
  const unknown = [...url.searchParams.keys()].find((name) => !parameters.includes(name));
  if (unknown !== undefined) {
    return err(`it has ${JSON.stringify(unknown)}; after the ? there may be ${parameters.join(" and ")}, nothing else`);
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.hostname)) {
    return err(`${JSON.stringify(url.hostname)} is no name of a bucket (3 to 63 of a-z, 0-9, "-" and ".")`);
  }
  if (url.port !== "" || url.hash !== "") return err(`it should be ${form}`);
  const folders = decodeURIComponent(url.pathname)
    .split("/")
    .filter((part) => part !== "");
  if (folders.some((part) => part === "." || part === "..")) return err("its prefix may not have . or .. in it");
  const endpoint = parseEndpoint(url.searchParams.get("endpoint"));
  if (!endpoint.ok) return endpoint;
  return ok({
    bucket: url.hostname,
    prefix: folders.map((part) => `${part}/`).join(""),
    endpoint: endpoint.value,
    region: url.searchParams.get("region"),
  });
}

function parseEndpoint(text: string | null): Result<string | null, string> {
  if (text === null) return ok(null);
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    return err("its endpoint should be http://HOST:PORT or https://HOST");
  if (url.username !== "" || url.password !== "") return err("credentials do not belong into its endpoint");
  if (url.search !== "" || url.hash !== "") return err("its endpoint may have nothing after a ? or a #");
  return ok(url.href.replace(/\/$/, ""));
}

/** As people write it; there is nothing secret in it. */
export function describeLocation({ bucket, prefix, endpoint }: Location): string {
  const path = `s3://${bucket}/${prefix}`.replace(/\/$/, "");
  return endpoint === null ? path : `${path} at ${endpoint}`;
}
