import { type Disk, diskOf } from "./disk.ts";
import type { Node } from "./tree.ts";
import { cross, here } from "./world.ts";

/** What src/run uses of node:fs/promises, on the simulated disk of whichever process calls it. */

/** Kinds of system calls: of those that write, a full disk refuses. */
type Call = "read" | "write" | "change";

function touch<T>(call: Call, what: string, path: string, effect: (disk: Disk) => T): Promise<T> {
  const process = here();
  const disk = diskOf(process.world);
  return cross(process, disk.pace(), () => {
    disk.mayFail(call, what, path);
    const value = effect(disk);
    process.world.log(() => `${process.name} ${what} ${path}`);
    return value;
  });
}

const statOf = (node: Node) => ({
  size: node.kind === "file" ? node.content.length : 0,
  ctimeMs: 0,
  isFile: () => node.kind === "file",
  isDirectory: () => node.kind === "folder",
});

export const mkdir = (path: string, options?: { readonly recursive?: boolean }): Promise<undefined> =>
  touch("write", "mkdir", path, ({ tree }) => {
    tree.make(path, options?.recursive === true);
    return undefined;
  });

export const writeFile = (path: string, text: string): Promise<void> =>
  touch("write", "writeFile", path, ({ tree }) => tree.write(path, text));

export const readFile = (path: string, _encoding: "utf8"): Promise<string> =>
  touch("read", "readFile", path, ({ tree }) => tree.text(path));

export const stat = (path: string): Promise<ReturnType<typeof statOf>> =>
  touch("read", "stat", path, ({ tree }) => statOf(tree.need(path)));

export const lstat = stat;

export const chmod = (path: string, _mode: number): Promise<void> =>
  touch("read", "chmod", path, ({ tree }) => {
    tree.need(path);
  });

export const rename = (from: string, to: string): Promise<void> =>
  touch("change", "rename", from, ({ tree }) => tree.move(from, to));

export const rm = (path: string, _options: { readonly recursive: true; readonly force: true }): Promise<void> =>
  touch("change", "rm", path, ({ tree }) => tree.remove(path));

interface Entry {
  readonly name: string;
  isDirectory(): boolean;
}

export function readdir(path: string): Promise<string[]>;
export function readdir(path: string, options: { readonly withFileTypes: true }): Promise<Entry[]>;
export function readdir(path: string, options?: { readonly withFileTypes: true }): Promise<string[] | Entry[]> {
  return touch<string[] | Entry[]>("read", "readdir", path, ({ tree }) => {
    const children = [...tree.folder(path).children].sort(([a], [b]) => (a < b ? -1 : 1));
    if (options === undefined) return children.map(([name]) => name);
    return children.map(([name, node]) => ({ name, isDirectory: () => node.kind === "folder" }));
  });
}

export const statfs = (path: string): Promise<{ blocks: number; bavail: number; bsize: number }> =>
  touch("read", "statfs", path, ({ full }) => ({ blocks: 1 << 20, bavail: full ? 0 : 1 << 19, bsize: 4096 }));

/** A file that is open stays what it is, wherever its name goes. */
export const open = (path: string, _flags: "r" | number) =>
  touch("read", "open", path, ({ tree }) => {
    const node = tree.need(path);
    return {
      stat: () => touch("read", "fstat", path, () => statOf(node)),
      read: (buffer: Buffer, offset: number, length: number, position: number) =>
        touch("read", "read", path, () => {
          const text = node.kind === "file" ? node.content : "";
          const bytesRead = buffer.write(text.slice(position, position + length), offset, "latin1");
          return { bytesRead, buffer };
        }),
      close: async () => {},
    };
  });
