/**
 * How numbers are written. An estimate is shown to the digits its interval supports (the Particle Data Group's rule,
 * Rev. Part. Phys. §5.3: two digits of the uncertainty below 3.55, else one), so that a reader never sees a digit that
 * the next seed would change. Pure, and shipped to the page's script as well.
 */

/** Centre and bounds of a credible interval. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const minus = "\u2212";
const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Decimal places that an uncertainty of ± `halfWidth` supports; negative: tens, hundreds. Null: no uncertainty. */
export function decimalsOf(halfWidth: number): number | null {
  if (!(halfWidth > 0) || !Number.isFinite(halfWidth)) return null;
  const exponent = Math.floor(Math.log10(halfWidth));
  const leading = halfWidth / 10 ** exponent;
  if (leading >= 9.5) return -exponent;
  return (leading < 3.55 ? 1 : 0) - exponent;
}

/** More digits than this no reader takes in, however narrow the interval. */
const mostDigits = 6;

/** `decimals` null: four significant digits, and whole numbers whole. Never more than six significant digits. */
export function formatNumber(value: number, decimals: number | null = null): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${minus}∞`;
  const size = Math.abs(value);
  if (size >= 1e7) return formatLarge(value, decimals);
  const most = size > 0 ? Math.max(0, mostDigits - 1 - Math.floor(Math.log10(size))) : Number.POSITIVE_INFINITY;
  const places = Math.min(decimals ?? defaultDecimals(value), most);
  if (size < 1e-4 && places > 6) return formatPower(value, places);
  const step = places < 0 ? 10 ** -places : 1;
  const exact = fixed(Math.round(size / step) * step, size, places);
  const text = places > 0 && (decimals === null || places < decimals) ? exact.replace(/\.?0+$/, "") : exact;
  return value < 0 && /[1-9]/.test(text) ? minus + text : text;
}

/** With `+` or `−`; nothing before a number that rounds to zero. */
export function formatSigned(value: number, decimals: number | null = null): string {
  const text = formatNumber(value, decimals);
  return value > 0 && /[1-9∞]/.test(text) ? `+${text}` : text;
}

function defaultDecimals(value: number): number {
  if (value === 0 || Number.isInteger(value)) return 0;
  return Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))));
}

function fixed(rounded: number, size: number, places: number): string {
  if (places <= 0) return group(String(rounded));
  const [whole = "0", rest = ""] = size.toFixed(places).split(".");
  return `${group(whole)}.${rest}`;
}

function group(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

function formatLarge(value: number, decimals: number | null): string {
  const exponent = Math.min(12, 3 * Math.floor(Math.log10(Math.abs(value)) / 3));
  const suffix = exponent >= 12 ? "T" : exponent >= 9 ? "B" : "M";
  const places = decimals === null ? 1 : Math.min(3, Math.max(0, decimals + exponent));
  const text = fixed(Math.round(Math.abs(value) / 10 ** exponent), Math.abs(value) / 10 ** exponent, places);
  return `${value < 0 ? minus : ""}${text}\u00a0${suffix}`;
}

function formatPower(value: number, places: number): string {
  if (value === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  const mantissa = (Math.abs(value) / 10 ** exponent).toFixed(Math.min(2, Math.max(0, places + exponent)));
  return `${value < 0 ? minus : ""}${mantissa}×10${superscript(exponent)}`;
}

function superscript(exponent: number): string {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => superscripts[Number(digit)] ?? "");
  return exponent < 0 ? `⁻${digits}` : digits;
}

/** Decimal places for every number of one estimate. */
export function decimalsOfEstimate(estimate: Estimate): number | null {
  return decimalsOf((estimate.high - estimate.low) / 2);
}

/** `24.3 to 31.9`. */
export function formatRange(estimate: Estimate, signed = false): string {
  const decimals = decimalsOfEstimate(estimate);
  const write = signed ? formatSigned : formatNumber;
  return `${write(estimate.low, decimals)} to ${write(estimate.high, decimals)}`;
}

/** The centre alone, to the digits its interval supports. */
export function formatMean(estimate: Estimate, signed = false): string {
  return (signed ? formatSigned : formatNumber)(estimate.mean, decimalsOfEstimate(estimate));
}

/** `−0.71 bits/byte (−0.75 to −0.67)`; without an interval of any width, the number alone. */
export function formatDifference(estimate: Estimate, unit = ""): string {
  const mean = formatMean(estimate, true) + unit;
  return estimate.low === estimate.high ? mean : `${mean} (${formatRange(estimate, true)})`;
}

/** A probability: `98%`, `>99.9%`. */
export function formatProbability(probability: number): string {
  if (probability > 0.999 && probability < 1) return ">99.9%";
  if (probability < 0.001 && probability > 0) return "<0.1%";
  const percent = probability * 100;
  return `${formatNumber(percent, percent > 99 && percent < 100 ? 1 : 0)}%`;
}

/** A relative change: `+8.1%`, `−22%`. */
export function formatRelative(fraction: number): string {
  const percent = fraction * 100;
  return `${formatSigned(percent, Math.abs(percent) < 10 ? 1 : 0)}%`;
}

/** An e-value: evidence against "no gain". */
export function formatEvidence(e: number): string {
  if (e >= 1e5) return formatPower(e, -Math.floor(Math.log10(e)) + 1);
  return formatNumber(e, e < 10 ? 1 : 0);
}

/** Wall time: `48 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 0.05) return "0 s";
  if (seconds < 9.95) return `${formatNumber(seconds, 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return joinUnits(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return joinUnits(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  return joinUnits(Math.floor(hours / 24), "d", hours % 24, "h");
}

function joinUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Reserved time of cores or GPUs: `40 core-seconds`, `12 core-minutes`, `3.4 core-hours`. */
export function formatDeviceTime(seconds: number, device: "core" | "GPU" = "core"): string {
  const [amount, unit] =
    seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  const text = formatNumber(amount, amount < 9.95 && unit === "hour" ? 1 : 0);
  return `${text} ${device}-${unit}${text === "1" ? "" : "s"}`;
}

/** `22 November 2026, 06:53 UTC`. */
export function formatInstant(milliseconds: number): string {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return "an unknown time";
  const day = date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
  return `${day}, ${time} UTC`;
}

/** `1 run`, `1,024 runs`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatNumber(count)} ${count === 1 ? noun : nouns}`;
}

/** `a`, `a and b`, `a, b and c`; more than `limit` are counted: `a, b and 3 more`. */
export function listing(names: readonly string[], limit = Number.POSITIVE_INFINITY): string {
  const shown = names.length > limit ? [...names.slice(0, limit - 1), `${names.length - limit + 1} more`] : names;
  const last = shown.at(-1) ?? "";
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(", ")} and ${last}`;
}
