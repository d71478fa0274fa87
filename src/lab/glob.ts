import picomatch from "picomatch";

/**
 * The globs of `code:`. `*` and `?` stay within a directory, `**` crosses them, `{a,b}` and `[ab]` choose; a backslash
 * takes the next character as it is. A name that begins with a dot is matched only where the glob writes the dot
 * (`.config/*`), at every depth. No negation: what is listed counts.
 */
const options = { dot: false, nonegate: true, windows: false } as const;

const matchers = new Map<string, (path: string) => boolean>();

/** Whether a path (relative, `/` between) is matched by a glob. */
export function globMatches(glob: string, path: string): boolean {
  let matcher = matchers.get(glob);
  if (matcher === undefined) {
    const compiled = picomatch(glob.replace(/^(\.\/)+/, ""), options);
    matcher = (candidate) => compiled(candidate);
    matchers.set(glob, matcher);
  }
  return matcher(path);
}

/** Why a path or glob of the user's cannot be used, or null: it must stay inside the lab on every machine. */
export function pathProblem(path: string): string | null {
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return "is absolute";
  if (path.split("/").includes("..")) return "leads out of its directory with `..`";
  if (path.includes("\0")) return "holds a NUL character";
  if (path.includes("\\") && !/[*?[\]{}()!]/.test(path)) return "holds a backslash";
  return null;
}

/** Cairn's and git's own files: never part of what a contribution may change. */
export function isInternal(path: string): boolean {
  const [first = ""] = path.replace(/^(\.\/)+/, "").split("/");
  return first === ".cairn" || path.split("/").some((name) => name.toLowerCase() === ".git");
}
