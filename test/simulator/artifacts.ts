import { type Digest, sha256 } from "../../src/base/digest.ts";
import { ok } from "../../src/base/result.ts";
import type { Artifacts } from "../../src/run/run.ts";
import type { Disk } from "./disk.ts";
import { cross, type Process, type World } from "./world.ts";

/** Directories by the digest of their content, shared by all processes of a lab. */
export class SimulatedArtifacts {
  /** What is there; a damaged one is there, and is not what its name says. */
  readonly #kept = new Map<Digest, { readonly content: string; damaged: boolean }>();
  /** What was harmed since it was published last. */
  readonly #harmed = new Set<Digest>();

  of(process: Process, disk: Disk): Artifacts {
    return {
      publish: (directory) =>
        cross(process, disk.pace(), () => {
          disk.mayFail("write", "publish", directory);
          const content = disk.tree.listing(directory);
          const digest = sha256(content);
          const known = this.#kept.get(digest);
          if (known === undefined || known.damaged) {
            this.#kept.set(digest, { content, damaged: false });
            this.#harmed.delete(digest);
            disk.tree.remove(directory);
          }
          process.world.log(() => `${process.name} publishes ${digest.slice(0, 6)} of ${directory}`);
          return ok(digest);
        }),
      open: (digest) =>
        cross(process, disk.pace(), () => {
          disk.mayFail("read", "open artifact", digest);
          const known = this.#kept.get(digest);
          if (known?.damaged === true) this.#kept.delete(digest);
          process.world.log(() => `${process.name} opens artifact ${digest.slice(0, 6)}`);
          return known?.damaged === false ? `/artifacts/${digest}` : null;
        }),
      isIntact: (digest) =>
        cross(process, disk.pace(), () => {
          disk.mayFail("read", "look at artifact", digest);
          return this.#kept.get(digest)?.damaged === false;
        }),
    };
  }

  /** What an artifact holds; null: it was never published. Harm that was done to it since does not count. */
  content(digest: Digest): string | null {
    return this.#kept.get(digest)?.content ?? null;
  }

  isHarmed(digest: Digest): boolean {
    return this.#harmed.has(digest);
  }

  /** One of them is lost, or is not what it was. */
  harmOne(world: World): void {
    if (this.#kept.size === 0) return;
    const [digest, artifact] = world.pick([...this.#kept]);
    const lost = world.chance(0.5);
    if (lost) this.#kept.delete(digest);
    else artifact.damaged = true;
    this.#harmed.add(digest);
    world.count(lost ? "artifact lost" : "artifact damaged");
    world.log(() => `artifact ${digest.slice(0, 6)} is ${lost ? "lost" : "damaged"}`);
  }
}
