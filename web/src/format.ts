import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import {
  decimalsOfEstimate,
  type Estimate,
  formatEvidence,
  formatMean,
  formatNumber,
  formatProbability,
  formatSigned,
} from "../../src/report/format.ts";
import type { Language } from "./i18n.ts";

/**
 * Numbers, times and units as people read them, in the page's language. Estimates are shown to the digits their interval
 * supports, by the report's own rule. Seconds are seconds; instants are milliseconds since 1970.
 */

type WireNumber = number | "NaN" | "Infinity" | "-Infinity";

export interface Format {
  /** Four significant digits, whole numbers whole; of a diverged run: NaN, ∞. */
  readonly number: (value: WireNumber) => string;
  /** `+0.14` */
  readonly signed: (value: number) => string;
  /** `2.214 bits/byte (2.208 to 2.221)` */
  readonly estimate: (value: Estimate, unit?: string | null) => string;
  /** `+0.14 bits/byte (+0.05 to +0.22)` */
  readonly difference: (value: Estimate, unit?: string | null) => string;
  /** The centre of a difference alone, to the digits that its interval supports. */
  readonly mean: (value: Estimate) => string;
  /** `+0.05 to +0.22` */
  readonly range: (value: Estimate, signed?: boolean) => string;
  /** `98%` of 0.98 */
  readonly probability: (value: number) => string;
  /** `+8.1%` of 0.081 */
  readonly relative: (value: number) => string;
  readonly evidence: (e: number) => string;
  /** Wall time: `48 s`, `3 min 20 s`. */
  readonly duration: (seconds: number) => string;
  /** Reserved time of cores or GPUs: `12 core-minutes`. */
  readonly deviceTime: (seconds: number, device?: "core" | "gpu") => string;
  /** `22 Nov 2026, 06:53` */
  readonly instant: (at: number) => string;
  /** `22 Nov 2026` */
  readonly day: (at: number) => string;
  /** `3 minutes ago` */
  readonly ago: (at: number, now?: number) => string;
  /** `1.4 MB` */
  readonly bytes: (count: number) => string;
  /** `a, b and c` */
  readonly list: (names: readonly string[]) => string;
}

interface Words {
  readonly locale: string;
  readonly to: (low: string, high: string) => string;
  /** Of wall time, from days to seconds. */
  readonly units: readonly [string, string, string, string];
  readonly deviceUnits: Readonly<
    Record<"second" | "minute" | "hour", (amount: string, device: "core" | "gpu") => string>
  >;
}

const devices = { core: "core", gpu: "GPU" };
const english = (unit: string) => (amount: string, device: "core" | "gpu") =>
  `${amount} ${devices[device]}-${unit}${amount === "1" ? "" : "s"}`;
const chinese = (unit: string) => (amount: string, device: "core" | "gpu") =>
  `${amount} ${device === "core" ? "核" : "GPU "}${unit}`;

const words: Readonly<Record<Language, Words>> = {
  en: {
    locale: "en-GB",
    to: (low, high) => `${low} to ${high}`,
    units: ["d", "h", "min", "s"],
    deviceUnits: { second: english("second"), minute: english("minute"), hour: english("hour") },
  },
  zh: {
    locale: "zh-CN",
    to: (low, high) => `${low} 至 ${high}`,
    units: ["天", "小时", "分", "秒"],
    deviceUnits: { second: chinese("秒"), minute: chinese("分钟"), hour: chinese("小时") },
  },
};

function plain(value: WireNumber): string {
  return formatNumber(typeof value === "number" ? value : Number(value));
}

function range(say: Words, value: Estimate, signed: boolean): string {
  const decimals = decimalsOfEstimate(value);
  const write = signed ? formatSigned : formatNumber;
  return say.to(write(value.low, decimals), write(value.high, decimals));
}

function withRange(say: Words, value: Estimate, unit: string | null, signed: boolean): string {
  const mean = formatMean(value, signed);
  const bounds = value.low === value.high ? "" : ` (${range(say, value, signed)})`;
  return `${mean}${unit === null || unit === "" ? "" : ` ${unit}`}${bounds}`;
}

function relative(fraction: number): string {
  const percent = fraction * 100;
  return `${formatSigned(percent, Math.abs(percent) < 10 ? 1 : 0)}%`;
}

/** One decimal below ten, none above, and none that is zero. */
function short(amount: number): string {
  return formatNumber(amount < 9.95 ? Math.round(amount * 10) / 10 : Math.round(amount));
}

/** Days, hours, minutes and seconds, in seconds. */
const spans = [86_400, 3600, 60, 1];

/** In the largest unit that fits and the one below it, rounded to that. */
function duration(say: Words, seconds: number): string {
  if (seconds < 9.95) return `${short(Math.max(0, seconds))} ${say.units[3]}`;
  const step = seconds >= 86_400 ? 3600 : seconds >= 3600 ? 60 : 1;
  const whole = Math.round(seconds / step) * step;
  const first = spans.findIndex((span) => whole >= span);
  const [span = 1, below = 1] = spans.slice(first);
  const rest = Math.floor((whole % span) / below);
  const parts = [
    `${Math.floor(whole / span)} ${say.units[first]}`,
    ...(rest === 0 ? [] : [`${rest} ${say.units[first + 1]}`]),
  ];
  return parts.join(" ");
}

function deviceTime(say: Words, seconds: number, device: "core" | "gpu"): string {
  if (seconds < 90) return say.deviceUnits.second(short(seconds), device);
  if (seconds < 5400) return say.deviceUnits.minute(formatNumber(Math.round(seconds / 60)), device);
  return say.deviceUnits.hour(short(seconds / 3600), device);
}

const agoUnits: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

function ago(say: Words, at: number, now: number): string {
  const seconds = (at - now) / 1000;
  const [unit, span] = agoUnits.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  const words = new Intl.RelativeTimeFormat(say.locale, { numeric: "auto" });
  return words.format(unit === "second" ? 0 : Math.trunc(seconds / span), unit);
}

function bytes(count: number): string {
  const power = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
  const amount = count / 1000 ** power;
  return `${formatNumber(amount, power === 0 || amount >= 99.5 ? 0 : 1)} ${["B", "kB", "MB", "GB", "TB"][power] ?? "B"}`;
}

/** @param language of the page */
export function formatOf(language: Language): Format {
  const say = words[language];
  const instants = new Intl.DateTimeFormat(say.locale, { dateStyle: "medium", timeStyle: "short" });
  const days = new Intl.DateTimeFormat(say.locale, { dateStyle: "medium" });
  const lists = new Intl.ListFormat(say.locale, { type: "conjunction" });
  return {
    number: plain,
    signed: (value) => formatSigned(value),
    estimate: (value, unit = null) => withRange(say, value, unit, false),
    difference: (value, unit = null) => withRange(say, value, unit, true),
    mean: (value) => formatMean(value, true),
    range: (value, signed = true) => range(say, value, signed),
    probability: formatProbability,
    relative,
    evidence: formatEvidence,
    duration: (seconds) => duration(say, seconds),
    deviceTime: (seconds, device = "core") => deviceTime(say, seconds, device),
    instant: (at) => instants.format(at),
    day: (at) => days.format(at),
    ago: (at, now = Date.now()) => ago(say, at, now),
    bytes,
    list: (names) => lists.format(names),
  };
}

export function useFormat(): Format {
  const { i18n } = useTranslation();
  return useMemo(() => formatOf(i18n.language === "zh" ? "zh" : "en"), [i18n.language]);
}
