import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Change } from "../../src/api/lab.ts";
import type { Live } from "../../src/app/live/live.ts";
import { type LiveOptions, openLive } from "../../src/app/live/open.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A copy of the planted lab with some of its contributions: few are decided about in seconds. */
export function copyLab(contributions: readonly string[]): string {
  const dir = mkdtempSync(join(tmpdir(), "cairn-serve-"));
  const planted = join(root, "labs", "planted");
  cpSync(planted, dir, { recursive: true, filter: (path) => !path.endsWith(".cairn") && !path.endsWith(".test.ts") });
  for (const file of readdirSync(join(dir, "contributions"))) {
    if (!contributions.includes(file.replace(/\..*$/, ""))) rmSync(join(dir, "contributions", file));
  }
  return dir;
}

export function propose(dir: string, id: string, set: string): void {
  const text = `title: ${id}\nby: [someone]\narea: optimization\nset: { ${set} }\n`;
  writeFileSync(join(dir, "contributions", `${id}.yaml`), text);
}

/** A lab that is open, and everything that it has told of. */
export interface Watched {
  readonly live: Live;
  readonly seen: readonly Change[];
  close(): Promise<void>;
}

export async function watchLive(
  dir: string,
  options: Partial<LiveOptions> = {},
  since: number | null = null,
): Promise<Watched> {
  const live = await openLive(dir, { scale: null, run: true, cpus: 2, gpus: null, ...options });
  const { seen, stop } = listen(live, since);
  return {
    live,
    seen,
    close: async () => {
      await live.close();
      await stop();
    },
  };
}

export function listen(live: Live, since: number | null) {
  const end = new AbortController();
  const seen: Change[] = [];
  const listening = (async () => {
    for await (const change of live.changes(since, end.signal)) seen.push(change);
  })();
  return {
    seen,
    stop: async () => {
      end.abort();
      await listening;
    },
  };
}

/** @param seconds generous: the machine may be busy with other things. @throws when it does not come true in time. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>, seconds = 100): Promise<void> {
  const deadline = performance.now() + 1000 * seconds;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await delay(20);
  }
}
