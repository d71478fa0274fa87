import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { reportSchema } from "../../src/api/report.ts";
import { renderHtml } from "../../src/report/html.ts";
import { escapeHtml, html, Markup } from "../../src/report/markup.ts";
import { buildScript, inlined, shippedModules } from "../../src/report/page/bundle.ts";
import { hostileReport } from "./fixtures/hostile.ts";
import { decided, samples } from "./fixtures/samples.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Every start and end tag outside scripts and styles. */
function tagsOf(
  page: string,
): readonly { readonly name: string; readonly closing: boolean; readonly attributes: ReadonlyMap<string, string> }[] {
  const markup = page.replace(/(<(script|style)\b[^>]*>)[\s\S]*?(<\/\2>)/g, "$1$3");
  return [...markup.matchAll(/<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*\/?>/g)].map(
    ([, slash, name, rest]) => ({
      name: name ?? "",
      closing: slash === "/",
      attributes: new Map(
        [...(rest ?? "").matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, key, value]) => [key ?? "", value ?? ""]),
      ),
    }),
  );
}

const elements = ["meta", "link", "input", "br", "rect", "circle", "line", "path", "ellipse"];

describe.each([...Object.entries(samples), ["hostile", hostileReport] as const])("%s", (_name, make) => {
  const report = make();
  const page = renderHtml(report);
  const tags = tagsOf(page);

  test("every element that opens closes, in order", () => {
    const open: string[] = [];
    for (const { name, closing } of tags) {
      if (elements.includes(name)) continue;
      if (closing) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  test("nothing is fetched and nothing is inline but what the policy names", () => {
    for (const { name, attributes } of tags) {
      expect(["iframe", "object", "embed", "base", "audio", "video"]).not.toContain(name);
      for (const [key, value] of attributes) {
        expect(key).not.toMatch(/^on|^style$|^srcdoc$/);
        if (["src", "href", "action", "poster", "data", "xlink:href"].includes(key))
          expect(value).toMatch(/^(#[\w-]*|data:,)$/);
      }
    }
  });

  test("the policy allows this script and this style by their hashes", () => {
    const policy =
      tags
        .find(({ attributes }) => attributes.get("http-equiv") === "Content-Security-Policy")
        ?.attributes.get("content") ?? "";
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, code]) => hash(code ?? ""));
    const styles = [...page.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, code]) => hash(code ?? ""));
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect([scripts.length, styles.length]).toEqual([1, 1]);
    for (const allowed of [...scripts, ...styles]) expect(policy).toContain(allowed);
  });

  test("the data inside is the report", () => {
    const data = /<script type="application\/json" id="report-data">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "";
    expect(reportSchema.parse(JSON.parse(data))).toEqual(report);
  });

  test("ids are unique and every inner link has its target", () => {
    const ids = tags.flatMap(({ attributes }) => attributes.get("id") ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { attributes } of tags) {
      const target = attributes.get("href");
      if (target?.startsWith("#")) expect(ids).toContain(target.slice(1));
    }
  });

  test("places in charts are numbers", () => {
    const places = ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height"];
    const values = tags.flatMap(({ attributes }) => places.flatMap((key) => attributes.get(key) ?? []));
    expect(values.filter((value) => !/^-?\d+(\.\d+)?%?$/.test(value))).toEqual([]);
    expect(
      tags.flatMap(({ attributes }) => [...attributes.values()]).filter((it) => /undefined|\[object/.test(it)),
    ).toEqual([]);
  });
});

test("every contribution is on the page with its title, level, sentence and change", () => {
  const report = decided();
  const page = renderHtml(report);
  for (const { title, level, change, by } of report.contributions) {
    for (const text of [title, level, ...change, ...by]) expect(page).toContain(escapeHtml(text));
  }
  for (const { id } of report.runs) expect(page).toContain(`data-sort="${id}"`);
});

test("templates escape what is put into them, and only markup passes", () => {
  expect(html`<p title="${`"'<&>`}">${["a<b", new Markup("<i>x</i>"), null, 3]}</p>`.text).toBe(
    '<p title="&#34;&#39;&#60;&#38;&#62;">a&#60;b<i>x</i>3</p>',
  );
});

describe("the script", () => {
  test("is JavaScript: no import, export or type is left, and it ends no element", () => {
    const script = buildScript();
    expect(() => new Function(script)).not.toThrow();
    expect(script).not.toMatch(/^\s*(import|export)\b/m);
    expect(script).not.toMatch(/<\/script|<!--/i);
  });

  test("has each top-level name once", () => {
    const names = [...buildScript().matchAll(/^(?:const|let|function|class) (\w+)/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test("ships modules after what they import", () => {
    expect(inlined('import { a } from "./a.ts";\nexport const b = 1;\n// note\n')).toBe("\nconst b = 1;\n");
    expect(shippedModules.indexOf("../format.ts")).toBeLessThan(shippedModules.indexOf("./forest.ts"));
  });

  test("client.js has no type error against the browser's types", { timeout: 120_000 }, () => {
    const flags = [
      "--ignoreConfig",
      "--noEmit",
      "--allowJs",
      "--checkJs",
      "--strict",
      "--target",
      "esnext",
      "--module",
      "nodenext",
      "--allowImportingTsExtensions",
      "--skipLibCheck",
      "--types",
      "",
      "--lib",
      "esnext,dom,dom.iterable",
    ];
    const files = ["src/report/page/client.js", "test/report/fixtures/shipped.d.ts"];
    const { stdout } = spawnSync(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), ...flags, ...files],
      { cwd: root, encoding: "utf8" },
    );
    expect(stdout).toBe("");
  });
});
