import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { ListMultipartUploadsOutput, S3Client } from "@aws-sdk/client-s3";
import type { Bucket, ObjectLook, Upload } from "./bucket.ts";
import { isPassing, StorageError, storageError } from "./error.ts";
import { describeLocation, type Location } from "./location.ts";

interface UploadName {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
}

type Sdk = typeof import("@aws-sdk/client-s3");

/** How a bucket is reached. */
export interface Reach {
  /** How long what fails for a passing reason is asked for again, in milliseconds. */
  readonly patience: number;
  /** Where nothing else says it. */
  readonly region: string | null;
}

/** Between two tries, in milliseconds: doubled each time, and half of it by chance so that many do not come at once. */
const firstPause = 200;
const longestPause = 20_000;
/** Milliseconds to connect, of silence on a connection, and for one answer. */
const timeouts = { connectionTimeout: 10_000, socketTimeout: 60_000, requestTimeout: 600_000 };

/**
 * A bucket that speaks S3's language. Credentials come from where every AWS program takes them: variables, profile,
 * the machine's role. The SDK is loaded when it is first needed.
 * @throws StorageError `unusable` from every method when the SDK is not installed.
 */
export function openS3(location: Location, { patience, region }: Reach): Bucket {
  const name = describeLocation(location);
  let loading: Promise<{ readonly sdk: Sdk; readonly client: S3Client }> | null = null;
  const connect = () => {
    loading ??= loadSdk().then((sdk) => ({ sdk, client: new sdk.S3Client(clientConfig(location, region)) }));
    return loading;
  };

  /** Asks, again while the reason is a passing one; null where `missing` names the error. */
  const ask = async <T>(
    call: string,
    work: (client: S3Client, sdk: Sdk) => Promise<T>,
    missing: readonly string[] = [],
  ): Promise<T | null> => {
    const { sdk, client } = await connect();
    const until = Date.now() + patience;
    for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
      try {
        return await work(client, sdk);
      } catch (error) {
        if (error instanceof Error && missing.includes(error.name)) return null;
        const told = storageError(error, call, name);
        if (!isPassing(told) || Date.now() + pause > until) throw told;
        await delay(pause * (0.5 + Math.random() / 2));
      }
    }
  };
  const at = (key: string) => ({ Bucket: location.bucket, Key: location.prefix + key });
  const noObject = ["NoSuchKey", "NotFound"];
  const abort = async (upload: UploadName) => {
    const end = (client: S3Client, sdk: Sdk) => client.send(new sdk.AbortMultipartUploadCommand(upload));
    await ask("AbortMultipartUpload", end, ["NoSuchUpload"]);
  };

  return {
    name,

    get: (key) =>
      ask(
        "GetObject",
        async (client, sdk) => {
          const { Body } = await client.send(new sdk.GetObjectCommand(at(key)));
          return (await Body?.transformToByteArray()) ?? new Uint8Array();
        },
        noObject,
      ),

    read: (key, from) =>
      ask(
        "GetObject",
        async (client, sdk) => {
          const range = from === 0 ? {} : { Range: `bytes=${from}-` };
          const { Body } = await client.send(new sdk.GetObjectCommand({ ...at(key), ...range }));
          return bytesOf(Body);
        },
        noObject,
      ),

    look: (key) =>
      ask(
        "HeadObject",
        async (client, sdk) => {
          const head = await client.send(new sdk.HeadObjectCommand(at(key)));
          return lookOf(head.ContentLength, head.LastModified);
        },
        noObject,
      ),

    list: async function* (prefix) {
      let from: string | undefined;
      do {
        const page = await ask("ListObjectsV2", (client, sdk) => {
          const next = from === undefined ? {} : { ContinuationToken: from };
          const Prefix = location.prefix + prefix;
          return client.send(new sdk.ListObjectsV2Command({ Bucket: location.bucket, Prefix, ...next }));
        });
        for (const { Key = "", Size, LastModified } of page?.Contents ?? []) {
          yield { key: Key.slice(location.prefix.length), ...lookOf(Size, LastModified) };
        }
        from = page?.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (from !== undefined);
    },

    put: async (key, bytes, { ifAbsent } = { ifAbsent: false }) => {
      const condition = ifAbsent ? { IfNoneMatch: "*" } : {};
      const content = { Body: bytes, ChecksumSHA256: checksum(bytes) };
      const command = { ...at(key), ...content, ...condition };
      await ask("PutObject", (client, sdk) => client.send(new sdk.PutObjectCommand(command)), ["PreconditionFailed"]);
    },

    refresh: async (key) => {
      const { Bucket, Key } = at(key);
      const CopySource = encodeURI(`${Bucket}/${Key}`);
      const command = { Bucket, Key, CopySource, MetadataDirective: "REPLACE" } as const;
      await ask("CopyObject", (client, sdk) => client.send(new sdk.CopyObjectCommand(command)), noObject);
    },

    remove: async (key) => {
      await ask("DeleteObject", (client, sdk) => client.send(new sdk.DeleteObjectCommand(at(key))), noObject);
    },

    begin: async (key): Promise<Upload> => {
      const begun = await ask("CreateMultipartUpload", (client, sdk) =>
        client.send(new sdk.CreateMultipartUploadCommand({ ...at(key), ChecksumAlgorithm: "SHA256" })),
      );
      const upload = { ...at(key), UploadId: begun?.UploadId };
      const parts = new Map<number, { PartNumber: number; ETag: string | undefined; ChecksumSHA256: string }>();
      return {
        part: async (number, bytes) => {
          const ChecksumSHA256 = checksum(bytes);
          const part = { ...upload, PartNumber: number, Body: bytes, ChecksumSHA256 };
          const sent = await ask("UploadPart", (client, sdk) => client.send(new sdk.UploadPartCommand(part)));
          parts.set(number, { PartNumber: number, ETag: sent?.ETag, ChecksumSHA256 });
        },
        complete: async () => {
          const Parts = [...parts.values()].sort((a, b) => a.PartNumber - b.PartNumber);
          const command = { ...upload, MultipartUpload: { Parts } };
          // An answer may be lost after the work was done: then the upload is known no more when it is asked for again.
          await ask(
            "CompleteMultipartUpload",
            (client, sdk) => client.send(new sdk.CompleteMultipartUploadCommand(command)),
            ["NoSuchUpload"],
          );
        },
        abort: () => abort(upload),
      };
    },

    uploads: async function* () {
      let from: Marker = {};
      for (;;) {
        const page: ListMultipartUploadsOutput | null = await ask("ListMultipartUploads", (client, sdk) => {
          const all = { Bucket: location.bucket, Prefix: location.prefix };
          return client.send(new sdk.ListMultipartUploadsCommand({ ...all, ...from }));
        });
        for (const { Key = "", UploadId, Initiated } of page?.Uploads ?? []) {
          const upload = { Bucket: location.bucket, Key, UploadId };
          yield {
            key: Key.slice(location.prefix.length),
            begunAt: Initiated?.getTime() ?? Date.now(),
            abort: () => abort(upload),
          };
        }
        if (page?.IsTruncated !== true || page.NextKeyMarker === undefined) return;
        from = markerOf(page.NextKeyMarker, page.NextUploadIdMarker);
      }
    },
  };
}

function clientConfig({ endpoint, region: own }: Location, fallback: string | null) {
  const region = own ?? fallback;
  return {
    // Every request is asked again here, where what is passing is told from what is not.
    maxAttempts: 1,
    requestHandler: { ...timeouts, throwOnRequestTimeout: true },
    // What is sent carries its own digest always, and what is read is hashed by who reads.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(region === null ? {} : { region }),
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
  } as const;
}

async function loadSdk(): Promise<Sdk> {
  try {
    return await import("@aws-sdk/client-s3");
  } catch (error) {
    const message = "to keep artifacts on S3 (CAIRN_ARTIFACTS_URL), install its client: npm install @aws-sdk/client-s3";
    throw new StorageError("unusable", "import", message, error);
  }
}

function lookOf(size: number | undefined, changed: Date | undefined): ObjectLook {
  return { size: size ?? 0, changedAt: changed?.getTime() ?? 0 };
}

/** As S3 writes it: the SHA-256 in base64. */
function checksum(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

interface Marker {
  readonly KeyMarker?: string;
  readonly UploadIdMarker?: string;
}

function markerOf(KeyMarker: string, UploadIdMarker: string | undefined): Marker {
  return UploadIdMarker === undefined ? { KeyMarker } : { KeyMarker, UploadIdMarker };
}

async function* bytesOf(body: unknown): AsyncGenerator<Uint8Array> {
  if (body === undefined || body === null) return;
  if (!isIterable(body)) throw new TypeError("the SDK gave a body that cannot be read");
  for await (const chunk of body) if (chunk instanceof Uint8Array) yield chunk;
}

function isIterable(body: unknown): body is AsyncIterable<unknown> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}
