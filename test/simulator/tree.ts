/** A folder in memory: the shared disk of a simulated lab. Names are `/` between; contents are ASCII. */
export interface Folder {
  readonly kind: "folder";
  readonly children: Map<string, Node>;
}
export interface File {
  readonly kind: "file";
  content: string;
}
export type Node = Folder | File;

export class SystemError extends Error {
  readonly code: string;
  readonly syscall = "simulated";
  constructor(code: string, path: string) {
    super(`${code}: ${path}`);
    this.code = code;
  }
}

export class Tree {
  readonly root: Folder = { kind: "folder", children: new Map() };

  find(path: string): Node | null {
    let node: Node = this.root;
    for (const name of namesOf(path)) {
      if (node.kind === "file") throw new SystemError("ENOTDIR", path);
      const child = node.children.get(name);
      if (child === undefined) return null;
      node = child;
    }
    return node;
  }

  need(path: string): Node {
    const node = this.find(path);
    if (node === null) throw new SystemError("ENOENT", path);
    return node;
  }

  folder(path: string): Folder {
    const node = this.need(path);
    if (node.kind === "file") throw new SystemError("ENOTDIR", path);
    return node;
  }

  exists(path: string): boolean {
    try {
      return this.find(path) !== null;
    } catch {
      return false;
    }
  }

  text(path: string): string {
    const node = this.need(path);
    if (node.kind === "folder") throw new SystemError("EISDIR", path);
    return node.content;
  }

  write(path: string, content: string): void {
    const [parent, name] = this.#split(path);
    const known = parent.children.get(name);
    if (known?.kind === "folder") throw new SystemError("EISDIR", path);
    if (known === undefined) parent.children.set(name, { kind: "file", content });
    else known.content = content;
  }

  append(path: string, text: string): void {
    this.write(path, this.exists(path) ? this.text(path) + text : text);
  }

  make(path: string, recursive: boolean): void {
    if (!recursive) {
      const [parent, name] = this.#split(path);
      if (parent.children.has(name)) throw new SystemError("EEXIST", path);
      parent.children.set(name, { kind: "folder", children: new Map() });
      return;
    }
    let node: Folder = this.root;
    for (const name of namesOf(path)) {
      let child = node.children.get(name);
      if (child === undefined) {
        child = { kind: "folder", children: new Map() };
        node.children.set(name, child);
      }
      if (child.kind === "file") throw new SystemError("EEXIST", path);
      node = child;
    }
  }

  remove(path: string): void {
    if (!this.exists(path)) return;
    const [parent, name] = this.#split(path);
    parent.children.delete(name);
  }

  move(from: string, to: string): void {
    const node = this.need(from);
    const [target, name] = this.#split(to);
    const there = target.children.get(name);
    if (there?.kind === "folder" && there.children.size > 0) throw new SystemError("ENOTEMPTY", to);
    this.remove(from);
    target.children.set(name, node);
  }

  /** Every file under a folder with its content, in the order of the names. */
  listing(path: string): string {
    const lines: string[] = [];
    const visit = (folder: Folder, prefix: string) => {
      for (const [name, node] of [...folder.children].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (node.kind === "file") lines.push(`${prefix}${name}=${node.content}`);
        else visit(node, `${prefix}${name}/`);
      }
    };
    visit(this.folder(path), "");
    return lines.join("\n");
  }

  #split(path: string): [Folder, string] {
    const at = path.lastIndexOf("/");
    return [this.folder(path.slice(0, at)), path.slice(at + 1)];
  }
}

const split = new Map<string, readonly string[]>();

function namesOf(path: string): readonly string[] {
  const known = split.get(path);
  if (known !== undefined) return known;
  const names = path.split("/").filter((name) => name !== "");
  // The same few hundred names come again and again, as long as a history lasts.
  if (split.size > 1000) split.clear();
  split.set(path, names);
  return names;
}
