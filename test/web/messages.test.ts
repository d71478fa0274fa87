import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import { parseSync } from "vite";
import { describe, expect, it } from "vitest";

/** Every word that people read in the browser is there in both languages, and none is written anywhere else. */

const web = fileURLToPath(new URL("../../web/src/", import.meta.url));

interface Messages {
  readonly [key: string]: string | Messages;
}

function isMessages(value: unknown): value is Messages {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((part) => typeof part === "string" || isMessages(part))
  );
}

/** `empty.title` → its text. */
function flat(messages: Messages, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(messages)) {
    if (typeof value === "string") found.set(prefix + key, value);
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) found.set(inner, text);
  }
  return found;
}

/** Without the plural's suffix: languages differ in how many forms they have. */
function stem(key: string): string {
  return key.replace(/_(?:zero|one|two|few|many|other)$/, "");
}

function holes(text: string): string[] {
  return [...text.matchAll(/\{\{\s*([^},\s]+)/g)].map(([, name]) => name ?? "").sort();
}

/** Keys in one language alone, empty texts, and texts whose `{{holes}}` differ. */
function faults(en: ReadonlyMap<string, string>, zh: ReadonlyMap<string, string>): string[] {
  const stems = (of: ReadonlyMap<string, string>) => new Set([...of.keys()].map(stem));
  const [left, right] = [stems(en), stems(zh)];
  const found = [
    ...[...left].filter((key) => !right.has(key)).map((key) => `zh lacks ${key}`),
    ...[...right].filter((key) => !left.has(key)).map((key) => `en lacks ${key}`),
    ...[...en].filter(([, text]) => text.trim() === "").map(([key]) => `en: ${key} is empty`),
    ...[...zh].filter(([, text]) => text.trim() === "").map(([key]) => `zh: ${key} is empty`),
  ];
  for (const key of left) {
    // A singular may leave its count out: "one run".
    const of = (texts: ReadonlyMap<string, string>) =>
      holes(texts.get(key) ?? texts.get(`${key}_other`) ?? "").join(", ");
    if (right.has(key) && of(en) !== of(zh)) found.push(`${key}: {{${of(en)}}} in English, {{${of(zh)}}} in Chinese`);
  }
  return found;
}

interface Namespace {
  readonly name: string;
  readonly en: ReadonlyMap<string, string>;
  readonly zh: ReadonlyMap<string, string>;
}

async function namespaces(): Promise<Namespace[]> {
  const files = globSync("**/messages.ts", { cwd: web }).sort();
  return Promise.all(
    files.map(async (path) => {
      const { messages }: { messages?: { en?: unknown; zh?: unknown } } = await import(join(web, path));
      if (!isMessages(messages?.en) || !isMessages(messages.zh))
        throw new Error(`${path} has no messages in en and zh`);
      return { name: path.split("/").at(-2) ?? path, en: flat(messages.en), zh: flat(messages.zh) };
    }),
  );
}

const sources = globSync(["**/*.ts", "**/*.tsx"], { cwd: web, ignore: ["**/*.test.ts", "**/messages.ts"] })
  .sort()
  .map((path) => ({ path, text: readFileSync(join(web, path), "utf8") }));

/** A node of the syntax tree, of which no more is known than that it has a type. */
interface Node {
  readonly type: string;
  readonly [part: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function partsOf(node: Node): readonly Node[] {
  return Object.values(node).flat().filter(isNode);
}

function treeOf(source: string): Node {
  const { program, errors } = parseSync("source.tsx", source);
  const tree: unknown = program;
  if (errors.length > 0 || !isNode(tree)) throw new Error(`cannot be parsed: ${errors[0]?.message}`);
  return tree;
}

function nameOf(node: unknown): string {
  return isNode(node) && typeof node.name === "string" ? node.name : "";
}

/** Attributes whose value is read by people. */
const read = ["title", "label", "placeholder", "description", "alt", "aria-label", "aria-description"];
/** What is typed as it stands, in every language. */
const verbatim = ["code", "kbd", "pre"];
/** Names are the same in every language. */
const names = ["Cairn"];

/** Texts that an expression may come to, as far as they are written in it. */
function literals(node: Node): readonly string[] {
  if (node.type === "Literal" || node.type === "JSXText") return typeof node.value === "string" ? [node.value] : [];
  if (node.type === "TemplateLiteral") return partsOf({ type: "", quasis: node.quasis }).map(quasiText);
  const results = ["ConditionalExpression", "LogicalExpression", "JSXExpressionContainer", "ParenthesizedExpression"];
  if (!results.includes(node.type)) return [];
  return [node.consequent, node.alternate, node.left, node.right, node.expression].filter(isNode).flatMap(literals);
}

function quasiText({ value }: Node): string {
  return typeof value === "object" && value !== null && "raw" in value ? String(value.raw) : "";
}

/** Words between tags, and in attributes that are read out, that are written in the source. Signs are not words. */
function rawWords(source: string): string[] {
  const found: string[] = [];
  const visit = (node: Node) => {
    if (node.type === "JSXElement" && isNode(node.openingElement)) {
      if (verbatim.includes(nameOf(node.openingElement.name))) return;
    }
    if (node.type === "JSXElement" || node.type === "JSXFragment") {
      found.push(...partsOf({ type: "", children: node.children }).flatMap(literals));
    }
    if (node.type === "JSXAttribute" && read.includes(nameOf(node.name)) && isNode(node.value)) {
      found.push(...literals(node.value));
    }
    partsOf(node).forEach(visit);
  };
  visit(treeOf(source));
  return found
    .map((text) => text.trim())
    .filter((text) => /\p{L}{2}|\p{Script=Han}/u.test(text) && !names.includes(text));
}

/** Keys that are asked for by their full name, with the file's own namespace or the one before the colon. */
function askedKeys(source: string): { readonly namespace: string | null; readonly key: string }[] {
  const calls: (readonly [string, string])[] = [];
  const visit = (node: Node) => {
    const [first] = node.type === "CallExpression" ? partsOf({ type: "", arguments: node.arguments }) : [];
    if (first?.type === "Literal" && typeof first.value === "string") calls.push([nameOf(node.callee), first.value]);
    partsOf(node).forEach(visit);
  };
  visit(treeOf(source));
  const named = new Set(calls.filter(([name]) => name === "useTranslation").map(([, namespace]) => namespace));
  const own = named.size === 1 ? ([...named][0] ?? null) : null;
  return calls
    .filter(([name]) => name === "t")
    .map(([, asked]) => {
      const [namespace = "", key] = asked.split(":");
      return key === undefined ? { namespace: own, key: asked } : { namespace, key };
    });
}

describe("messages", () => {
  it("are in both languages, none empty, with the same holes", async () => {
    const found = await namespaces();
    expect(found.length).toBeGreaterThan(5);
    expect(found.flatMap(({ name, en, zh }) => faults(en, zh).map((fault) => `${name}: ${fault}`))).toEqual([]);
  });

  it("are there for every key that is asked for", async () => {
    const known = new Map((await namespaces()).map(({ name, en }) => [name, new Set([...en.keys()].map(stem))]));
    const missing = sources.flatMap(({ path, text }) =>
      askedKeys(text)
        .filter(({ namespace, key }) => namespace !== null && !known.get(namespace)?.has(stem(key)))
        .map(({ namespace, key }) => `${path}: ${namespace}:${key}`),
    );
    expect(missing).toEqual([]);
  });

  it("are the only words in the pages", () => {
    const wrong = sources
      .filter(({ path }) => path.endsWith(".tsx"))
      .flatMap(({ path, text }) => rawWords(text).map((words) => `${path}: ${words}`));
    expect(wrong).toEqual([]);
  });
});

describe("the tools of this test", () => {
  it("see a missing, an extra and an empty text, and different holes", () => {
    const en = flat({ a: "A", b: { c: "{{n}} C" }, d_one: "one", d_other: "{{count}} d" });
    expect(faults(en, flat({ a: "甲", b: { c: "丙 {{n}}" }, d_other: "{{count}} 丁" }))).toEqual([]);
    expect(faults(en, flat({ a: " ", b: { c: "丙" }, e: "戊" }))).toEqual([
      "zh lacks d",
      "en lacks e",
      "zh: a is empty",
      "b.c: {{n}} in English, {{}} in Chinese",
    ]);
  });

  it("see raw words in tags and attributes, and nothing else", () => {
    const words = (jsx: string) => rawWords(`const a = ${jsx};`);
    expect(words(`<p>Hello there</p>`)).toEqual(["Hello there"]);
    expect(words(`<p className={a}>\n  你好 {name}\n</p>`)).toEqual(["你好"]);
    expect(words(`<p>{yes ? "Yes" : t("no")}{some && \`all \${n}\`}</p>`)).toEqual(["Yes", "all"]);
    expect(words(`<Button title="Press me" data-x="no words">{t("x")}</Button>`)).toEqual(["Press me"]);
    expect(words(`<p aria-label={a ? "One" : two}>{t("x")} · {n}<kbd>Esc</kbd></p>`)).toEqual(["One"]);
    expect(rawWords(`const f = (a: Map<string, number>): Set<string> => a.size > 1 && b < c;`)).toEqual([]);
  });

  it("see the keys that are asked for", () => {
    const text = `const { t } = useTranslation("home"); t("a.b"); t("components:c", { count: 1 }); t(\`x.\${y}\`); // t("no")`;
    expect(askedKeys(text)).toEqual([
      { namespace: "home", key: "a.b" },
      { namespace: "components", key: "c" },
    ]);
  });
});
