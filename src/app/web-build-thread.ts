/** Builds the web into a folder, once: `web-build.ts` starts it. */
import { join } from "node:path";
import { workerData } from "node:worker_threads";
import { build } from "vite";
import { z } from "zod";

const { root, folder } = z.object({ root: z.string(), folder: z.string() }).parse(workerData);
await build({
  root,
  configFile: join(root, "vite.config.ts"),
  logLevel: "error",
  build: { outDir: folder, emptyOutDir: true },
});
