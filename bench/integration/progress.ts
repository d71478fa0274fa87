/** How far the bench is, on standard error: one line that renews itself on a terminal, else a line now and then. */
export interface Progress {
  readonly step: (what: string) => void;
  readonly end: () => void;
}

const secondsBetweenLines = 15;

export function createProgress(total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  const start = performance.now();
  let done = 0;
  let printed = start;
  const line = (what: string): string => {
    const seconds = (performance.now() - start) / 1000;
    const left = done === 0 ? "?" : duration((seconds / done) * (total - done));
    return `${done} of ${total} replays, ${duration(seconds)} gone, about ${left} to go; last: ${what}`;
  };
  return {
    step: (what) => {
      done++;
      const now = performance.now();
      if (stream.isTTY) {
        if (now - printed < 100 && done < total) return;
        stream.write(`\r\x1b[2K${line(what).slice(0, (stream.columns ?? 80) - 1)}`);
      } else {
        if (now - printed < 1000 * secondsBetweenLines && done < total) return;
        stream.write(`${line(what)}\n`);
      }
      printed = now;
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
