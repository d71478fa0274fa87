import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Digest, isDigest, parseDigest } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import { errorCode, isMissing, unlessMissing } from "../base/system-error.ts";
import type { Artifacts, PublishProblem } from "../run/run.ts";
import { directoryIdentity, type Manifest, manifestDigest, readManifest, walk } from "./manifest.ts";

/** An artifact store that can also be looked through and cleaned. */
export interface ArtifactStore extends Artifacts {
  /** Shows that it can be written to and read from now. @throws StorageError */
  prove(): Promise<void>;
  /** Whether it could be opened now; it is not brought here for that. */
  has(digest: Digest): Promise<boolean>;
  /** Hashes everything anew; what does not match its name is moved to quarantine. */
  fsck(onProgress?: (progress: Progress) => void): Promise<FsckReport>;
  /** Removes what is not to be kept and has not been published since `olderThan` (milliseconds since 1970). */
  gc(needs: Needs, olderThan: number, options?: GcOptions): Promise<GcReport>;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}

export interface FsckReport {
  readonly checked: number;
  readonly bytes: number;
  readonly damaged: readonly { readonly digest: Digest; readonly movedTo: string }[];
  /** Names in the store that are no artifact's; left alone. */
  readonly strays: readonly string[];
  /** null: there is none but this directory. */
  readonly storage: StorageCheck | null;
}

/** What was found in the storage that the directory is a cache of. */
export interface StorageCheck {
  /** Where it is, as people write it. */
  readonly name: string;
  readonly checked: number;
  readonly bytes: number;
  /** Artifacts that cannot be had from there, each with what is wrong in words: they are made again when needed. */
  readonly damaged: readonly { readonly digest: Digest; readonly problem: string }[];
  /** Of what was damaged there, or only here, and now is there: this directory had it. */
  readonly mended: number;
  readonly added: number;
}

/** What the record says of artifacts. */
export interface Needs {
  readonly keep: ReadonlySet<Digest>;
  /** All that it ever named: in a storage that other records may use too, nothing else is removed. */
  readonly known: ReadonlySet<Digest>;
}

export interface GcOptions {
  /** Only says what would go. */
  readonly dryRun?: boolean;
  readonly onProgress?: (progress: Progress) => void;
}

export interface GcReport {
  readonly removed: readonly Digest[];
  /** Freed, or what would be. */
  readonly bytes: number;
  readonly kept: number;
}

/** The directory itself, for a store that keeps its artifacts elsewhere and has them here at hand. */
export interface LocalArtifacts extends ArtifactStore {
  /** As `publish`, and says what is in it. */
  keep(directory: string): Promise<Result<Kept, PublishProblem>>;
  /** Takes a directory in that was made by the manifest. It is looked at when it is opened, like all others. */
  admit(directory: string, manifest: Manifest): Promise<void>;
  pathOf(digest: Digest): string;
  digests(): Promise<readonly Digest[]>;
  /** Removes an artifact, unless it was used at the last moment. `usedAt` is what its time of use was found to be. */
  discard(digest: Digest, usedAt: number): Promise<boolean>;
}

export interface Kept {
  readonly digest: Digest;
  readonly manifest: Manifest;
  readonly path: string;
}

/**
 * Directories named by their content: `artifacts/ab/<digest>`, read-only, complete from the moment they are there.
 * @param root the lab's workspace; also holds `quarantine/`
 */
export function createArtifacts(root: string): LocalArtifacts {
  const store = join(root, "artifacts");
  const quarantine = join(root, "quarantine");
  /** On their way out: a name in the store never stands for half a directory, not while it is removed either. */
  const removing = join(root, "removing");
  const pathOf = (digest: Digest) => join(store, digest.slice(0, 2), digest);
  /** Artifacts that were hashed by this process, and what they looked like then. */
  const verified = new Map<Digest, string>();

  const openArtifact = async (digest: Digest): Promise<string | null> => {
    const path = pathOf(digest);
    const state = await examine(path, digest, verified.get(digest));
    if (state.kind === "sound") verified.set(digest, state.identity);
    else verified.delete(digest);
    if (state.kind === "damaged") await moveAway(path, join(quarantine, quarantineName(digest)));
    return state.kind === "sound" ? path : null;
  };

  const admit = async (directory: string, manifest: Manifest): Promise<void> => {
    const digest = manifestDigest(manifest);
    const path = pathOf(digest);
    await makeDurable(directory, manifest);
    await makeFolder(dirname(path), root);
    await place(directory, path);
  };

  const keep = async (directory: string): Promise<Result<Kept, PublishProblem>> => {
    const manifest = await readManifest(directory);
    if (!manifest.ok) return err(manifest.error);
    const digest = manifestDigest(manifest.value);
    const path = pathOf(digest);
    if ((await openArtifact(digest)) === null) {
      await admit(directory, manifest.value);
      // What lies there now, ours or another process's, is the same content: looked at once so that it is believed later.
      verified.set(digest, await directoryIdentity(path));
    }
    // The age that gc goes by: in use as of now.
    const now = new Date();
    await utimes(path, now, now);
    return ok({ digest, manifest: manifest.value, path });
  };

  const list = async (): Promise<{ digests: Digest[]; strays: string[] }> => {
    const names: string[] = [];
    for (const folder of await readdirOrNone(store)) {
      for (const name of await readdirOrNone(join(store, folder))) names.push(`${folder}/${name}`);
    }
    const isArtifact = (name: string) => isDigest(name.slice(3)) && name.slice(0, 2) === name.slice(3, 5);
    return {
      digests: names.filter(isArtifact).map((name) => parseDigest(name.slice(3))),
      strays: names.filter((name) => !isArtifact(name)),
    };
  };

  return {
    publish: async (directory) => {
      const kept = await keep(directory);
      return kept.ok ? ok(kept.value.digest) : kept;
    },
    open: openArtifact,
    // A directory says by itself what is wrong with it, and costs nothing to wait for.
    prove: async () => {},
    isIntact: async (digest) => (await openArtifact(digest)) !== null,
    has: async (digest) => (await openArtifact(digest)) !== null,
    keep,
    admit,
    pathOf,
    digests: async () => (await list()).digests,

    discard: async (digest, usedAt) => {
      const path = pathOf(digest);
      const aside = join(removing, quarantineName(digest));
      await moveAway(path, aside);
      // Whoever opens an artifact says so in its times first, and looks at it then.
      const used = await lastUse(aside);
      if (used !== usedAt) {
        if (used !== null) await place(aside, path);
        return false;
      }
      verified.delete(digest);
      await removeReadOnly(aside);
      return true;
    },

    fsck: async (onProgress = () => {}) => {
      const { digests, strays } = await list();
      const damaged: { digest: Digest; movedTo: string }[] = [];
      let bytes = 0;
      for (const [i, digest] of digests.entries()) {
        const state = await examine(pathOf(digest), digest, undefined);
        if (state.kind === "sound") bytes += state.bytes;
        if (state.kind === "damaged") {
          verified.delete(digest);
          const movedTo = join(quarantine, quarantineName(digest));
          await moveAway(pathOf(digest), movedTo);
          damaged.push({ digest, movedTo });
        }
        onProgress({ done: i + 1, total: digests.length });
      }
      return { checked: digests.length, bytes, damaged, strays, storage: null };
    },

    gc: async ({ keep }, olderThan, { dryRun = false, onProgress = () => {} } = {}) => {
      const { digests } = await list();
      const removed: Digest[] = [];
      let bytes = 0;
      if (!dryRun) await removeReadOnly(removing);
      for (const [i, digest] of digests.entries()) {
        const path = pathOf(digest);
        if (!keep.has(digest) && (await changedAt(path)) < olderThan) {
          bytes += await sizeOf(path);
          removed.push(digest);
          verified.delete(digest);
          if (!dryRun) {
            await moveAway(path, join(removing, digest));
            await removeReadOnly(join(removing, digest));
          }
        }
        onProgress({ done: i + 1, total: digests.length });
      }
      return { removed, bytes, kept: digests.length - removed.length };
    },
  };
}

type Examined =
  | { readonly kind: "sound"; readonly identity: string; readonly bytes: number }
  | { readonly kind: "damaged" }
  | { readonly kind: "absent" };

/** @param known what the directory looked like when it was last hashed; then it is not hashed again if it still does */
async function examine(path: string, digest: Digest, known: string | undefined): Promise<Examined> {
  try {
    const identity = await directoryIdentity(path);
    if (known === identity) return { kind: "sound", identity, bytes: 0 };
    const manifest = await readManifest(path);
    if (!manifest.ok || manifestDigest(manifest.value) !== digest) return { kind: "damaged" };
    const bytes = manifest.value.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.size : 0), 0);
    return { kind: "sound", identity, bytes };
  } catch (error) {
    if (isMissing(error)) return { kind: "absent" };
    // A disk that cannot read the file back is damage too; a shortage of this process is not.
    if (["EMFILE", "ENFILE", "ENOMEM"].includes(errorCode(error) ?? "")) throw error;
    return { kind: "damaged" };
  }
}

/** Read-only, and on the disk, before the name is there: a name never stands for half a directory, even after a power cut. */
async function makeDurable(directory: string, manifest: Manifest): Promise<void> {
  for (const entry of manifest) {
    if (entry.kind !== "file") continue;
    const path = join(directory, entry.path);
    const file = await open(path, "r");
    try {
      await file.chmod(entry.executable ? 0o555 : 0o444);
      await file.sync();
    } finally {
      await file.close();
    }
  }
  const folders = (await walk(directory)).filter(({ stat }) => stat.isDirectory()).map(({ path }) => path);
  for (const folder of folders.reverse()) {
    await chmod(join(directory, folder), 0o555);
    await syncFolder(join(directory, folder));
  }
  await syncFolder(directory);
}

/** The folder itself is made read-only only where it ends up: moving a read-only folder is refused. */
async function place(directory: string, path: string): Promise<void> {
  try {
    await rename(directory, path);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST"].includes(errorCode(error) ?? "")) throw error;
    return;
  }
  await chmod(path, 0o555);
  await syncFolder(dirname(path));
}

/** Makes the folder and those above it, each on the disk before the next. */
async function makeFolder(path: string, root: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let folder = path; folder.length > root.length; folder = dirname(folder)) await syncFolder(dirname(folder));
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function moveAway(path: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await chmod(path, 0o755);
    await rename(path, to);
  } catch (error) {
    // Another process has moved it already.
    if (!isMissing(error)) throw error;
  }
}

function quarantineName(digest: Digest): string {
  return `${digest}-${randomBytes(4).toString("hex")}`;
}

async function changedAt(path: string): Promise<number> {
  return (await stat(path)).ctimeMs;
}

/** Milliseconds since 1970; null: it is not there. */
export async function lastUse(path: string): Promise<number | null> {
  return unlessMissing(
    stat(path).then(({ mtimeMs }) => mtimeMs),
    null,
  );
}

export async function sizeOf(path: string): Promise<number> {
  return (await walk(path)).reduce((sum, { stat }) => sum + (stat.isFile() ? stat.size : 0), 0);
}

/** Removes a directory whose folders may be read-only. Nothing happens when it is not there. */
export async function removeReadOnly(path: string): Promise<void> {
  try {
    await makeEnterable(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await rm(path, { recursive: true, force: true });
}

async function makeEnterable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeEnterable(join(folder, entry.name));
  }
}

async function readdirOrNone(path: string): Promise<string[]> {
  return (await unlessMissing(readdir(path), [])).sort();
}
