import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "./json.ts";

/** A lower-case hexadecimal SHA-256. */
export type Digest = string & { readonly __digest: unique symbol };

const pattern = /^[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return pattern.test(text);
}

/** Reads a digest that was written earlier. @throws TypeError when the text is not one. */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw new TypeError(`not a SHA-256 digest: ${JSON.stringify(text)}`);
  return text;
}

export function sha256(bytes: Uint8Array | string): Digest {
  return parseDigest(createHash("sha256").update(bytes).digest("hex"));
}

/** The digest of a JSON value, by its canonical text. */
export function digestJson(value: Json): Digest {
  return sha256(canonicalJson(value));
}
