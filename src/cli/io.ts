import { styleText } from "node:util";

/** The terminal as one argument: production default here, a recorder in the tests. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results: what a script reads. */
  out(text: string): void;
  /** Progress and errors: what a person watches. */
  note(text: string): void;
  readonly color: boolean;
  /** Whether a person is watching stderr, so that progress may be redrawn in place. */
  readonly live: boolean;
  readonly unicode: boolean;
  readonly width: number;
}

/** Colour follows NO_COLOR and FORCE_COLOR (no-color.org), then whether anyone is looking. */
export function terminalIo(): Io {
  const env = process.env;
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "0";
  const refused = (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  const locale = env.LC_ALL ?? env.LC_CTYPE ?? env.LANG ?? "C.UTF-8";
  return {
    cwd: process.cwd(),
    env,
    out: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    color: !refused && (forced || process.stdout.isTTY === true),
    live: process.stderr.isTTY === true && env.TERM !== "dumb" && env.CI === undefined,
    unicode: /utf-?8/i.test(locale) || process.stdout.isTTY !== true,
    width: Math.max(60, Math.min(process.stdout.columns ?? process.stderr.columns ?? 80, 120)),
  };
}

type Style = Parameters<typeof styleText>[0];

export function painter(io: Io): (style: Style, text: string) => string {
  return (style, text) => (io.color ? styleText(style, text, { validateStream: false }) : text);
}

/** The one way a reading command prints for programs. */
export function outJson(io: Io, value: unknown): void {
  io.out(JSON.stringify(value, null, 2));
}
