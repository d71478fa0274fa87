import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { digestJson, sha256 } from "../base/digest.ts";
import { CairnError } from "./errors.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const web = join(root, "web");
const dist = join(web, "dist");
/** Written last: a build that was broken off has none. */
const stamp = join(dist, ".built-from");

/**
 * The folder of the built web, built now when its sources have changed since.
 * @param onBuild told before a build begins, which takes some seconds
 * @throws CairnError `run-failed` when it cannot be built.
 */
export async function builtWeb(onBuild: () => void): Promise<string> {
  const sources = digestOfSources();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return dist;
  onBuild();
  // Built beside, and moved when it is whole: another server may be reading the one that is there.
  const folder = join(web, "node_modules", `.build-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    await build(folder);
    writeFileSync(join(folder, ".built-from"), sources);
    const old = `${folder}-old`;
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(folder, dist);
    rmSync(old, { recursive: true, force: true });
  } catch (error) {
    // Another server may have put the same there first.
    if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== sources) throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return dist;
}

/** Of all that the build reads. */
function digestOfSources(): string {
  const patterns = [
    "web/*.*",
    "web/public/**/*.*",
    "web/src/**/*.*",
    "src/api/*.ts",
    "src/base/*.ts",
    "src/report/*.ts",
    "src/app/web-build*.ts",
    "package-lock.json",
  ];
  const paths = globSync(patterns, { cwd: root, exclude: ["web/dist/**", "web/node_modules/**"] }).sort();
  return digestJson(paths.map((path) => [path, sha256(readFileSync(join(root, path)))]));
}

/** In a thread: vite's own work is not the server's, and what it prints on the way is not told. */
function build(folder: string): Promise<void> {
  const worker = new Worker(new URL("./web-build-thread.ts", import.meta.url), {
    workerData: { root: web, folder },
    // Whatever this process is: under another name React is built for its developers.
    env: { ...process.env, NODE_ENV: "production" },
    execArgv: [],
    stdout: true,
  });
  return new Promise((resolve, reject) => {
    const fail = (text: string) => {
      const detail = text.split("\n").slice(0, 20);
      reject(new CairnError({ kind: "run-failed", message: "the web interface could not be built", detail }));
    };
    worker.once("error", (error) => fail(error instanceof Error ? error.message : String(error)));
    worker.once("exit", (code) => (code === 0 ? resolve() : fail(`its thread ended with code ${code}`)));
  });
}
