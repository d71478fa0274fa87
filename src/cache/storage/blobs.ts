import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { type Digest, sha256 } from "../../base/digest.ts";
import { eachOf } from "../each.ts";
import type { Bucket } from "./bucket.ts";
import { StorageError } from "./error.ts";

/** A file's content, by its digest: never empty. */
export interface Blob {
  readonly sha256: Digest;
  readonly size: number;
}

export const mebibyte = 1 << 20;
/** What is larger than this is written in parts of this size: larger ones where there would be more than 10,000. */
export const partSize = 16 * mebibyte;
const mostParts = 10_000;
const partsAtOnce = 4;

/**
 * Writes a file's content under a key. It is not there before it is there whole, and never with other bytes.
 * @throws StorageError · Error when the file is not what it was.
 */
export async function upload(bucket: Bucket, key: string, blob: Blob, file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    if (blob.size > partSize) return await uploadParts(bucket, key, blob, handle);
    const bytes = await handle.readFile();
    if (sha256(bytes) !== blob.sha256) throw changed(file);
    await bucket.put(key, bytes);
  } finally {
    await handle.close();
  }
}

async function uploadParts(bucket: Bucket, key: string, blob: Blob, file: FileHandle): Promise<void> {
  const length = Math.max(partSize, Math.ceil(blob.size / mostParts / mebibyte) * mebibyte);
  const hash = createHash("sha256");
  const parts = async function* () {
    let number = 0;
    for await (const bytes of piecesOf(file, length)) {
      hash.update(bytes);
      number += 1;
      yield { number, bytes };
    }
  };
  const upload = await bucket.begin(key);
  try {
    await eachOf(parts(), partsAtOnce, ({ number, bytes }) => upload.part(number, bytes));
    if (hash.digest("hex") !== blob.sha256) throw changed(key);
    await upload.complete();
  } catch (error) {
    // If this fails too, what was sent counts for nothing all the same, and is cleared away a day later.
    await upload.abort().catch(() => {});
    throw error;
  }
  if ((await bucket.look(key))?.size === blob.size) return;
  throw new StorageError("unusable", "CompleteMultipartUpload", `${bucket.name} lost ${key} after it was written`);
}

function changed(what: string): Error {
  const message = `${what} was changed while it was sent`;
  return new StorageError("unusable", "read", message);
}

/** A file's bytes in pieces of a length, but for the last. */
async function* piecesOf(file: FileHandle, length: number): AsyncGenerator<Uint8Array> {
  for (;;) {
    const buffer = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(buffer, filled, length - filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    if (filled > 0) yield buffer.subarray(0, filled);
    if (filled < length) return;
  }
}

export type Download = "sound" | "missing" | "damaged";

/** How often bytes that are not what they should be are read again: they may have been changed on the way. */
const readings = 3;
/** How often reading may break off with nothing read. */
const mostStalls = 8;

/** Reads an object to its end, checking it on the way. @param write what is done with the bytes; `restart`: from the first again */
export async function download(
  bucket: Bucket,
  key: string,
  blob: Blob,
  write: { chunk(bytes: Uint8Array): Promise<void>; restart(): Promise<void> },
): Promise<Download> {
  for (let reading = 1; reading <= readings; reading++) {
    await write.restart();
    const hash = createHash("sha256");
    const outcome = await readWhole(bucket, key, blob.size, async (bytes) => {
      hash.update(bytes);
      await write.chunk(bytes);
    });
    if (outcome === "missing") return "missing";
    if (outcome === "whole" && hash.digest("hex") === blob.sha256) return "sound";
  }
  return "damaged";
}

/** Goes on where reading broke off. */
async function readWhole(
  bucket: Bucket,
  key: string,
  size: number,
  take: (bytes: Uint8Array) => Promise<void>,
): Promise<"whole" | "missing" | "wrong-size"> {
  let at = 0;
  let stalls = 0;
  while (at < size) {
    const before = at;
    const body = await bucket.read(key, at);
    if (body === null) return "missing";
    const broken = await untilBroken(body, async (bytes) => {
      at += bytes.length;
      if (at <= size) await take(bytes);
    });
    if (broken === null) return at === size ? "whole" : "wrong-size";
    if (at > size) return "wrong-size";
    stalls = at > before ? 0 : stalls + 1;
    if (stalls === mostStalls) {
      const message = `${bucket.name} breaks off sending ${key} again and again (${broken.message})`;
      throw new StorageError("unreachable", "GetObject", message, broken);
    }
    if (stalls > 0) await delay(50 * 2 ** stalls);
  }
  return "whole";
}

/** Null: it ended by itself. Errors of `take` are thrown, those of the body are returned. */
async function untilBroken(
  body: AsyncIterable<Uint8Array>,
  take: (bytes: Uint8Array) => Promise<void>,
): Promise<Error | null> {
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    let next: IteratorResult<Uint8Array>;
    try {
      next = await chunks.next();
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
    if (next.done === true) return null;
    try {
      await take(next.value);
    } catch (error) {
      await chunks.return?.();
      throw error;
    }
  }
}
