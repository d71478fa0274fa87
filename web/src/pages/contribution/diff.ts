/** A unified diff as the viewer shows it: text only, never markup. */

export type DiffLine =
  | { readonly kind: "hunk"; readonly text: string }
  | { readonly kind: "same"; readonly text: string; readonly before: number; readonly after: number }
  | { readonly kind: "added"; readonly text: string; readonly after: number }
  | { readonly kind: "removed"; readonly text: string; readonly before: number };

export interface DiffFile {
  readonly path: string;
  readonly hunks: string;
  readonly added: number;
  readonly removed: number;
}

const hunkHead = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/** The lines of hunks, numbered as they stand in the file before and after. */
export function diffLines(hunks: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  for (const line of hunks.replace(/\n$/, "").split("\n")) {
    const head = hunkHead.exec(line);
    if (head !== null) {
      before = Number(head[1]);
      after = Number(head[3]);
      lines.push({ kind: "hunk", text: line });
    } else if (line.startsWith("+")) {
      lines.push({ kind: "added", text: line.slice(1), after: after++ });
    } else if (line.startsWith("-")) {
      lines.push({ kind: "removed", text: line.slice(1), before: before++ });
    } else if (line.startsWith("\\")) {
      lines.push({ kind: "hunk", text: line });
    } else {
      lines.push({ kind: "same", text: line.slice(1), before: before++, after: after++ });
    }
  }
  return lines;
}

/**
 * The files of a whole patch, as far as it can be read: what is pasted is often cut off, and the server says what is
 * wrong with it. How many lines a hunk has is told by its head, so a removed `-- x` is not taken for a file's name.
 */
export function patchFiles(patch: string): DiffFile[] {
  const files: { path: string; lines: string[] }[] = [];
  let from = "";
  let left = { before: 0, after: 0 };
  for (const line of patch.replaceAll("\r\n", "\n").split("\n")) {
    const file = files.at(-1);
    const head = hunkHead.exec(line);
    if (file !== undefined && (left.before > 0 || left.after > 0)) {
      file.lines.push(line);
      left = leftAfter(left, line);
    } else if (head !== null && file !== undefined) {
      file.lines.push(line);
      left = { before: Number(head[2] ?? 1), after: Number(head[4] ?? 1) };
    } else if (line.startsWith("--- ")) {
      from = pathOf(line);
    } else if (line.startsWith("+++ ")) {
      const to = pathOf(line);
      files.push({ path: to === "/dev/null" ? from : to, lines: [] });
    }
  }
  return files.map(({ path, lines }) => ({ path, hunks: lines.join("\n"), ...countLines(lines) }));
}

function leftAfter(left: { before: number; after: number }, line: string) {
  if (line.startsWith("\\")) return left;
  return {
    before: left.before - (line.startsWith("+") ? 0 : 1),
    after: left.after - (line.startsWith("-") ? 0 : 1),
  };
}

function pathOf(line: string): string {
  const path = line.slice(4).replace(/\t.*$/, "").trim();
  return path.replace(/^[ab]\//, "");
}

function countLines(lines: readonly string[]) {
  return {
    added: lines.filter((line) => line.startsWith("+")).length,
    removed: lines.filter((line) => line.startsWith("-")).length,
  };
}
