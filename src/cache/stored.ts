import { randomBytes } from "node:crypto";
import { copyFile, mkdir, open, readdir, symlink, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Digest } from "../base/digest.ts";
import { err, ok } from "../base/result.ts";
import { isMissing, unlessMissing } from "../base/system-error.ts";
import { type ArtifactStore, type LocalArtifacts, lastUse, removeReadOnly } from "./artifacts.ts";
import { eachOf } from "./each.ts";
import type { Manifest } from "./manifest.ts";
import { type ArtifactBucket, blobsAtOnce, blobsOf } from "./storage/artifact-bucket.ts";
import { checkStorage, collectStorage } from "./storage/upkeep.ts";
import { createTrimmer } from "./trim.ts";

export interface StoredOptions {
  /** The lab's workspace, where the local artifacts are. */
  readonly root: string;
  readonly local: LocalArtifacts;
  /** For what may take its time: a result that was long in the making is not given up for a short outage. */
  readonly patient: ArtifactBucket;
  readonly storage: ArtifactBucket;
  /** Bytes that the local directory may hold; null: all it likes. */
  readonly bound: number | null;
  /** What somebody has open, and may read for as long as it likes. */
  readonly inUse: () => Promise<ReadonlySet<Digest>>;
  readonly clock: () => number;
}

/**
 * Artifacts whose store is a bucket; the local directory is a cache of it, read through. What is published is in the
 * bucket, whole, before it has a digest to be recorded by; what is opened was checked here, or on its way from there.
 */
export function createStoredArtifacts(options: StoredOptions): ArtifactStore {
  const { root, local, storage, patient, clock } = options;
  const fetching = new Map<Digest, Promise<string | null>>();
  const isStored = async (digest: Digest) => (await storage.manifest(digest)).kind === "sound";
  const trim = createTrimmer({ ...options, isStored });

  const fetch = async (digest: Digest): Promise<string | null> => {
    const stored = await storage.manifest(digest);
    if (stored.kind !== "sound") return null;
    const folder = join(root, fetchFolder, `${digest}-${randomBytes(4).toString("hex")}`);
    try {
      if (!(await write(storage, stored.manifest, folder))) return null;
      await local.admit(folder, stored.manifest);
      // Read back, so that what this disk made of it is seen too.
      return await local.open(digest);
    } finally {
      await removeReadOnly(folder);
    }
  };

  return {
    publish: async (directory) => {
      const kept = await local.keep(directory);
      if (!kept.ok) return err(kept.error);
      const { digest, manifest, path } = kept.value;
      await patient.store(manifest, (entry) => join(path, entry), clock);
      await trim();
      return ok(digest);
    },

    open: async (digest) => {
      await touch(local.pathOf(digest), clock());
      const here = await local.open(digest);
      if (here !== null) return here;
      const other = fetching.get(digest);
      if (other !== undefined) return other;
      const own = fetch(digest).finally(() => fetching.delete(digest));
      fetching.set(digest, own);
      const path = await own;
      if (path !== null) await trim();
      return path;
    },

    prove: storage.prove,
    isIntact: local.isIntact,
    has: async (digest) => (await local.has(digest)) || isStored(digest),

    fsck: async (onProgress = () => {}) => {
      const here = await local.fsck((progress) => onProgress(progress));
      return { ...here, storage: await checkStorage(storage, local, clock, onProgress) };
    },

    gc: async (needs, olderThan, { dryRun = false, onProgress = () => {} } = {}) => {
      const here = await local.gc(needs, olderThan, { dryRun, onProgress });
      if (!dryRun) await removeFetched(root, clock());
      const there = await collectStorage(storage, { ...needs, olderThan, dryRun, now: clock() });
      const removed = new Set([...here.removed, ...there.removed]);
      return { removed: [...removed], bytes: here.bytes + there.bytes, kept: Math.max(here.kept, there.kept) };
    },
  };
}

const fetchFolder = "fetching";
const staleFetch = 86_400_000;

/** Makes a directory of what a manifest says. False: something of it is not to be had; what was written is no good. */
async function write(storage: ArtifactBucket, manifest: Manifest, folder: string): Promise<boolean> {
  const paths = Map.groupBy(
    manifest.filter((entry) => entry.kind === "file"),
    (entry) => entry.sha256,
  );
  await mkdir(folder, { recursive: true });
  for (const entry of manifest) {
    const full = join(folder, entry.path);
    await mkdir(entry.kind === "empty-directory" ? full : dirname(full), { recursive: true });
  }
  let whole = true;
  await eachOf(blobsOf(manifest), blobsAtOnce, async (blob) => {
    if (!whole) return;
    let file = await open(join(folder, blob.path), "w");
    try {
      const outcome = await storage.fetch(blob, {
        restart: async () => {
          await file.close();
          file = await open(join(folder, blob.path), "w");
        },
        chunk: async (bytes) => void (await file.appendFile(bytes)),
      });
      if (outcome !== "sound") whole = false;
    } finally {
      await file.close();
    }
  });
  if (!whole) return false;
  for (const same of paths.values()) {
    const [first, ...others] = same;
    if (first?.size === 0) await (await open(join(folder, first.path), "w")).close();
    for (const other of others) await copyFile(join(folder, first?.path ?? ""), join(folder, other.path));
  }
  // Last, so that nothing is written through one.
  for (const entry of manifest) if (entry.kind === "link") await symlink(entry.target, join(folder, entry.path));
  return true;
}

/** Says that an artifact is used, before it is looked at: then it is not removed. */
async function touch(path: string, now: number): Promise<void> {
  try {
    await utimes(path, now / 1000, now / 1000);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** What processes left that were killed while they fetched. */
async function removeFetched(root: string, now: number): Promise<void> {
  const folder = join(root, fetchFolder);
  const names = await unlessMissing(readdir(folder), []);
  for (const name of names) {
    const used = await lastUse(join(folder, name));
    if (used !== null && now - used > staleFetch) await removeReadOnly(join(folder, name));
  }
}
