import { cairn } from "./cairn.ts";
import type { Method } from "./method.ts";

/** In the order of the tables that people read. */
export const methods: readonly Method[] = [cairn];

export function methodNamed(name: string): Method | undefined {
  return methods.find((method) => method.name === name);
}
