import { type Digest, isDigest, parseDigest, sha256 } from "../../base/digest.ts";
import { eachOf } from "../each.ts";
import { type Manifest, manifestDigest, manifestText, parseManifest } from "../manifest.ts";
import { type Blob, download, upload } from "./blobs.ts";
import type { Bucket } from "./bucket.ts";
import { StorageError } from "./error.ts";

/**
 * Artifacts in a bucket:
 *
 * ```
 * blobs/ab/<digest>       a file's content
 * manifests/ab/<digest>   what an artifact holds; its digest is the artifact's. Written last: an artifact is complete
 *                         from the moment its manifest is there.
 * damaged/<digest>        a blob that somebody read and found missing or wrong: the next who has it writes it anew
 * proof                   written to see whether it can be
 * ```
 *
 * A blob that is found damaged is not removed: it may be the reader's machine that is.
 */
export interface ArtifactBucket {
  readonly bucket: Bucket;
  /** Does once, on something small, all that keeping and finding an artifact takes. @throws StorageError */
  prove(): Promise<void>;
  /** The artifact's manifest; what cannot be read as the one of this digest is damaged. */
  manifest(digest: Digest): Promise<StoredManifest>;
  /** Writes what is not there yet: blobs first, the manifest last. @param pathOf where an entry's file is now */
  store(manifest: Manifest, pathOf: (path: string) => string, clock: () => number): Promise<void>;
  /** Reads a blob to its end; one that is not sound is marked. */
  fetch(blob: Blob, write: Parameters<typeof download>[3]): Promise<"sound" | "missing" | "damaged">;
}

export type StoredManifest =
  | { readonly kind: "sound"; readonly manifest: Manifest }
  | { readonly kind: "absent" }
  | { readonly kind: "damaged" };

export const blobFolder = "blobs/";
export const manifestFolder = "manifests/";
export const damagedFolder = "damaged/";
export const proofKey = "proof";

export function blobKey(digest: Digest): string {
  return `${blobFolder}${digest.slice(0, 2)}/${digest}`;
}

export function manifestKey(digest: Digest): string {
  return `${manifestFolder}${digest.slice(0, 2)}/${digest}`;
}

export function damagedKey(digest: Digest): string {
  return `${damagedFolder}${digest}`;
}

/** The digest that a key ends with; null: it is no key of ours. */
export function digestOf(key: string): Digest | null {
  const name = key.slice(key.lastIndexOf("/") + 1);
  return isDigest(name) ? parseDigest(name) : null;
}

/** Distinct contents of a manifest's files, without the empty one, each with the first of its paths. */
export function blobsOf(manifest: Manifest): readonly (Blob & { readonly path: string })[] {
  const blobs = new Map<Digest, Blob & { readonly path: string }>();
  for (const entry of manifest) {
    if (entry.kind === "file" && entry.size > 0 && !blobs.has(entry.sha256)) blobs.set(entry.sha256, entry);
  }
  return [...blobs.values()];
}

export const blobsAtOnce = 8;
const day = 86_400_000;
/** What nothing names is removed when it is older than this, in milliseconds. */
export const graceTime = day;
/** What is older than this is made young before it is relied on: it must not be removed between then and the manifest. */
const youth = day / 2;
/** Larger objects cannot be copied in one request, and are sent again. */
const largestCopy = 5 * 2 ** 30;
const readings = 3;

export function createArtifactBucket(bucket: Bucket): ArtifactBucket {
  const read = async (digest: Digest): Promise<StoredManifest> => {
    for (let reading = 1; reading <= readings; reading++) {
      const bytes = await bucket.get(manifestKey(digest));
      if (bytes === null) return { kind: "absent" };
      const manifest = sha256(bytes) === digest ? parseManifest(Buffer.from(bytes).toString("utf8")) : null;
      if (manifest !== null) return { kind: "sound", manifest };
    }
    return { kind: "damaged" };
  };

  const isThere = async (blob: Blob, now: number): Promise<boolean> => {
    const look = await bucket.look(blobKey(blob.sha256));
    if (look === null || look.size !== blob.size) return false;
    if (now - look.changedAt < youth) return true;
    if (blob.size > largestCopy) return false;
    await bucket.refresh(blobKey(blob.sha256));
    return true;
  };

  return {
    bucket,
    manifest: read,

    prove: async () => {
      const text = Buffer.from("Cairn writes this to see whether it can.\n");
      await bucket.put(proofKey, text);
      const kept = await bucket.get(proofKey);
      if (kept === null || !text.equals(kept))
        throw new StorageError("unusable", "GetObject", `${bucket.name} does not keep what is written to it`);
      // Passes where the condition is honoured, and where it is not heeded; not where it is not understood.
      await bucket.put(proofKey, text, { ifAbsent: true });
      for await (const _ of bucket.list(damagedFolder)) break;
    },

    store: async (manifest, pathOf, clock) => {
      const digest = manifestDigest(manifest);
      const blobs = blobsOf(manifest);
      const damaged = new Set<Digest>();
      for await (const { key } of bucket.list(damagedFolder)) damaged.add(digestOf(key) ?? digest);
      const known = await read(digest);
      const whole = known.kind === "sound" && !blobs.some((blob) => damaged.has(blob.sha256));
      if (!whole) {
        await eachOf(blobs, blobsAtOnce, async (blob) => {
          const marked = damaged.has(blob.sha256);
          if (!marked && (await isThere(blob, clock()))) return;
          await upload(bucket, blobKey(blob.sha256), blob, pathOf(blob.path));
          if (marked) await bucket.remove(damagedKey(blob.sha256));
        });
      }
      const age = clock() - ((await bucket.look(manifestKey(digest)))?.changedAt ?? 0);
      if (whole && age < youth) return;
      const text = Buffer.from(manifestText(manifest));
      await bucket.put(manifestKey(digest), text, { ifAbsent: known.kind === "absent" });
    },

    fetch: async (blob, write) => {
      const outcome = await download(bucket, blobKey(blob.sha256), blob, write);
      // The mark is for those who can write it; that this blob is not to be had is told in any case.
      if (outcome !== "sound") await bucket.put(damagedKey(blob.sha256), new Uint8Array()).catch(() => {});
      return outcome;
    },
  };
}
