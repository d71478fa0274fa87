import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import { describe, expect, it } from "vitest";
import { z } from "zod";

/** The repository as ordinary tests see it: what must never be committed, and that what is written here holds together. */

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Tracked files, and untracked ones that git does not ignore; a copy without git is searched instead. */
function projectFiles(): string[] {
  try {
    const args = ["-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    const listed = execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\0");
    return listed.filter((path) => path !== "" && existsSync(join(root, path)));
  } catch {
    const ignore = ["**/node_modules/**", "**/.cairn/**", ".git/**", "cairn-demo/**"];
    return globSync("**", { cwd: root, dot: true, ignore });
  }
}

const paths = projectFiles();
const texts = paths
  .filter((path) => !statSync(join(root, path)).isDirectory())
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
  .filter(({ text }) => !text.includes("\0"));

/** This file names what it forbids. */
const self = "test/hygiene.test.ts";

/** `path:line: text` of every line that matches. */
function linesMatching(pattern: RegExp, among: (path: string) => boolean = () => true): string[] {
  return texts
    .filter(({ path }) => path !== self && among(path))
    .flatMap(({ path, text }) =>
      text
        .split("\n")
        .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 120)}`] : [])),
    );
}

const lock = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.looseObject({
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});

describe("no file", () => {
  it("names a folder of somebody's machine", () => {
    expect(linesMatching(/(?<![\w.@~}])\/(?:work|root|home\/[a-z]{2,}|Users\/[A-Za-z])(?:\/|\b(?!\w))/)).toEqual([]);
  });

  it("names a package registry or a mirror: npm knows its own", () => {
    const host = /https?:\/\/[^\s"')]*(?:registry|artifactory|nexus|mirror|npmjs|pypi|pythonhosted)|_authToken/i;
    expect(linesMatching(host)).toEqual([]);
  });

  it("is left half done", () => {
    expect(linesMatching(/\b(?:FIXME|TODO|XXX)\b|^(?:<{7}|>{7}|={7})(?: |$)/)).toEqual([]);
  });

  it("has carriage returns, trailing blanks or a missing last newline", () => {
    const exempt = (path: string) => path.includes("/golden/") || path.endsWith(".patch");
    const wrong = texts
      .filter(({ path, text }) => !exempt(path) && text !== "" && (/\r|[ \t]\n/.test(text) || !text.endsWith("\n")))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it("is large", () => {
    const limit = 512 * 1024;
    expect(paths.filter((path) => statSync(join(root, path)).size > limit)).toEqual([]);
  });
});

describe("the lock files", () => {
  it.each(["package-lock.json", "tools/node/package-lock.json"])(
    "%s pins by digest, names no host, runs no script",
    (path) => {
      const { packages } = lock.parse(JSON.parse(readFileSync(join(root, path), "utf8")));
      const installed = Object.entries(packages).filter(([name]) => name !== "");
      expect(installed.length).toBeGreaterThan(0);
      expect(installed.filter(([, entry]) => entry.resolved !== undefined).map(([name]) => name)).toEqual([]);
      expect(installed.filter(([, entry]) => entry.hasInstallScript).map(([name]) => name)).toEqual([]);
      expect(installed.filter(([, entry]) => entry.integrity === undefined).map(([name]) => name)).toEqual([]);
    },
  );

  it("and package.json pin exact versions", () => {
    const manifest = z.object({
      dependencies: z.record(z.string(), z.string()),
      devDependencies: z.record(z.string(), z.string()),
    });
    const { dependencies, devDependencies } = manifest.parse(
      JSON.parse(readFileSync(join(root, "package.json"), "utf8")),
    );
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+/.test(version),
    );
    expect(loose).toEqual([]);
  });
});

describe("the documents", () => {
  const documents = texts.filter(({ path }) => path.endsWith(".md"));

  it("link to files that exist", () => {
    const broken = documents.flatMap(({ path, text }) => {
      const prose = text.replace(/^```[\s\S]*?^```/gm, "");
      return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target]) => (target ?? "").replace(/#.*$/, ""))
        .filter((target) => target !== "" && !/^[a-z]+:/.test(target))
        .filter((target) => !existsSync(join(root, dirname(path), target)))
        .map((target) => `${path}: ${target}`);
    });
    expect(broken).toEqual([]);
  });
});

describe("the scripts", () => {
  it("are understood by the shell they name", () => {
    const scripts = texts.filter(({ text }) => /^#!\/bin\/sh|^#!\/(?:usr\/)?bin\/(?:env )?bash/.test(text));
    expect(scripts.map(({ path }) => path)).toContain("cairn");
    for (const { path, text } of scripts) {
      const shell = text.slice(0, text.indexOf("\n")).includes("bash") ? "bash" : "sh";
      execFileSync(shell, ["-n", join(root, path)]);
    }
  });
});
