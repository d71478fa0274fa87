import { join } from "node:path";
import type { Digest } from "../../base/digest.ts";
import type { LocalArtifacts, Needs, Progress, StorageCheck } from "../artifacts.ts";
import { eachOf } from "../each.ts";
import { type Manifest, readManifest } from "../manifest.ts";
import {
  type ArtifactBucket,
  blobFolder,
  blobKey,
  blobsAtOnce,
  blobsOf,
  damagedFolder,
  damagedKey,
  digestOf,
  graceTime,
  manifestFolder,
  manifestKey,
} from "./artifact-bucket.ts";
import type { Blob } from "./blobs.ts";
import type { Bucket, ObjectLook } from "./bucket.ts";

/**
 * Reads everything that a bucket holds of artifacts, and compares it with its names. What is damaged there and sound here
 * is written anew, and what is only here is added.
 */
export async function checkStorage(
  storage: ArtifactBucket,
  local: LocalArtifacts,
  clock: () => number,
  onProgress: (progress: Progress) => void,
): Promise<StorageCheck> {
  const there = await listed(storage.bucket, manifestFolder);
  const problems = new Map<Digest, string>();
  const sound = new Map<Digest, Manifest>();
  for (const digest of there.keys()) {
    const stored = await storage.manifest(digest);
    if (stored.kind === "sound") sound.set(digest, stored.manifest);
    else problems.set(digest, "its manifest is damaged");
  }
  const blobs = new Map(
    [...sound.values()].flatMap((manifest) => blobsOf(manifest).map((blob) => [blob.sha256, blob])),
  );
  const bad = await badBlobs(storage, [...blobs.values()], onProgress);
  for (const [digest, manifest] of sound) {
    const lost = blobsOf(manifest).find((blob) => bad.has(blob.sha256));
    if (lost !== undefined) problems.set(digest, `${lost.path} is ${bad.get(lost.sha256)}`);
  }

  const mended = await storeFromHere(storage, local, [...problems.keys()], clock);
  const own = (await local.digests()).filter((digest) => !there.has(digest));
  const added = await storeFromHere(storage, local, own, clock);
  const damaged = [...problems].filter(([digest]) => !mended.has(digest));
  return {
    name: storage.bucket.name,
    checked: there.size,
    bytes: [...blobs.values()].reduce((sum, blob) => sum + blob.size, 0),
    damaged: damaged.map(([digest, problem]) => ({ digest, problem })),
    mended: mended.size,
    added: added.size,
  };
}

/** Each with what is wrong with it. */
async function badBlobs(
  storage: ArtifactBucket,
  blobs: readonly Blob[],
  onProgress: (progress: Progress) => void,
): Promise<ReadonlyMap<Digest, "missing" | "damaged">> {
  const bad = new Map<Digest, "missing" | "damaged">();
  let done = 0;
  await eachOf(blobs, blobsAtOnce, async (blob) => {
    const outcome = await storage.fetch(blob, { chunk: async () => {}, restart: async () => {} });
    if (outcome !== "sound") bad.set(blob.sha256, outcome);
    done += 1;
    onProgress({ done, total: blobs.length });
  });
  return bad;
}

/** Those of the artifacts that were here, and now are there. */
async function storeFromHere(
  storage: ArtifactBucket,
  local: LocalArtifacts,
  digests: readonly Digest[],
  clock: () => number,
): Promise<ReadonlySet<Digest>> {
  const stored = new Set<Digest>();
  for (const digest of digests) {
    const path = await local.open(digest);
    const manifest = path === null ? null : await readManifest(path);
    if (path === null || !manifest?.ok) continue;
    await storage.store(manifest.value, (entry) => join(path, entry), clock);
    stored.add(digest);
  }
  return stored;
}

export interface Collect extends Needs {
  /** Milliseconds since 1970. */
  readonly olderThan: number;
  readonly now: number;
  readonly dryRun: boolean;
}

export interface Collected {
  readonly removed: readonly Digest[];
  readonly bytes: number;
  readonly kept: number;
}

/**
 * Removes artifacts that this record knows, does not keep and has not made lately, then what nothing names any more, and ends uploads that nobody goes
 * on with: both a day old at least, because somebody may be about to name them.
 */
export async function collectStorage(
  { bucket, manifest }: ArtifactBucket,
  { keep, known, olderThan, now, dryRun }: Collect,
): Promise<Collected> {
  const manifests = await listed(bucket, manifestFolder);
  const removed: Digest[] = [];
  const named = new Set<Digest>();
  for (const [digest, { changedAt }] of manifests) {
    if (known.has(digest) && !keep.has(digest) && changedAt < olderThan) {
      if (!dryRun) await removeIfOld(bucket, manifestKey(digest), olderThan);
      removed.push(digest);
      continue;
    }
    const stored = await manifest(digest);
    if (stored.kind === "sound") for (const blob of blobsOf(stored.manifest)) named.add(blob.sha256);
  }
  const unnamed = [...(await listed(bucket, blobFolder))].filter(
    ([digest, { changedAt }]) => !named.has(digest) && changedAt < now - graceTime,
  );
  let bytes = 0;
  for (const [digest, { size }] of unnamed) {
    bytes += size;
    if (!dryRun) await removeIfOld(bucket, blobKey(digest), now - graceTime);
  }
  if (!dryRun) await clearAway(bucket, named, now);
  return { removed, bytes, kept: manifests.size - removed.length };
}

/** Somebody may have come to rely on it since it was listed, and made it young. */
async function removeIfOld(bucket: Bucket, key: string, olderThan: number): Promise<void> {
  const look = await bucket.look(key);
  if (look !== null && look.changedAt < olderThan) await bucket.remove(key);
}

/** Uploads that were cut off, and marks on blobs that nothing names. */
async function clearAway(bucket: Bucket, named: ReadonlySet<Digest>, now: number): Promise<void> {
  for await (const upload of bucket.uploads()) if (upload.begunAt < now - graceTime) await upload.abort();
  for (const digest of (await listed(bucket, damagedFolder)).keys()) {
    if (!named.has(digest)) await bucket.remove(damagedKey(digest));
  }
}

/** By the digest that its key ends with; what has none is not ours. */
async function listed(bucket: Bucket, folder: string): Promise<ReadonlyMap<Digest, ObjectLook>> {
  const found = new Map<Digest, ObjectLook>();
  for await (const { key, ...look } of bucket.list(folder)) {
    const digest = digestOf(key);
    if (digest !== null) found.set(digest, look);
  }
  return found;
}
