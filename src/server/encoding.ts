import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const gzipped = promisify(gzip);
const brotlied = promisify(brotliCompress);

export type Encoding = "br" | "gzip" | "identity";

/** What the client takes, best first; a weight of 0 says that it does not. */
export function encodingFor(accepted: string | null): Encoding {
  const taken = (accepted ?? "")
    .split(",")
    .map((part) =>
      part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/),
    )
    .filter(([, weight]) => weight === undefined || !/^q=0(?:\.0*)?$/.test(weight))
    .map(([name]) => name);
  if (taken.includes("br")) return "br";
  return taken.includes("gzip") ? "gzip" : "identity";
}

/** @param care thorough: once, for what is sent many times. quick: for one answer. */
export async function encoded(bytes: Uint8Array, encoding: Encoding, care: "thorough" | "quick"): Promise<Uint8Array> {
  switch (encoding) {
    case "identity":
      return bytes;
    case "gzip":
      return gzipped(bytes, { level: care === "thorough" ? 9 : 3 });
    case "br":
      return brotlied(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: care === "thorough" ? 9 : 3 } });
  }
}
