import { here } from "./world.ts";

/** As of node:crypto, from the seed. */
export function randomBytes(length: number): Buffer {
  const { rng } = here().world;
  return Buffer.from(Array.from({ length }, () => rng.int(256)));
}
