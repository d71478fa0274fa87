import type { Digest } from "../base/digest.ts";
import { type ArtifactStore, createArtifacts } from "../cache/artifacts.ts";
import { type ArtifactBucket, createArtifactBucket, proofKey } from "../cache/storage/artifact-bucket.ts";
import { parseLocation } from "../cache/storage/location.ts";
import { openS3 } from "../cache/storage/s3.ts";
import { createStoredArtifacts } from "../cache/stored.ts";
import type { Store } from "../store/store.ts";
import { usage } from "./errors.ts";

/** The variables that say where artifacts are kept. */
export type StorageEnvironment = Readonly<Record<string, string | undefined>>;

/** How long, in milliseconds, a storage that does not answer is asked again: for what was long in the making, and else. */
const publishPatience = 300_000;
const otherPatience = 20_000;

/**
 * Artifacts in the workspace; where `CAIRN_ARTIFACTS_URL` is set, in that bucket, and in the workspace at hand. Nothing is
 * asked of the bucket yet.
 * @throws CairnError `usage` when a variable is not right.
 */
export function openArtifacts(workspace: string, store: Store, env: StorageEnvironment): ArtifactStore {
  const local = createArtifacts(workspace);
  const bound = readBound(env.CAIRN_ARTIFACTS_CACHE ?? "");
  const bucket = readStorage(env);
  if (bucket === null) return local;
  return createStoredArtifacts({
    root: workspace,
    local,
    storage: bucket(otherPatience),
    patient: bucket(publishPatience),
    bound,
    inUse: () => inUse(store),
    clock: Date.now,
  });
}

/** What a storage was found to be. */
interface StorageProof {
  /** As people write it; nothing in it is secret. */
  readonly place: string;
  /** Its own, just now, in milliseconds since 1970; null: it does not tell. */
  readonly clock: number | null;
}

/**
 * Writes to the storage, reads and lists; null: artifacts are in the workspace alone.
 * @throws CairnError `usage` when a variable is not right; StorageError
 */
export async function proveStorage(env: StorageEnvironment): Promise<StorageProof | null> {
  readBound(env.CAIRN_ARTIFACTS_CACHE ?? "");
  const storage = readStorage(env)?.(otherPatience) ?? null;
  if (storage === null) return null;
  await storage.prove();
  const proof = await storage.bucket.look(proofKey);
  return { place: storage.bucket.name, clock: proof === null || proof.changedAt === 0 ? null : proof.changedAt };
}

/** The bucket that artifacts are kept in, asked so patiently; null: there is none. */
function readStorage(env: StorageEnvironment): ((patience: number) => ArtifactBucket) | null {
  const url = env.CAIRN_ARTIFACTS_URL ?? "";
  if (url === "") return null;
  const location = parseLocation(url);
  if (!location.ok) throw usage(`CAIRN_ARTIFACTS_URL is not right: ${location.error}`, "docs/storage.md has examples.");
  // An endpoint of one's own seldom cares for the region, but a signature needs one.
  const own = location.value.endpoint === null ? null : "us-east-1";
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? own;
  return (patience) => createArtifactBucket(openS3(location.value, { patience, region }));
}

/** Outputs that the stages of unfinished runs read or may come to read. */
async function inUse(store: Store): Promise<ReadonlySet<Digest>> {
  const used = new Set<Digest>();
  for (const run of await store.listRuns()) {
    if (run.state !== "running" && run.state !== "pending") continue;
    for (const { attempt } of run.stages) {
      const result = attempt === null ? null : await store.findAttemptResult(attempt);
      if (result !== null) used.add(result.output);
    }
  }
  return used;
}

const units: Readonly<Record<string, number>> = { MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** Bytes; null: as many as there are. */
function readBound(text: string): number | null {
  if (text === "") return null;
  const [, number, unit = ""] = /^([0-9]+(?:\.[0-9]+)?)\s*([MGT]iB)$/.exec(text.trim()) ?? [];
  const bytes = Number(number) * (units[unit] ?? Number.NaN);
  if (bytes > 0) return bytes;
  throw usage(
    `CAIRN_ARTIFACTS_CACHE is not right: ${JSON.stringify(text)}`,
    "It is a size such as 500MiB, 50GiB or 2TiB.",
  );
}
