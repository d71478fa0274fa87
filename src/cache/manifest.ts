import type { Stats } from "node:fs";
import { lstat, readdir, readlink, realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { z } from "zod";
import { type Digest, isDigest, sha256 } from "../base/digest.ts";
import { canonicalJson } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { PublishProblem } from "../run/run.ts";
import { hashFile } from "./hash.ts";

/** What a directory holds, entry by entry; its digest names the directory. Owners, times and other mode bits are not in it. */
export type ManifestEntry =
  | {
      readonly kind: "file";
      readonly path: string;
      readonly size: number;
      readonly sha256: Digest;
      readonly executable: boolean;
    }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  /** Only one with nothing in it: the others are in their entries' paths. */
  | { readonly kind: "empty-directory"; readonly path: string };

/** Sorted by path, by UTF-16 code unit. */
export type Manifest = readonly ManifestEntry[];

export function manifestDigest(manifest: Manifest): Digest {
  return sha256(manifestText(manifest));
}

/** What a manifest's digest is the digest of. */
export function manifestText(manifest: Manifest): string {
  return canonicalJson({ schema: 1, entries: manifest.map((entry) => ({ ...entry })) });
}

/** A path from the directory on, that stays in it. */
const path = z.string().refine((text) => text.split("/").every((part) => !["", ".", ".."].includes(part)));
const digest = z.string().refine(isDigest);
const written = z.object({
  schema: z.literal(1),
  entries: z.array(
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("file"), path, size: z.int().min(0), sha256: digest, executable: z.boolean() }),
      z.object({ kind: z.literal("link"), path, target: z.string() }),
      z.object({ kind: z.literal("empty-directory"), path }),
    ]),
  ),
});

/** Reads a manifest's text; null: it is none. */
export function parseManifest(text: string): Manifest | null {
  try {
    return written.parse(JSON.parse(text)).entries;
  } catch {
    return null;
  }
}

/** Reads and hashes all of a directory. @throws when something in it cannot be read. */
export async function readManifest(root: string): Promise<Result<Manifest, PublishProblem>> {
  const entries: ManifestEntry[] = [];
  for (const found of await walk(root)) {
    const { path, stat } = found;
    const full = join(root, path);
    if (stat.isFile()) {
      const content = await hashFile(full, stat.size);
      entries.push({ kind: "file", path, size: stat.size, sha256: content, executable: (stat.mode & 0o111) !== 0 });
    } else if (stat.isSymbolicLink()) {
      const target = await readlink(full);
      const problem = await linkProblem(root, path, target);
      if (problem !== null) return err(problem);
      entries.push({ kind: "link", path, target });
    } else if (!stat.isDirectory()) {
      return err({ kind: "special-file", path });
    } else if (found.empty) {
      entries.push({ kind: "empty-directory", path });
    }
  }
  return ok(entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)));
}

/**
 * Changes whenever an entry's content may have changed, without reading content: what a directory is believed by once
 * it has been hashed. A modification time can be put back after an edit; the time of the inode's change cannot.
 */
export async function directoryIdentity(root: string): Promise<string> {
  const found = await walk(root);
  return found
    .map(({ path, stat }) => `${path}\0${stat.mode}:${stat.size}:${stat.ino}:${stat.mtimeMs}:${stat.ctimeMs}`)
    .join("\0");
}

export interface Found {
  /** Relative to the root, `/` between. */
  readonly path: string;
  readonly stat: Stats;
  /** Of a directory: nothing is in it. */
  readonly empty: boolean;
}

/** Everything under `root`, folders before what is in them, links not followed. */
export async function walk(root: string): Promise<Found[]> {
  const all: Found[] = [];
  const visit = async (folder: string): Promise<number> => {
    const names = (await readdir(join(root, folder))).sort();
    for (const name of names) {
      const path = folder === "" ? name : `${folder}/${name}`;
      const stat = await lstat(join(root, path));
      const at = all.push({ path, stat, empty: false }) - 1;
      if (stat.isDirectory() && (await visit(path)) === 0) all[at] = { path, stat, empty: true };
    }
    return names.length;
  };
  await visit("");
  return all;
}

/** A link may only lead to something inside, by a relative path: it must mean the same wherever the directory is. */
async function linkProblem(root: string, path: string, target: string): Promise<PublishProblem | null> {
  if (isAbsolute(target)) return { kind: "escaping-link", path, target };
  try {
    const inside = relative(await realpath(root), await realpath(join(root, path)));
    const leaves = inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside);
    return leaves ? { kind: "escaping-link", path, target } : null;
  } catch {
    return { kind: "broken-link", path, target };
  }
}
