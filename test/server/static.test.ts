import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { readSite } from "../../src/server/static.ts";
import { buildSite } from "./rig.ts";

const site = buildSite();
const web = readSite(site.folder);
afterAll(() => site.dispose());

const answer = async (path: string, headers: Record<string, string> = {}) => {
  const found = await web.answer(path, new Headers(headers));
  if (found === null) throw new Error(`${path} is not there`);
  return found;
};

describe("the web's files", () => {
  it("named by their content are kept for good, the page is asked for each time", async () => {
    expect((await answer("/assets/main-a1b2c3d4.js")).headers.get("cache-control")).toBe(
      "public, max-age=31536000, immutable",
    );
    for (const path of ["/", "/queue", "/runs/abc", "/index.html"]) {
      expect((await answer(path)).headers.get("cache-control"), path).toBe("no-cache");
    }
  });

  it("are not sent again to who has them", async () => {
    const first = await answer("/", { "accept-encoding": "gzip" });
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[0-9a-f]{32}-gzip"$/);
    const again = await answer("/", { "accept-encoding": "gzip", "if-none-match": `"other", W/${etag}` });
    expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
    expect((await answer("/", { "if-none-match": etag })).status).toBe(200);
  });

  it("come compressed as they are taken", async () => {
    const plain = Buffer.from(await (await answer("/assets/main-a1b2c3d4.js")).arrayBuffer());
    const coded = async (encoding: string) => {
      const response = await answer("/assets/main-a1b2c3d4.js", { "accept-encoding": encoding });
      expect(response.headers.get("content-encoding")).toBe(encoding);
      expect(response.headers.get("vary")).toBe("accept-encoding");
      return Buffer.from(await response.arrayBuffer());
    };
    const [gzip, br] = [await coded("gzip"), await coded("br")];
    expect(gunzipSync(gzip).equals(plain)).toBe(true);
    expect(brotliDecompressSync(br).equals(plain)).toBe(true);
    expect(gzip.byteLength).toBeLessThan(plain.byteLength / 5);
  });

  it("are the page for every address of the web's own, and nothing for a file that is not there", async () => {
    for (const path of ["/contributions/rotary", "/no/such/page", "/compare"]) {
      expect((await answer(path)).headers.get("content-type"), path).toBe("text/html; charset=utf-8");
    }
    expect((await answer("/runs/a.b", { accept: "text/html,*/*" })).status).toBe(200);
    expect(await web.answer("/assets/old-a1b2c3d4.js", new Headers({ accept: "text/html" }))).toBeNull();
    expect(await web.answer("/robots.txt", new Headers())).toBeNull();
  });
});
