import { readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import { describe, expect, it } from "vitest";

/**
 * Who may import whom, as a table; ARCHITECTURE.md tells the same in words. Type imports count. A folder imports itself
 * and what its row names; `types` may be imported with `import type` only. Tests and their tools (`*.test.ts`,
 * `*.test-util.ts`) may import anything.
 */
interface Row {
  readonly values: readonly string[];
  readonly types?: readonly string[];
  /** Nothing of the machine: bytes, time and randomness come in as arguments. */
  readonly pure?: true;
}

const table: Readonly<Record<string, Row>> = {
  base: { values: [], pure: true },
  math: { values: ["base"], pure: true },
  lab: { values: ["base", "math"], pure: true },
  recipe: { values: ["base", "math", "lab"], pure: true },
  contribution: { values: ["base", "math", "lab", "recipe"], pure: true },
  evidence: { values: ["base", "math", "lab", "recipe", "contribution"], pure: true },
  plan: { values: ["base", "math", "lab", "recipe", "contribution", "evidence"], pure: true },
  decision: { values: ["base", "math", "lab", "recipe", "contribution", "evidence", "plan"], pure: true },
  release: { values: ["base", "math", "lab", "recipe", "contribution", "evidence", "plan", "decision"], pure: true },

  run: { values: ["base", "recipe"], types: ["lab", "evidence"] },
  cache: { values: ["base"], types: ["lab", "recipe", "run", "app"] },
  store: { values: ["base"], types: ["lab", "recipe", "evidence", "run", "app"] },

  api: { values: ["base"], pure: true },
  report: { values: ["base", "api"], pure: true },
  app: {
    values: [
      ...["base", "math", "lab", "recipe", "contribution", "evidence", "plan", "decision", "release"],
      ...["run", "cache", "store", "api", "report"],
    ],
  },
  server: { values: ["base", "app", "api"] },
  cli: { values: ["base", "app", "api", "report", "server"] },
  // The report's pure parts too: a number or a chart is the same in the terminal, on the page and in the browser.
  web: { values: ["api", "report"] },
};

/** Single imports that the table does not allow, each with the reason why it is right all the same. */
const exceptions: readonly { readonly from: string; readonly to: string; readonly because: string }[] = [
  {
    from: "run/environment.ts",
    to: "lab/protocol.ts",
    because: "the protocol's names are one list: the lab's reader checks holes against what the runner hands out",
  },
];

/** Uses of the machine in a pure folder, each with its reason. */
const impurities: readonly { readonly file: string; readonly uses: string; readonly because: string }[] = [
  { file: "base/clock.ts", uses: "Date.now", because: "the one production clock; everything else is handed a Clock" },
  { file: "base/clock.ts", uses: "performance.", because: "the one production clock" },
  {
    file: "report/page/bundle.ts",
    uses: "node:fs",
    because: "reads the style and the code that it puts into the page",
  },
  {
    file: "report/page/bundle.ts",
    uses: "node:module",
    because: "takes the types off the code that it puts into the page",
  },
];

/** Where programs start; every other file is reached from one of them. */
const entryPoints = ["cli/main.ts", "web/main.tsx"];

/** Test doubles that stand beside the effect they double. */
const testDoubles = ["run/executors/inline.ts"];

/** A node module that is a pure function of its arguments. */
const harmlessModules = ["node:crypto", "node:util", "node:zlib"];

const machine = [
  "process.",
  "Date.now",
  "new Date()",
  "Math.random",
  "performance.",
  "console.",
  "fetch(",
  "setTimeout(",
];

interface Import {
  readonly to: string;
  readonly typeOnly: boolean;
}

interface File {
  /** Relative to src, `/` between; of the web's files, `web/` and the path relative to web/src. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** Source text without its comments; strings are kept. */
function withoutComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, string) => string ?? "",
  );
}

/** Every static import, re-export, dynamic import and type import of a source text. */
function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  const statement = /^\s*(?:import|export)\s+(type\s)?[^;"'`]*?\bfrom\s+"([^"]+)"/gm;
  for (const [, type, to] of code.matchAll(statement)) if (to) found.push({ to, typeOnly: type !== undefined });
  for (const [, to] of code.matchAll(/^\s*import\s+"([^"]+)"/gm)) if (to) found.push({ to, typeOnly: false });
  for (const [, to] of code.matchAll(/\bimport\(\s*"([^"]+)"/g)) if (to) found.push({ to, typeOnly: false });
  const threads = /\bnew Worker\(\s*new URL\(\s*"([^"]+)"/g;
  for (const [, to] of code.matchAll(threads)) if (to) found.push({ to, typeOnly: false });
  return found;
}

const src = fileURLToPath(new URL("../src/", import.meta.url));
const root = dirname(src);

const web = join(root, "web", "src");

function filesIn(folder: string, pattern: string, prefix: string): File[] {
  return globSync(pattern, { cwd: folder, ignore: ["**/*.test.ts", "**/*.test-util.ts", "**/golden/**"] })
    .sort()
    .map((path) => {
      const text = readFileSync(join(folder, path), "utf8");
      return { path: `${prefix}${path}`, text, imports: importsOf(text) };
    });
}

const files: readonly File[] = [...filesIn(src, "**/*.ts", ""), ...filesIn(web, "**/*.{ts,tsx}", "web/")];

const folderOf = (path: string): string => path.split("/")[0] ?? "";

/** As files are named here; null for a package or a node module. */
function resolved(from: string, to: string): string | null {
  if (!to.startsWith(".")) return null;
  const at = (path: string) => (folderOf(path) === "web" ? path.replace("web/", "web/src/") : `src/${path}`);
  const target = posix.join(posix.dirname(at(from)), to);
  return target.startsWith("web/src/") ? target.replace("web/src/", "web/") : posix.relative("src", target);
}

function isAllowed(from: string, to: string, typeOnly: boolean): boolean {
  const [source, target] = [folderOf(from), folderOf(to)];
  const row = table[source];
  if (source === target || row === undefined) return row !== undefined;
  if (row.values.includes(target)) return true;
  if (typeOnly && row.types?.includes(target)) return true;
  return exceptions.some((e) => e.from === from && e.to === to);
}

/** One cycle of the graph as its path, or null. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): string[] | null => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return null;
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next, [...path, node]);
      if (cycle !== null) return cycle;
    }
    done.add(node);
    return null;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

const graph = new Map(
  files.map((file) => [file.path, file.imports.flatMap(({ to }) => resolved(file.path, to) ?? [])] as const),
);

describe("the tools of this test", () => {
  it("see every kind of import, and none in a comment or a string", () => {
    const text = [
      `import a from "./a.ts";`,
      `import {\n  b,\n  type C,\n} from "../x/b.ts";`,
      `import type { D } from "./d.ts";`,
      `export { e } from "./e.ts";`,
      `import "./f.ts";`,
      `const g = await import("./g.ts");`,
      `// import h from "./h.ts";`,
      `/* import i from "./i.ts"; */`,
      `new Worker(new URL("./j.ts", import.meta.url));`,
    ].join("\n");
    expect(importsOf(text).map(({ to }) => to)).toEqual([
      ...["./a.ts", "../x/b.ts", "./d.ts", "./e.ts", "./f.ts", "./g.ts", "./j.ts"],
    ]);
    expect(importsOf(text).filter((i) => i.typeOnly)).toEqual([{ to: "./d.ts", typeOnly: true }]);
  });

  it("find a cycle and do not invent one", () => {
    const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));
    expect(findCycle(graph({ a: ["b", "c"], b: ["c"], c: [] }))).toBeNull();
    expect(findCycle(graph({ a: ["b"], b: ["c"], c: ["b"] }))).toEqual(["b", "c", "b"]);
  });

  it("refuse a rightward import, and a value where only types may pass", () => {
    expect(isAllowed("lab/parse.ts", "plan/plan.ts", true)).toBe(false);
    expect(isAllowed("run/scheduler.ts", "plan/plan.ts", true)).toBe(false);
    expect(isAllowed("run/scheduler.ts", "evidence/evidence.ts", true)).toBe(true);
    expect(isAllowed("run/scheduler.ts", "evidence/evidence.ts", false)).toBe(false);
    expect(isAllowed("unknown/x.ts", "unknown/y.ts", false)).toBe(false);
  });
});

describe("imports", () => {
  it("go only where the table allows", () => {
    const wrong = files.flatMap((file) =>
      file.imports.flatMap(({ to, typeOnly }) => {
        const target = resolved(file.path, to);
        if (target === null || isAllowed(file.path, target, typeOnly)) return [];
        return [`${file.path} imports ${typeOnly ? "a type of" : "a value of"} ${target}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it("stay inside src, name the file with its extension, and find it there", () => {
    const known = new Set(files.map((file) => file.path));
    const isData = (path: string) => /\.(json|css)$/.test(path);
    const wrong = files.flatMap((file) =>
      (graph.get(file.path) ?? [])
        .filter((target) => !known.has(target) && !isData(target))
        .map((target) => `${file.path}: ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("form no cycle, types counted", () => {
    expect(findCycle(graph)).toBeNull();
  });

  it("reach every file from an entry point", () => {
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const next of graph.get(path) ?? []) visit(next);
    };
    for (const entry of entryPoints) visit(entry);
    expect(files.map((file) => file.path).filter((path) => !reached.has(path))).toEqual(testDoubles);
  });

  it("name packages that package.json lists as dependencies, or node's own", () => {
    const manifest: Record<"dependencies" | "optionalDependencies", Record<string, string>> = JSON.parse(
      readFileSync(join(root, "package.json"), "utf8"),
    );
    const listed = { ...manifest.dependencies, ...manifest.optionalDependencies };
    const wrong = files.flatMap((file) =>
      file.imports
        .filter(({ to }) => !to.startsWith(".") && !to.startsWith("node:"))
        .filter(({ to }) => !(to.split("/", to.startsWith("@") ? 2 : 1).join("/") in listed))
        .map(({ to }) => `${file.path}: ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it("have no exception that is not needed", () => {
    const unused = exceptions.filter((e) => !(graph.get(e.from) ?? []).includes(e.to));
    expect(unused).toEqual([]);
  });
});

describe("folders", () => {
  it("are all in the table", () => {
    const folders = new Set(files.map((file) => folderOf(file.path)));
    expect([...folders].filter((folder) => !(folder in table))).toEqual([]);
  });

  it("construct backends in app alone", () => {
    const backends = ["run", "cache", "store"];
    const constructors = Object.entries(table)
      .filter(([folder, row]) => !backends.includes(folder) && backends.some((b) => row.values.includes(b)))
      .map(([folder]) => folder);
    expect(constructors).toEqual(["app"]);
  });

  it("that are pure use nothing of the machine", () => {
    const excused = (file: string, uses: string) => impurities.some((i) => i.file === file && i.uses === uses);
    const wrong = files
      .filter((file) => table[folderOf(file.path)]?.pure)
      .flatMap((file) => {
        const code = withoutComments(file.text);
        const modules = file.imports
          .map(({ to }) => to)
          .filter((to) => to.startsWith("node:") && !harmlessModules.includes(to));
        const globals = machine.filter((use) => new RegExp(`(?<![\\w.])${RegExp.escape(use)}`).test(code));
        return [...modules, ...globals].filter((use) => !excused(file.path, use)).map((use) => `${file.path}: ${use}`);
      });
    expect(wrong).toEqual([]);
  });
});

describe("source files", () => {
  it("re-export nothing: no barrels", () => {
    const wrong = files.filter(
      ({ path, text }) =>
        posix.basename(path) === "index.ts" || /^\s*export\s+(?:type\s+)?(?:\*|\{[^}]*\})[^;"]*\bfrom\b/m.test(text),
    );
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  it("silence the type checker nowhere", () => {
    const silencers =
      /\bas\s+any\b|:\s*any(?=\s*(?:[;,)=\]|&{>]|$))|<any>|\bas\s+unknown\s+as\b|@ts-(?:ignore|nocheck|expect-error)/;
    const all = globSync(["src/**/*.ts", "web/src/**/*.{ts,tsx}", "test/**/*.ts", "bench/**/*.ts", "labs/**/*.ts"], {
      cwd: root,
      ignore: ["**/golden/**", "**/node_modules/**", "**/.cairn/**", "test/architecture.test.ts"],
    });
    const wrong = all.filter((path) => silencers.test(readFileSync(join(root, path), "utf8")));
    expect(wrong).toEqual([]);
  });
});
