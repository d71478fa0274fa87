import { registerHooks } from "node:module";
import { globals } from "./timers.ts";

/** What the runner reaches the machine by, and what stands for it here. */
const instead: readonly { readonly from: RegExp; readonly module: string; readonly to: string }[] = [
  { from: /\/src\/run\//, module: "node:fs/promises", to: "./files.ts" },
  { from: /\/src\/run\//, module: "node:timers/promises", to: "./timers.ts" },
  { from: /\/src\/store\/journal\.ts$/, module: "node:crypto", to: "./entropy.ts" },
];

/** From now on, what is imported of src/run lives in the simulation: to be called before anything of it is. */
export function enterSimulation(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const parent = context.parentURL ?? "";
      const found = instead.find(({ from, module }) => module === specifier && from.test(parent));
      return next(found === undefined ? specifier : new URL(found.to, import.meta.url).href, context);
    },
  });
  Object.assign(globalThis, globals);
}
