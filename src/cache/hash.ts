import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { threadId } from "node:worker_threads";
import { z } from "zod";
import { type Digest, isDigest, parseDigest, sha256 } from "../base/digest.ts";
import { errorCode } from "../base/system-error.ts";

/** Files up to this size are read in one piece, which is several times faster than a stream. */
const wholeRead = 1 << 20;

/** The digest of a file's content, following links. Memory does not grow with the file. @throws when it cannot be read. */
export async function hashFile(path: string, size: number): Promise<Digest> {
  if (size <= wholeRead) return sha256(await readFile(path));
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: wholeRead }), hash);
  return parseDigest(hash.digest("hex"));
}

/** What tells a file from an earlier state of itself without reading it; times in nanoseconds. */
export interface FileIdentity {
  readonly size: bigint;
  readonly ino: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** Digests of files by path, believed while a file's identity stands. */
export interface HashMemo {
  /** The digest of the file's content. @throws when the file cannot be read. */
  digest(path: string, stat: FileIdentity): Promise<Digest>;
  /** Writes the memo to its file, atomically; a memo without one keeps nothing. */
  save(): Promise<void>;
}

/**
 * A file that was changed less than this before it was hashed may change again without a new time stamp (time stamps
 * are coarse), so its digest is not kept: 2 s covers the coarsest file systems.
 */
const settled = 2_000_000_000n;

/** Names what is written: one thread may save two memos of a file at the same time. */
let saves = 0;

type Memory = Map<string, { readonly identity: string; readonly digest: Digest }>;

/** @param file where the memo outlives the process; null: it does not. One that cannot be read counts as empty. */
export async function openHashMemo(file: string | null): Promise<HashMemo> {
  const memory: Memory = file === null ? new Map() : await load(file);
  const used: Memory = new Map();
  let changed = false;
  return {
    digest: async (path, stat) => {
      const identity = `${stat.size}:${stat.ino}:${stat.mtimeNs}:${stat.ctimeNs}`;
      const known = memory.get(path);
      if (known !== undefined && known.identity === identity) {
        used.set(path, known);
        return known.digest;
      }
      const startedNs = BigInt(Date.now()) * 1_000_000n;
      const digest = await hashFile(path, Number(stat.size));
      const newest = stat.mtimeNs > stat.ctimeNs ? stat.mtimeNs : stat.ctimeNs;
      changed = true;
      if (startedNs - newest > settled) {
        memory.set(path, { identity, digest });
        used.set(path, { identity, digest });
      }
      return digest;
    },
    save: async () => {
      if (file === null || !changed) return;
      const text = JSON.stringify([...used].map(([path, { identity, digest }]) => [path, identity, digest]));
      const temporary = `${file}.${process.pid}-${threadId}-${saves++}`;
      try {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(temporary, text);
        await rename(temporary, file);
        changed = false;
      } catch (error) {
        // A full disk, or one that is only read, must not keep anybody from looking at the lab: it is hashed again.
        if (errorCode(error) === null) throw error;
        await rm(temporary, { force: true }).catch(() => {});
      }
    },
  };
}

const saved = z.array(z.tuple([z.string(), z.string(), z.string().refine(isDigest)]));

async function load(file: string): Promise<Memory> {
  try {
    const entries = saved.parse(JSON.parse(await readFile(file, "utf8")));
    return new Map(entries.map(([path, identity, digest]) => [path, { identity, digest: parseDigest(digest) }]));
  } catch {
    return new Map();
  }
}
