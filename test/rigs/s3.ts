import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/**
 * A server that speaks S3's language over HTTP, for one bucket in memory: it recomputes every signature (version 4) from
 * the secret, holds what is sent to its digests, honours conditions, parts, ranges and continued lists, and does harm when
 * it is told to. What Cairn does not send (chunked signatures, versions, ACLs) it does not understand.
 */
export interface S3Rig {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** By key. Tests may change them behind everybody's back. */
  readonly objects: Map<string, StoredObject>;
  /** Uploads in parts that have not ended, by their ids. */
  readonly uploads: Map<string, OpenUpload>;
  readonly requests: Asked[];
  /** Asked about every request whose signature is right; null: nothing bad happens. */
  harm: (asked: Asked) => Harm | null;
  /** Milliseconds by which the server's clock is ahead. */
  skew: number;
  stop(): Promise<void>;
}

export interface StoredObject {
  bytes: Buffer;
  /** Milliseconds since 1970. */
  changedAt: number;
}

export interface OpenUpload {
  readonly key: string;
  begunAt: number;
  readonly parts: Map<number, Buffer>;
}

export interface Asked {
  readonly operation: string;
  readonly key: string;
  /** Sent with it. */
  readonly bytes: number;
  /** Whether the signature covers what was sent. */
  readonly signed: boolean;
}

export type Harm =
  | { readonly kind: "refuse"; readonly status: number; readonly code: string }
  /** The connection is cut before anything is done. */
  | { readonly kind: "cut" }
  /** The work is done, and the answer lost. */
  | { readonly kind: "lose-answer" }
  /** The connection is cut when so many bytes of the answer's body are sent. */
  | { readonly kind: "cut-answer"; readonly after: number }
  /** One bit of the answer's body is wrong; of what was sent, before the server looks at it. */
  | { readonly kind: "corrupt-answer" }
  | { readonly kind: "corrupt-request" };

interface Answer {
  readonly status: number;
  readonly body?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message = code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const bucket = "cairn-test";
/** A page of a list. */
export const pageSize = 7;
const leastPart = 5 * 2 ** 20;
const skewAllowed = 900_000;

export async function startS3(): Promise<S3Rig> {
  const credentials = { accessKeyId: "AKIATEST", secretAccessKey: randomBytes(20).toString("base64") };
  const objects = new Map<string, StoredObject>();
  const uploads = new Map<string, OpenUpload>();
  const requests: Asked[] = [];
  const state: State = { objects, uploads, now: () => Date.now() + rig.skew };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (error instanceof Refusal) refuse(response, error, state.now());
      else response.destroy(error instanceof Error ? error : undefined);
    });
  });

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const sent = await bodyOf(request);
    const url = new URL(request.url ?? "", "http://localhost");
    const payload = verify(request, url, credentials, state.now());
    const call = callOf(request, url, sent);
    const asked = { operation: call.operation, key: call.key, bytes: sent.length, signed: payload !== unsigned };
    requests.push(asked);
    const harm = rig.harm(asked);
    if (harm?.kind === "refuse") throw new Refusal(harm.status, harm.code);
    if (harm?.kind === "cut") return void response.destroy();
    const body = harm?.kind === "corrupt-request" ? flipped(sent) : sent;
    checkDigests(request, body, payload);
    const done = perform(state, { ...call, body });
    if (harm?.kind === "lose-answer") return void response.destroy();
    const full = Buffer.from(done.body ?? "");
    const out = harm?.kind === "corrupt-answer" ? flipped(full) : full;
    const length = { "content-length": done.headers?.["content-length"] ?? String(out.length) };
    response.writeHead(done.status, { date: new Date(state.now()).toUTCString(), ...done.headers, ...length });
    if (harm?.kind !== "cut-answer") return void response.end(out);
    response.write(out.subarray(0, harm.after), () => setImmediate(() => response.destroy()));
  };

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const rig: S3Rig = {
    endpoint: `http://127.0.0.1:${address.port}`,
    credentials,
    objects,
    uploads,
    requests,
    harm: () => null,
    skew: 0,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return rig;
}

interface State {
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, OpenUpload>;
  readonly now: () => number;
}

interface Call {
  readonly operation: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

function callOf(request: IncomingMessage, { pathname, searchParams: query }: URL, body: Buffer): Call {
  const [, asked = "", ...rest] = decodeURIComponent(pathname).split("/");
  if (asked !== bucket) throw new Refusal(404, "NoSuchBucket", "The specified bucket does not exist");
  const key = rest.join("/");
  return { operation: operationOf(request, query, key), key, query, headers: request.headers, body };
}

function operationOf({ method = "", headers }: IncomingMessage, query: URLSearchParams, key: string): string {
  if (key === "") return query.has("uploads") ? "ListMultipartUploads" : "ListObjectsV2";
  if (method === "PUT" && "x-amz-copy-source" in headers) return "CopyObject";
  if (method === "PUT") return query.has("partNumber") ? "UploadPart" : "PutObject";
  if (method === "POST") return query.has("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload";
  if (method === "DELETE") return query.has("uploadId") ? "AbortMultipartUpload" : "DeleteObject";
  return method === "HEAD" ? "HeadObject" : "GetObject";
}

function perform(state: State, call: Call): Answer {
  const { objects, uploads, now } = state;
  const { key, query, headers, body } = call;
  const found = objects.get(key);
  switch (call.operation) {
    case "GetObject":
      if (found === undefined) throw new Refusal(404, "NoSuchKey");
      return ranged(found, headers.range);
    case "HeadObject":
      if (found === undefined) return { status: 404 };
      return { status: 200, headers: { ...dated(found), "content-length": String(found.bytes.length) } };
    case "PutObject":
      if (headers["if-none-match"] === "*" && found !== undefined) throw new Refusal(412, "PreconditionFailed");
      objects.set(key, { bytes: body, changedAt: now() });
      return { status: 200, headers: { etag: etag(body) } };
    case "CopyObject": {
      const source = decodeURIComponent(String(headers["x-amz-copy-source"])).replace(`${bucket}/`, "");
      const from = objects.get(source);
      if (from === undefined) throw new Refusal(404, "NoSuchKey");
      if (source === key && headers["x-amz-metadata-directive"] !== "REPLACE") throw new Refusal(400, "InvalidRequest");
      objects.set(key, { bytes: from.bytes, changedAt: now() });
      return xml(`<CopyObjectResult><ETag>${etag(from.bytes)}</ETag></CopyObjectResult>`);
    }
    case "DeleteObject":
      objects.delete(key);
      return { status: 204 };
    case "ListObjectsV2":
      return list(state, query);
    case "CreateMultipartUpload": {
      const id = randomBytes(8).toString("hex");
      uploads.set(id, { key, begunAt: now(), parts: new Map() });
      return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    }
    case "UploadPart":
      uploadOf(state, query).parts.set(Number(query.get("partNumber")), body);
      return { status: 200, headers: { etag: etag(body) } };
    case "CompleteMultipartUpload":
      return complete(state, call);
    case "AbortMultipartUpload":
      uploadOf(state, query);
      uploads.delete(query.get("uploadId") ?? "");
      return { status: 204 };
    case "ListMultipartUploads":
      return listUploads(state, query);
    default:
      throw new Refusal(501, "NotImplemented", call.operation);
  }
}

function uploadOf({ uploads }: State, query: URLSearchParams): OpenUpload {
  const upload = uploads.get(query.get("uploadId") ?? "");
  if (upload === undefined) throw new Refusal(404, "NoSuchUpload");
  return upload;
}

function complete(state: State, { query, key, body }: Call): Answer {
  const upload = uploadOf(state, query);
  const numbers: number[] = [];
  for (const [, part = ""] of body.toString("utf8").matchAll(/<Part>(.*?)<\/Part>/gs)) {
    const number = Number(/<PartNumber>(\d+)</.exec(part)?.[1]);
    const sent = upload.parts.get(number);
    const said = /<ETag>(.*?)<\/ETag>/.exec(part)?.[1]?.replaceAll("&quot;", '"');
    if (sent === undefined || said !== etag(sent)) throw new Refusal(400, "InvalidPart");
    if (/<ChecksumSHA256>(.*?)</.exec(part)?.[1] !== digest(sent, "base64")) throw new Refusal(400, "InvalidPart");
    if (number <= (numbers.at(-1) ?? 0)) throw new Refusal(400, "InvalidPartOrder");
    numbers.push(number);
  }
  const parts = numbers.map((number) => upload.parts.get(number) ?? Buffer.alloc(0));
  if (parts.slice(0, -1).some((part) => part.length < leastPart)) throw new Refusal(400, "EntityTooSmall");
  state.objects.set(key, { bytes: Buffer.concat(parts), changedAt: state.now() });
  state.uploads.delete(query.get("uploadId") ?? "");
  return xml("<CompleteMultipartUploadResult></CompleteMultipartUploadResult>");
}

function list({ objects }: State, query: URLSearchParams): Answer {
  const after = query.get("continuation-token") ?? "";
  const prefix = query.get("prefix") ?? "";
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, pageSize);
  const contents = page.map((key) => {
    const { bytes, changedAt } = objects.get(key) ?? { bytes: Buffer.alloc(0), changedAt: 0 };
    const time = new Date(changedAt).toISOString();
    return `<Contents><Key>${escaped(key)}</Key><Size>${bytes.length}</Size><LastModified>${time}</LastModified></Contents>`;
  });
  const more = keys.length > page.length;
  const next = more ? `<NextContinuationToken>${escaped(page.at(-1) ?? "")}</NextContinuationToken>` : "";
  return xml(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`);
}

function listUploads({ uploads }: State, query: URLSearchParams): Answer {
  const after = `${query.get("key-marker") ?? ""}\0${query.get("upload-id-marker") ?? ""}`;
  const prefix = query.get("prefix") ?? "";
  const all = [...uploads]
    .map(([id, upload]) => ({ id, ...upload, name: `${upload.key}\0${id}` }))
    .filter(({ key, name }) => key.startsWith(prefix) && name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = all.slice(0, pageSize);
  const last = page.at(-1);
  const more = all.length > page.length && last !== undefined;
  const next = more
    ? `<NextKeyMarker>${escaped(last.key)}</NextKeyMarker><NextUploadIdMarker>${last.id}</NextUploadIdMarker>`
    : "";
  const entries = page.map(({ id, key, begunAt }) => {
    const time = new Date(begunAt).toISOString();
    return `<Upload><Key>${escaped(key)}</Key><UploadId>${id}</UploadId><Initiated>${time}</Initiated></Upload>`;
  });
  const result = `<IsTruncated>${more}</IsTruncated>${next}${entries.join("")}`;
  return xml(`<ListMultipartUploadsResult>${result}</ListMultipartUploadsResult>`);
}

function ranged(object: StoredObject, range: string | undefined): Answer {
  const [, from] = /^bytes=(\d+)-$/.exec(range ?? "") ?? [];
  if (from === undefined) return { status: 200, body: object.bytes, headers: dated(object) };
  const at = Number(from);
  const size = object.bytes.length;
  if (at >= size) throw new Refusal(416, "InvalidRange");
  const headers = { ...dated(object), "content-range": `bytes ${at}-${size - 1}/${size}` };
  return { status: 206, body: object.bytes.subarray(at), headers };
}

const unsigned = "UNSIGNED-PAYLOAD";

/** What the signature says of the payload. @throws Refusal when it is not the one that the secret gives. */
function verify(
  request: IncomingMessage,
  url: URL,
  { accessKeyId, secretAccessKey }: S3Rig["credentials"],
  now: number,
) {
  const form = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, credential = "", names = "", given = ""] = form.exec(request.headers.authorization ?? "") ?? [];
  const [keyId, day = "", region = "", service = "", end = ""] = credential.split("/");
  if (keyId !== accessKeyId) throw new Refusal(403, "InvalidAccessKeyId");
  const header = (name: string) => String(request.headers[name] ?? "");
  const signedNames = names.split(";");
  const mustBe = ["host", ...Object.keys(request.headers).filter((name) => name.startsWith("x-amz-"))];
  if (mustBe.some((name) => !signedNames.includes(name))) throw new Refusal(403, "AccessDenied");
  const time = header("x-amz-date");
  const iso = time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  if (!(Math.abs(Date.parse(iso) - now) < skewAllowed)) throw new Refusal(403, "RequestTimeTooSkewed");
  const payload = header("x-amz-content-sha256");
  const query = [...url.searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort();
  const path = decodeURIComponent(url.pathname).split("/").map(encoded).join("/");
  const headers = signedNames.map((name) => `${name}:${header(name).trim().replace(/ +/g, " ")}\n`);
  const canonical = [request.method, path, query.join("&"), headers.join(""), names, payload].join("\n");
  const scope = `${day}/${region}/${service}/${end}`;
  const text = ["AWS4-HMAC-SHA256", time, scope, digest(Buffer.from(canonical), "hex")].join("\n");
  const key = [day, region, service, end].reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`));
  const right = hmac(key, text);
  if (!timingSafeEqual(right, Buffer.from(given, "hex"))) throw new Refusal(403, "SignatureDoesNotMatch");
  return payload;
}

/** @throws Refusal when what was sent is not what its headers say. */
function checkDigests({ headers }: IncomingMessage, body: Buffer, payload: string): void {
  if (payload !== unsigned && payload !== digest(body, "hex")) throw new Refusal(400, "XAmzContentSHA256Mismatch");
  const checksum = headers["x-amz-checksum-sha256"];
  if (checksum !== undefined && checksum !== digest(body, "base64")) throw new Refusal(400, "BadDigest");
}

function refuse(response: ServerResponse, { status, code, message }: Refusal, now: number): void {
  response.writeHead(status, { "content-type": "application/xml", date: new Date(now).toUTCString() });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

function xml(body: string): Answer {
  return { status: 200, body: `<?xml version="1.0"?>${body}`, headers: { "content-type": "application/xml" } };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function digest(bytes: Buffer, encoding: "hex" | "base64"): string {
  return createHash("sha256").update(bytes).digest(encoding);
}

function etag(bytes: Buffer): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}

function dated({ bytes, changedAt }: StoredObject): Record<string, string> {
  return { etag: etag(bytes), "last-modified": new Date(changedAt).toUTCString() };
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

export function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const middle = copy.length >> 1;
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy.subarray(0, bytes.length);
}
