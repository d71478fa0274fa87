/**
 * How far the bench is, on standard error: one line that renews itself on a terminal, else a line now and then. Replays
 * differ a thousandfold in length, so what is left is reckoned by kind, each with the mean of those that are done.
 */
export interface Progress {
  readonly step: (kind: string, seconds: number) => void;
  readonly end: () => void;
}

const secondsBetweenLines = 15;

interface Kind {
  left: number;
  done: number;
  seconds: number;
}

/** `kinds`: one entry a job, what it is of. */
export function createProgress(
  jobKinds: readonly string[],
  threads: number,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  const kinds = new Map<string, Kind>();
  for (const name of jobKinds) {
    const kind = kinds.get(name);
    if (kind === undefined) kinds.set(name, { left: 1, done: 0, seconds: 0 });
    else kind.left++;
  }
  const start = performance.now();
  let printed = start;
  let done = 0;

  const line = (last: string): string => {
    const all = [...kinds.values()];
    const mean = all.reduce((sum, kind) => sum + kind.seconds, 0) / done;
    const left = all.reduce((sum, kind) => sum + kind.left * (kind.done > 0 ? kind.seconds / kind.done : mean), 0);
    const gone = (performance.now() - start) / 1000;
    return `${done} of ${jobKinds.length} replays, ${duration(gone)} gone, about ${duration(left / threads)} to go (${last})`;
  };
  return {
    step: (name, seconds) => {
      const kind = kinds.get(name);
      if (kind === undefined) throw new RangeError(`no job is of ${name}`);
      kind.left--;
      kind.done++;
      kind.seconds += seconds;
      done++;
      const now = performance.now();
      const wait = stream.isTTY ? 100 : 1000 * secondsBetweenLines;
      if (now - printed < wait && done < jobKinds.length) return;
      printed = now;
      stream.write(stream.isTTY ? `\r\x1b[2K${line(name).slice(0, (stream.columns ?? 80) - 1)}` : `${line(name)}\n`);
    },
    end: () => {
      if (stream.isTTY && done > 0) stream.write("\n");
    },
  };
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
