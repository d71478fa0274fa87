import type { Diagnostics } from "./diagnostic.ts";
import type { Amount } from "./lab.ts";
import { describe, numberHelp } from "./node.ts";
import type { Value } from "./yaml.ts";

/** Numbers with a unit: amounts (`0.01`, `5%`), memory (`2GiB`), durations (`90s`, `10m`, `2h`). All are above 0. */

const numeral = "([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)";

/** In the objective's unit, or with `%` as a fraction of the baseline's value. */
export function readAmount(value: Value | null, name: string, out: Diagnostics): Amount | null {
  if (value === null) return null;
  const wanted = "a number above 0, or a percentage of the baseline's value such as 5%";
  if (value.kind === "number" && value.value > 0) return { kind: "absolute", value: value.value };
  const percent = value.kind === "string" ? Number(new RegExp(`^${numeral}\\s*%$`).exec(value.value.trim())?.[1]) : 0;
  if (percent > 0) return { kind: "relative", fraction: percent / 100 };
  return wrong(value, name, wanted, out, plainNumber(value));
}

const mebibytes: Readonly<Record<string, number>> = { MiB: 1, GiB: 1024, TiB: 1024 * 1024 };

/** MiB. */
export function readMemory(value: Value | null, name: string, out: Diagnostics): number | null {
  return readUnits(value, name, mebibytes, "a size such as 512MiB or 2GiB (a plain number is MiB)", out);
}

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Seconds. */
export function readDuration(value: Value | null, name: string, out: Diagnostics): number | null {
  return readUnits(value, name, seconds, "a duration such as 90s, 10m or 2h (a plain number is seconds)", out);
}

function readUnits(
  value: Value | null,
  name: string,
  units: Readonly<Record<string, number>>,
  wanted: string,
  out: Diagnostics,
): number | null {
  if (value === null) return null;
  if (value.kind === "number" && value.value > 0) return value.value;
  if (value.kind === "string") {
    const [, number, unit = ""] = new RegExp(`^${numeral}\\s*([A-Za-z]+)$`).exec(value.value.trim()) ?? [];
    const total = Number(number) * (Object.hasOwn(units, unit) ? (units[unit] ?? Number.NaN) : Number.NaN);
    if (total > 0) return total;
  }
  return wrong(value, name, wanted, out, plainNumber(value));
}

function plainNumber(value: Value): string | undefined {
  return value.kind === "string" && /%/.test(value.value) ? undefined : numberHelp(value);
}

function wrong(value: Value, name: string, wanted: string, out: Diagnostics, help: string | undefined): null {
  const message = `\`${name}\` must be ${wanted}, not ${describe(value)}.`;
  return out.error({ code: "bad-value", message, span: value.span, ...(help === undefined ? {} : { help }) });
}
