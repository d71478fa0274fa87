import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import { describe, expect, it } from "vitest";

/**
 * The style sheet of the component library comes in parts, and `web/src/shell/mantine.css` takes in those that are used:
 * the whole is twice as large. A part that is missing shows a component bare, so the list is held to be exactly what the
 * components that are imported need.
 */

const root = fileURLToPath(new URL("../../", import.meta.url));
const library = join(root, "node_modules/@mantine/core");
const list = join(root, "web/src/shell/mantine.css");

/** What is always there. */
const ground = ["baseline", "default-css-variables", "global"];
/** Used by the library's notifications, which are a package of their own. */
const ofNotifications = ["Notification"];

function usedComponents(): string[] {
  const sources = globSync("web/src/**/*.{ts,tsx}", { cwd: root, ignore: ["**/*.test.ts"] });
  const statements = sources.flatMap((path) => [
    ...readFileSync(join(root, path), "utf8").matchAll(/import \{([^}]*)\} from "@mantine\/core"/g),
  ]);
  const names = statements.flatMap(([, words = ""]) => words.split(",").map((word) => word.trim()));
  return [...new Set([...names, ...ofNotifications])].filter((name) => name !== "" && !name.startsWith("type "));
}

/** Styles of everything that these components' modules reach. */
function neededStyles(components: readonly string[]): Set<string> {
  const index = readFileSync(join(library, "esm/index.mjs"), "utf8");
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path) || !existsSync(path)) return;
    seen.add(path);
    for (const [, to = ""] of readFileSync(path, "utf8").matchAll(/from "(\.[^"]+)"/g))
      visit(resolve(dirname(path), to));
  };
  for (const name of components) {
    const from = new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from "([^"]+)"`).exec(index)?.[1];
    if (from === undefined) throw new Error(`the library has no ${name}`);
    visit(join(library, "esm", from));
  }
  return new Set([...seen].map((path) => /\/(\w+)\.module\.mjs$/.exec(path)?.[1] ?? "").filter((name) => name !== ""));
}

/** As the library orders them: a later part overrides an earlier one. */
function inOrder(names: Iterable<string>): string[] {
  const whole = readFileSync(join(library, "styles.css"), "utf8");
  const firstClass = (name: string) =>
    /\.m_\w+/.exec(readFileSync(join(library, "styles", `${name}.css`), "utf8"))?.[0];
  return [...names].toSorted((a, b) => whole.indexOf(firstClass(a) ?? a) - whole.indexOf(firstClass(b) ?? b));
}

function listed(): string[] {
  return [...readFileSync(list, "utf8").matchAll(/@import "@mantine\/core\/styles\/([\w-]+)\.css"/g)].map(
    ([, name = ""]) => name,
  );
}

describe("the component library's styles", () => {
  it("are those of the components that are used, in the library's order", () => {
    expect(listed()).toEqual([...ground, ...inOrder(neededStyles(usedComponents()))]);
  });

  it("are found through what a component is made of", () => {
    const needed = neededStyles(["Select"]);
    expect(needed.has("Combobox") && needed.has("Input") && needed.has("Popover")).toBe(true);
    expect(needed.has("Table")).toBe(false);
  });
});
