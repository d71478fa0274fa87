import type { Digest } from "../base/digest.ts";
import { isMissing } from "../base/system-error.ts";
import { type LocalArtifacts, lastUse, sizeOf } from "./artifacts.ts";
import { StorageError } from "./storage/error.ts";

/** What was used less than this ago stays, in milliseconds: whoever opened it may not have said yet that it is in use. */
export const justUsed = 600_000;

export interface TrimOptions {
  readonly local: LocalArtifacts;
  /** Bytes; null: no bound. */
  readonly bound: number | null;
  readonly inUse: () => Promise<ReadonlySet<Digest>>;
  /** Whether it can be had again from elsewhere. */
  readonly isStored: (digest: Digest) => Promise<boolean>;
  readonly clock: () => number;
}

/**
 * Keeps the local directory within its bound: what was used longest ago goes first, and never what is in use, was used
 * just now or is nowhere else. So the bound is passed while more than it is in use.
 */
export function createTrimmer({ local, bound, inUse, isStored, clock }: TrimOptions): () => Promise<void> {
  if (bound === null) return async () => {};
  /** An artifact never changes. */
  const sizes = new Map<Digest, number>();

  const trim = async () => {
    const digests = await local.digests();
    let total = 0;
    for (const digest of digests) total += await sizeIn(sizes, local, digest);
    if (total <= bound) return;
    const used = await inUse();
    for (const { digest, at } of await byUse(local, digests)) {
      if (total <= bound) return;
      if (used.has(digest) || at > clock() - justUsed || !(await isStored(digest))) continue;
      if (await local.discard(digest, at)) total -= sizes.get(digest) ?? 0;
    }
  };

  /** Room is made again next time: what was published, or fetched, is so all the same. */
  const trimOrLeave = async () => {
    try {
      await trim();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
    }
  };

  let running: Promise<void> | null = null;
  return () => {
    running ??= trimOrLeave().finally(() => {
      running = null;
    });
    return running;
  };
}

async function sizeIn(sizes: Map<Digest, number>, local: LocalArtifacts, digest: Digest): Promise<number> {
  const known = sizes.get(digest);
  if (known !== undefined) return known;
  try {
    const size = await sizeOf(local.pathOf(digest));
    sizes.set(digest, size);
    return size;
  } catch (error) {
    // Another process removed it meanwhile.
    if (isMissing(error)) return 0;
    throw error;
  }
}

/** Longest unused first. */
async function byUse(local: LocalArtifacts, digests: readonly Digest[]): Promise<{ digest: Digest; at: number }[]> {
  const uses: { digest: Digest; at: number }[] = [];
  for (const digest of digests) {
    const at = await lastUse(local.pathOf(digest));
    if (at !== null) uses.push({ digest, at });
  }
  return uses.sort((a, b) => a.at - b.at);
}
