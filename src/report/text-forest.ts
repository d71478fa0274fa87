import { formatMean, formatNumber, formatRange } from "./format.ts";
import { forestDomain, linearScale, type Scale } from "./scale.ts";
import { displayWidth, type Ink, padEnd, padStart, truncate } from "./terminal.ts";
import { type ReportEffect, standingWord } from "./view.ts";

/** A forest plot in characters: one row an effect, its interval as a line, zero and ±1 (what matters) as a background. */

type Kind = "landed" | "land" | "shelve" | "undecided";
type Paint = (ink: Ink, text: string) => string;

const marks: Readonly<Record<Kind, string>> = { land: "●", shelve: "○", undecided: "◆", landed: "■" };

/**
 * @param effects on the utility, in the order of the rows.
 * @param width columns, of which the plot takes what names and numbers leave.
 */
export function drawForestLines(
  effects: readonly ReportEffect[],
  kindOf: (level: string) => Kind,
  width: number,
  paint: Paint,
): readonly string[] {
  const name = Math.min(width < 70 ? 14 : 24, Math.max(...effects.map(({ level }) => displayWidth(level)))) + 2;
  const means = effects.map(({ estimate }) => formatMean(estimate, true));
  const ranges = effects.map(({ estimate }) => `(${formatRange(estimate, true)})`);
  const meanWidth = Math.max(...means.map(displayWidth));
  const rangeWidth = Math.max(...ranges.map(displayWidth));
  const showRanges = width - name - meanWidth - rangeWidth - 5 >= 24;
  const room = Math.max(10, width - name - meanWidth - 4 - (showRanges ? rangeWidth + 1 : 0));
  const scale = linearScale(
    forestDomain(
      effects.map(({ estimate }) => estimate),
      1,
    ),
    [0, room - 1],
  );
  const rows = effects.map((effect, i) => {
    const word = standingWord(effect.estimate, 1);
    const plot = plotRow(effect, scale, room, marks[kindOf(effect.level)]);
    const numbers = `${padStart(means[i] ?? "", meanWidth)}${showRanges ? ` ${ranges[i] ?? ""}` : ""}`;
    return `  ${padEnd(truncate(effect.level, name - 2), name)}${paint(word, plot)} ${paint(word, numbers)}`;
  });
  return [...rows, paint("dim", `  ${" ".repeat(name)}${axisRow(scale, room)}`)];
}

function plotRow({ estimate }: ReportEffect, scale: Scale, room: number, mark: string): string {
  const at = (value: number) => Math.round(scale.at(value));
  const cells: string[] = Array.from({ length: room }, (_, i) => (i >= at(-1) && i <= at(1) ? "░" : " "));
  const put = (i: number, character: string) => {
    if (i >= 0 && i < room) cells[i] = character;
  };
  put(at(0), "│");
  const from = at(estimate.low);
  const to = at(estimate.high);
  for (let i = Math.max(0, from); i <= Math.min(room - 1, to); i++) put(i, "─");
  if (from < 0) put(0, "◀");
  if (to >= room) put(room - 1, "▶");
  put(Math.min(room - 1, Math.max(0, at(estimate.mean))), mark);
  return cells.join("");
}

/** Tick labels under the plot, each centred on its place, none touching the next. */
function axisRow(scale: Scale, room: number): string {
  let line = "";
  for (const tick of scale.ticks(Math.max(2, Math.floor(room / 12)))) {
    const label = formatNumber(tick);
    const start = Math.round(scale.at(tick) - displayWidth(label) / 2);
    if (start < 0 || start + displayWidth(label) > room || (line !== "" && start < displayWidth(line) + 2)) continue;
    line = padEnd(line, start) + label;
  }
  return line;
}
