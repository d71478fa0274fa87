import type { Report } from "../api/report.ts";
import { formatDifference, formatNumber, plural } from "./format.ts";

/** How doubt narrowed over the runs: what both renderers show of it. */

export type NarrowingStep = Report["narrowing"][number];

/** One row: a standard deviation after each count of runs. */
export interface DoubtRow {
  readonly name: string;
  readonly sds: readonly number[];
}

/** The levels that are least known now, first the least known. */
export function doubtRows({ narrowing }: Report, most: number): readonly DoubtRow[] {
  const last = narrowing.at(-1)?.doubts ?? [];
  return last
    .toSorted((a, b) => b.sd - a.sd)
    .slice(0, most)
    .map(({ level }) => ({
      name: level,
      sds: narrowing.map(({ doubts }) => doubts.find((doubt) => doubt.level === level)?.sd ?? 0),
    }));
}

/** The set's gain as a row; null where no set is recommended. */
export function gainRow({ narrowing }: Report): DoubtRow | null {
  const sds = narrowing.map(({ doubt }) => doubt);
  return sds.some((sd) => sd > 0) ? { name: "gain of the set", sds } : null;
}

/** `±10 → ±2.7` */
export function fromTo({ sds }: DoubtRow): string {
  const [first, last] = [sds[0] ?? 0, sds.at(-1) ?? 0];
  return sds.length < 2 ? `±${twoDigits(last)}` : `±${twoDigits(first)} → ±${twoDigits(last)}`;
}

function twoDigits(sd: number): string {
  return formatNumber(sd, sd > 0 ? Math.max(0, 1 - Math.floor(Math.log10(sd))) : 0);
}

/** `After 4 runs the set was believed to gain +3 utility (−7 to +12); after all 46, +28 (+25 to +31).` */
export function gainSentence(report: Report): string | null {
  const [first, last] = [report.narrowing[0], report.narrowing.at(-1)];
  if (first === undefined || last === undefined || gainRow(report) === null) return null;
  const now = formatDifference(last.gain, " utility");
  if (first === last) return `After ${plural(last.runs, "run")} the set is believed to gain ${now}.`;
  return `After ${plural(first.runs, "run")} this set would have been believed to gain ${formatDifference(first.gain)}; after all ${formatNumber(last.runs)} it is ${now}.`;
}
