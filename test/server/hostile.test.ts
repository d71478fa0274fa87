import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRng, type Rng } from "../../src/base/rng.ts";
import { buildSite, measureBaseline, openDoor, openRig, type Rig } from "./rig.ts";

/** 5,000 paths that mean harm: none leads out of the folder that is served, none breaks the server. */

const site = buildSite();
const secret = "outside of the web";
let rig: Rig;
let run: string;
beforeAll(async () => {
  symlinkSync(join(site.folder, "..", "secret.txt"), join(site.folder, "link.txt"));
  mkdirSync(join(site.folder, ".git"));
  writeFileSync(join(site.folder, ".git", "config"), `${secret}\n`);
  writeFileSync(join(site.folder, "notes.sh"), `${secret}\n`);
  rig = await openRig(openDoor, { webFolder: site.folder }, measureBaseline);
  run = (await rig.live.session.store.listRuns())[0]?.id ?? "";
});
afterAll(async () => {
  await rig.close();
  site.dispose();
});

const up = [
  "..",
  "%2e%2e",
  "%2E.",
  ".%2e",
  "..%00",
  "..%2f",
  "..%5c",
  "%252e%252e",
  "%c0%ae%c0%ae",
  "%uff0e%uff0e",
  "..;",
  "．．",
  "..\\",
  "....//",
  "%ef%bc%8e%ef%bc%8e",
];
const between = ["/", "//", "\\", "%2f", "%5c", "%252f", "%c0%af", "/./", "/%2e/", "%00/", "⁄", "∕"];
const targets = [
  "secret.txt",
  "etc/passwd",
  "proc/self/environ",
  ".git/config",
  "link.txt",
  "notes.sh",
  "cairn.yaml",
  ".cairn/cairn.db",
  "C:/Windows/win.ini",
  "index.html%00.png",
  "~root/.ssh/id_rsa",
  "NUL",
  "aux.txt::$DATA",
];
const starts = [
  "/",
  "//",
  "/assets/",
  "/assets/../",
  "/api/",
  "/api/v1/",
  "/api/v1/runs/",
  "/api/v1/contributions/",
  "/api/v1/../",
  "///",
  "/%2f",
  "/%5c",
  "/\\",
  "/file:///",
  "/http://evil.example/",
  "/.",
  "/index.html/",
];
const odd = [
  "%",
  "%%",
  "%zz",
  "%00",
  "%0a",
  "%0d%0aset-cookie:x=1",
  "%7f",
  "%ff%fe",
  "\u202e",
  "💥",
  "%f0%9f%92%a5",
  "%ed%a0%80",
  "a".repeat(3000),
  "/".repeat(500),
  "../".repeat(300),
  "%2e%2e%2f".repeat(200),
  "?",
  "#",
  "&",
  "=",
  "{}",
  "$(id)",
  "`id`",
  "<script>",
  "%3Cscript%3E",
  "'--",
  "*",
  ":",
  ";",
];

function pick(rng: Rng, from: readonly string[]): string {
  return from[rng.int(from.length)] ?? "";
}

function hostilePath(rng: Rng): string {
  const climb = Array.from({ length: rng.int(7) }, () => pick(rng, up) + pick(rng, between)).join("");
  const noise = rng.uniform() < 0.3 ? pick(rng, odd) : "";
  return `${pick(rng, starts)}${noise}${climb}${pick(rng, targets)}${rng.uniform() < 0.15 ? pick(rng, odd) : ""}`;
}

/** Of the path as a parameter of an operation, and as the file that is asked of a stage. */
function addresses(path: string): string[] {
  const encoded = encodeURIComponent(path.isWellFormed() ? path : "x");
  return [
    path,
    `/api/v1/runs/${run}/stages/train/file?path=${encoded}`,
    `/api/v1/runs/${encoded}/stages/${encoded}/log`,
    `/api/v1/contributions/${encoded}`,
  ];
}

describe("hostile paths", () => {
  it("5,000 of them are answered calmly, and nothing from outside is in any answer", { timeout: 60_000 }, async () => {
    const rng = createRng("hostile paths");
    const paths = Array.from({ length: 2000 }, () => hostilePath(rng))
      .flatMap(addresses)
      .slice(0, 5000);
    expect(paths).toHaveLength(5000);
    const wrong: string[] = [];
    for (const path of paths) {
      const url = URL.canParse(path, "http://localhost") ? new URL(path, "http://localhost") : null;
      const host = url?.host === "localhost" ? path : `/${path.replace(/^[/\\]+/, "")}`;
      const response = await rig.request(host.startsWith("/") ? `http://localhost${host}` : host);
      const text = await response.text();
      const page = response.headers.get("content-type")?.startsWith("text/html") === true;
      const bad =
        response.status >= 500 ||
        text.includes(secret) ||
        /x:0:0:|SQLite format|^cairn: 1/m.test(text) ||
        (page && !text.startsWith("<!doctype html><title>Cairn</title>") && !text.includes("Cairn API")) ||
        response.headers.get("set-cookie") !== null;
      if (bad) wrong.push(`${response.status} ${path.slice(0, 200)}`);
    }
    expect(wrong).toEqual([]);
    expect(rig.logged.filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  it("a stage's own file is had by its name, to be saved and not to be shown", async () => {
    const response = await rig.request(`/api/v1/runs/${run}/stages/train/file?path=model.txt`);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/octet-stream"]);
    expect((await response.text()).length).toBeGreaterThan(0);
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="model.txt"/);
    expect(response.headers.get("content-security-policy")).toMatch(/^sandbox/);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("what lies in the web's folder by accident is not served: links, and what no page asks for", async () => {
    for (const path of ["/link.txt", "/.git/config", "/notes.sh"]) {
      const response = await rig.request(path);
      expect(await response.text(), path).not.toContain(secret);
    }
  });
});
