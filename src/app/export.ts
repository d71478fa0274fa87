import type { Report } from "../api/report.ts";

/** One line a run: what was in it, what it measured, where it came from. RFC 4180. */
export function runsCsv(report: Report): string {
  const levels = report.contributions.map((contribution) => contribution.level);
  const objectives = report.objectives.map((objective) => objective.name);
  const header = [
    "run",
    "scale",
    "seed",
    "purpose",
    "state",
    "counts",
    "core_seconds",
    "finished_at",
    ...levels,
    ...objectives,
  ];
  const rows = report.runs.map((run) => [
    run.id,
    run.scale,
    String(run.seed),
    run.purpose,
    run.state,
    run.counts === null ? "" : String(run.counts),
    run.coreSeconds.toFixed(3),
    run.finishedAt === null ? "" : new Date(run.finishedAt).toISOString(),
    ...levels.map((level) => (run.levels.includes(level) ? "1" : "0")),
    ...objectives.map((objective) => String(run.values[objective] ?? "")),
  ]);
  return table([header, ...rows]);
}

/** One line an effect: level, objective (empty: the utility), sense, mean, low, high. */
export function effectsCsv(report: Report): string {
  const rows = report.effects.map(({ level, objective, sense, estimate }) => [
    level,
    objective ?? "",
    sense,
    String(estimate.mean),
    String(estimate.low),
    String(estimate.high),
  ]);
  return table([["level", "objective", "sense", "mean", "low", "high"], ...rows]);
}

function table(rows: readonly (readonly string[])[]): string {
  return `${rows.map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
}

/** Quoted where RFC 4180 asks for it; a leading = + - @ of a text gets a quote mark, so that no spreadsheet runs it. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) && text !== "-Infinity" ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
