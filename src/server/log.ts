import { type Logger, pino, stdTimeFunctions } from "pino";
import { z } from "zod";

export type Log = Pick<Logger, "debug" | "info" | "error">;

const entry = z.looseObject({ level: z.number(), time: z.string(), msg: z.string().default("") });

/**
 * json: a JSON object a line, reads too. lines: for a person beside it, writes and failures alone. No secret goes in:
 * neither headers nor bodies nor queries are handed to it.
 * @param write takes one line, with its end
 */
export function createLog(format: "json" | "lines", write: (line: string) => void): Log {
  const level = format === "json" ? "debug" : "info";
  const destination = { write: format === "json" ? write : (line: string) => write(plainLine(line)) };
  return pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, destination);
}

function plainLine(line: string): string {
  const { level, time, msg, ...fields } = entry.parse(JSON.parse(line));
  const at = time.slice(11, 19);
  const mark = level >= 50 ? "error: " : "";
  const rest = Object.entries(fields).map(([name, value]) =>
    name === "err" ? errorText(value) : `${name}=${word(value)}`,
  );
  return `${[at, `${mark}${safe(msg)}`, ...rest].join("  ")}\n`;
}

function errorText(value: unknown): string {
  const parsed = z.object({ stack: z.string() }).safeParse(value);
  return parsed.success ? `\n${parsed.data.stack.split("\n").map(safe).join("\n")}` : word(value);
}

function word(value: unknown): string {
  return safe(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
}

/** Nothing that a terminal takes for more than text: controls, and marks that turn the direction of writing. */
function safe(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
