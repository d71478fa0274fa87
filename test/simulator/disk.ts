import { Tree } from "./tree.ts";
import { InjectedFault, type Pace, type World } from "./world.ts";

/** The disk of a simulated lab, and what is wrong with it. */
export interface Disk {
  readonly tree: Tree;
  full: boolean;
  pace(): Pace;
  /** @throws InjectedFault now and then */
  mayFail(call: "read" | "write" | "change", what: string, path: string): void;
}

const disks = new WeakMap<World, Disk>();

export function diskOf(world: World): Disk {
  const disk = disks.get(world);
  if (disk === undefined) throw new Error("the world has no disk yet");
  return disk;
}

/** @param errors how likely a call is to fail, until the world is calm */
export function createDisk(world: World, errors: number): Disk {
  const disk: Disk = {
    tree: new Tree(),
    full: false,
    // Slow once in a while, as shared disks are.
    pace: () => (world.chance(0.01) ? { least: 50, most: 3000 } : { least: 0.02, most: 2 }),
    mayFail: (call, what, path) => {
      if (world.calm) return;
      if (disk.full && call === "write") {
        world.count("disk full");
        world.log(() => `disk full: ${what} ${path}`);
        throw new InjectedFault("ENOSPC", what);
      }
      if (errors > 0 && world.chance(errors)) {
        world.count("input/output error");
        world.log(() => `EIO: ${what} ${path}`);
        throw new InjectedFault("EIO", what);
      }
    },
  };
  disks.set(world, disk);
  return disk;
}
