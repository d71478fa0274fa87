import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { sha256 } from "../base/digest.ts";
import { type Encoding, encoded, encodingFor } from "./encoding.ts";

/** What the web's build may hold; anything else is not served. */
const types: Readonly<Record<string, { readonly type: string; readonly shrinks: boolean }>> = {
  ".html": { type: "text/html; charset=utf-8", shrinks: true },
  ".js": { type: "text/javascript; charset=utf-8", shrinks: true },
  ".css": { type: "text/css; charset=utf-8", shrinks: true },
  ".svg": { type: "image/svg+xml", shrinks: true },
  ".json": { type: "application/json", shrinks: true },
  ".webmanifest": { type: "application/manifest+json", shrinks: true },
  ".txt": { type: "text/plain; charset=utf-8", shrinks: true },
  ".png": { type: "image/png", shrinks: false },
  ".ico": { type: "image/x-icon", shrinks: false },
  ".woff2": { type: "font/woff2", shrinks: false },
};

interface Asset {
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly shrinks: boolean;
  /** Named by its content, so that it never changes. */
  readonly hashed: boolean;
  readonly digest: string;
  /** Made when they are first asked for. */
  readonly encodings: Map<Encoding, Promise<Uint8Array>>;
}

/** Files of a built web: read once, so that no path of a request ever meets the disk. */
export interface Site {
  /** null: there is no such file, and the address is none of the web's own. */
  answer(path: string, headers: Headers): Promise<Response | null>;
}

/** @throws when the folder cannot be read. */
export function readSite(folder: string): Site {
  const assets = new Map<string, Asset>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const known = types[extname(entry.name)];
    if (!entry.isFile() || known === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    const address = `/${relative(folder, path).split(sep).join("/")}`;
    const hashed = /^\/assets\/.*-[\w-]{8,}\.\w+$/.test(address);
    assets.set(address, { ...known, bytes, hashed, digest: sha256(bytes).slice(0, 32), encodings: new Map() });
  }
  return {
    async answer(path, headers) {
      const asset = assets.get(path) ?? (isPage(path, headers) ? assets.get("/index.html") : undefined);
      return asset === undefined ? null : answerWith(asset, headers);
    },
  };
}

/** An address of the web's own routes: the page is the same, and finds out itself what to show. */
function isPage(path: string, headers: Headers): boolean {
  if (path.startsWith("/assets/")) return false;
  return extname(path) === "" || (headers.get("accept") ?? "").includes("text/html");
}

async function answerWith(asset: Asset, headers: Headers): Promise<Response> {
  const encoding = asset.shrinks ? encodingFor(headers.get("accept-encoding")) : "identity";
  const etag = `"${asset.digest}-${encoding}"`;
  const about = {
    etag,
    vary: "accept-encoding",
    "cache-control": asset.hashed ? "public, max-age=31536000, immutable" : "no-cache",
  };
  const known = (headers.get("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known.includes(etag)) return new Response(null, { status: 304, headers: about });
  const body = await bytesOf(asset, encoding);
  const type = { "content-type": asset.type, "content-length": String(body.byteLength) };
  const coded = encoding === "identity" ? {} : { "content-encoding": encoding };
  return new Response(new Uint8Array(body), { headers: { ...about, ...type, ...coded } });
}

function bytesOf(asset: Asset, encoding: Encoding): Promise<Uint8Array> {
  const made = asset.encodings.get(encoding) ?? encoded(asset.bytes, encoding, "thorough");
  asset.encodings.set(encoding, made);
  return made;
}
