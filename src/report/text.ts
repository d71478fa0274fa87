import type { Report } from "../api/report.ts";
import { intervalNote, utilityNote } from "./certainty.ts";
import { costSentences, evidenceSentences, nextSteps } from "./closing.ts";
import { fitNote, fitWord, modelWarnings, worstText } from "./fit-words.ts";
import {
  decimalsOfEstimate,
  formatInstant,
  formatMean,
  formatNumber,
  formatProbability,
  formatRange,
  plural,
} from "./format.ts";
import { doubtRows, fromTo, gainRow, gainSentence } from "./narrowing-view.ts";
import { isTold, noiseSources, noiseSourcesNote, sourceText } from "./noise-words.ts";
import { pairSentence, senseText } from "./pair.ts";
import { sanitize } from "./safe.ts";
import { sparkline } from "./sparkline.ts";
import {
  displayWidth,
  type Ink,
  padEnd,
  padStart,
  painter,
  type TerminalOptions,
  toAscii,
  truncate,
  wrap,
} from "./terminal.ts";
import { drawForestLines } from "./text-forest.ts";
import {
  agreementNote,
  contextSentence,
  contextTitle,
  estimateText,
  lastingNote,
  lastingWord,
  type ReportContext,
  ranksOn,
} from "./time-words.ts";
import { verdictLabel, verdictSentence } from "./verdict-words.ts";
import {
  effectsOn,
  firstSense,
  goodDirection,
  interactionsOn,
  isSure,
  objectiveNamed,
  quotedGains,
  type ReportContribution,
  recommendedValue,
  recommendsChange,
  standingOf,
  standingWord,
  unitSuffix,
} from "./view.ts";
import { headline } from "./words.ts";

/** The widest the report gets: longer lines are hard to read. */
const widest = 120;
const narrowest = 40;

interface Page extends TerminalOptions {
  readonly paint: (ink: Ink, text: string) => string;
}

/**
 * The report for a terminal: the decision first, then what it rests on. No line is wider than `options.width` columns
 * (40 at least). Text of other people is printed without its control characters.
 */
export function renderText(report: Report, options: TerminalOptions): string {
  const width = Math.max(narrowest, Math.min(widest, options.width));
  const page: Page = { ...options, width, paint: painter(options.color) };
  const safe = sanitizeReport(report);
  const sections = [
    decisionSection(safe, page),
    warningSection(safe, page),
    ...verdictSections(safe, page),
    objectiveSection(safe, page),
    ...(safe.state === "empty" ? [] : [effectSection(safe, page), interactionSection(safe, page)]),
    creditSection(safe, page),
    narrowingSection(safe, page),
    fitSection(safe, page),
    noiseSection(safe, page),
    ...contextSections(safe, page),
    lastingSection(safe, page),
    costSection(safe, page),
    nextSection(safe, page),
  ];
  const text = `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
  return options.unicode ? text : toAscii(text);
}

function decisionSection(report: Report, page: Page): readonly string[] {
  const { title, details } = headline(report);
  const about = `${report.lab} · scale ${report.scale} · ${formatInstant(report.generatedAt)}`;
  return [
    page.paint("dim", truncate(about, page.width)),
    "",
    ...wrap(title, page.width).map((line) => page.paint("bold", line)),
    ...details.flatMap((line) => wrap(line, page.width)),
  ];
}

function warningSection(report: Report, page: Page): readonly string[] {
  const warnings = modelWarnings(report);
  if (warnings.length === 0) return [];
  const lines = warnings.flatMap(({ text, command }) => [
    ...indented(text, page).map((line) => page.paint("worse", line)),
    ...(command === null ? [] : commandLines(command, page)),
  ]);
  return [heading("The model does not fit", page), ...lines];
}

function heading(title: string, page: Page): string {
  const text = truncate(title, page.width);
  const room = page.width - displayWidth(text) - 1;
  return page.paint("bold", text) + (room > 0 ? ` ${page.paint("dim", "─".repeat(room))}` : "");
}

function indented(text: string, page: Page): readonly string[] {
  return wrap(text, page.width - 2).map((line) => `  ${line}`);
}

function verdictSections(report: Report, page: Page): readonly (readonly string[])[] {
  const { land, shelve, undecided, earlier } = standingOf(report);
  const done = report.landing !== null;
  return [
    verdictList(report, done ? "Landed" : "Land", land, "better", page),
    verdictList(report, "Shelved", shelve, "dim", page),
    verdictList(report, "Undecided", undecided, "unsure", page),
    verdictList(report, "In the baseline already", earlier, "dim", page),
  ];
}

function verdictList(
  report: Report,
  title: string,
  items: readonly ReportContribution[],
  ink: Ink,
  page: Page,
): readonly string[] {
  if (items.length === 0) return [];
  const column = Math.min(24, Math.max(...items.map(({ level }) => displayWidth(level)))) + 2;
  const body = page.width - column - 2;
  const named = (item: ReportContribution): readonly string[] => {
    const label =
      item.verdict.kind === "land" || item.verdict.kind === "landed" ? "" : ` (${verdictLabel(item.verdict)})`;
    const name = padEnd(truncate(item.level, column - 2), column);
    return wrap(`${item.title}${label}`, body).map(
      (line, i) => `  ${i === 0 ? page.paint(ink, name) : " ".repeat(column)}${line}`,
    );
  };
  // What holds of several alike is said once, below all of them.
  const alike = new Map<string, ReportContribution[]>();
  for (const item of items) {
    const reason = verdictSentence(report, item.level, item.verdict);
    alike.set(reason, [...(alike.get(reason) ?? []), item]);
  }
  const lines = [...alike].flatMap(([reason, members]) => [
    ...members.flatMap(named),
    ...wrap(reason, body).map((line) => `  ${" ".repeat(column)}${page.paint("dim", line)}`),
  ]);
  return [heading(`${title} (${items.length})`, page), ...lines];
}

function objectiveSection(report: Report, page: Page): readonly string[] {
  if (!recommendsChange(report) && report.landing === null) return baselineTable(report, page);
  const rows = quotedGains(report).map((gain) => {
    const objective = objectiveNamed(report, gain.objective);
    const decimals = decimalsOfEstimate(gain.difference);
    const baseline = objective?.baseline ?? null;
    const held =
      gain.guardrail === null
        ? ""
        : `${gain.guardrail.probability >= report.confidence ? "held" : "unsure"} ${formatProbability(gain.guardrail.probability)}`;
    return {
      ink: standingWord(gain.difference, goodDirection(report, gain.objective)),
      cells: [
        gain.objective,
        baseline === null ? "" : formatNumber(baseline.mean, decimals),
        baseline === null ? "" : `→ ${formatNumber(recommendedValue(baseline, gain.difference).mean, decimals)}`,
        formatMean(gain.difference, true),
        isExact(gain.difference) ? "" : `(${formatRange(gain.difference, true)})`,
        unitSuffix(objective).trim(),
        held,
      ],
    };
  });
  return table(
    "Objectives: baseline → recommended",
    ["", "baseline", "set", "change", "", "", "guardrail"],
    [5, 4, 1, 6],
    rows,
    page,
  );
}

function isExact(estimate: { readonly low: number; readonly high: number }): boolean {
  return estimate.low === estimate.high;
}

function baselineTable(report: Report, page: Page): readonly string[] {
  const rows = report.objectives.flatMap((objective) =>
    objective.baseline === null
      ? []
      : [
          {
            ink: "unsure" as const,
            cells: [
              objective.name,
              formatMean(objective.baseline),
              unitSuffix(objective).trim(),
              `${objective.goal}, ${formatNumber(objective.matters)} matters`,
            ],
          },
        ],
  );
  return rows.length === 0 ? [] : table("Objectives: the baseline", ["", "baseline", "", "goal"], [3, 2], rows, page);
}

interface Row {
  readonly ink: Ink;
  readonly cells: readonly string[];
}

/** Columns as wide as they need; while a row is too wide, columns go in the order of `spare`. Numbers stand right, words left. */
function table(
  title: string,
  head: readonly string[],
  spare: readonly number[],
  rows: readonly Row[],
  page: Page,
): readonly string[] {
  const widths = head.map((cell, i) => {
    const width = Math.max(displayWidth(cell), ...rows.map(({ cells }) => displayWidth(cells[i] ?? "")));
    return i === 0 ? Math.min(width, 26) : width;
  });
  const gone = new Set<number>();
  const total = () => widths.reduce((sum, width, i) => sum + (width > 0 && !gone.has(i) ? width + 2 : 0), 0);
  for (const column of spare) if (total() > page.width) gone.add(column);
  const numeric = head.map((_, i) => i > 0 && rows.some(({ cells }) => /^[→+−(]?\s?[−\d]/.test(cells[i] ?? "")));
  const line = (cells: readonly string[]) => {
    const written = cells.map((cell, i) => {
      const width = widths[i] ?? 0;
      if (width === 0 || gone.has(i)) return "";
      return `  ${numeric[i] ? padStart(cell, width) : padEnd(truncate(cell, width), width)}`;
    });
    return truncate(written.join("").trimEnd(), page.width);
  };
  const body = rows.map(({ ink, cells }) => page.paint(ink === "unsure" ? "dim" : ink, line(cells)));
  return [heading(title, page), page.paint("dim", line(head)), ...body];
}

function effectSection(report: Report, page: Page): readonly string[] {
  const sense = firstSense(report, report.effects);
  const effects = effectsOn(report, null, sense);
  if (effects.length === 0) return [];
  const verdicts = new Map(report.contributions.map(({ level, verdict }) => [level, verdict.kind]));
  return [
    heading(`Effects on utility, ${senseText(sense)}`, page),
    ...drawForestLines(effects, (level) => verdicts.get(level) ?? "undecided", page.width, page.paint),
    ...wrap(
      `● land  ○ shelved  ◆ undecided  ■ landed before  ░ smaller than matters. ${intervalNote(report)} ${utilityNote}`,
      page.width - 2,
    ).map((line) => page.paint("dim", `  ${line}`)),
  ];
}

const pairsShown = 6;

function interactionSection(report: Report, page: Page): readonly string[] {
  const sense = firstSense(report, report.interactions);
  const pairs = interactionsOn(report, null, sense);
  if (pairs.length === 0) return [];
  const sure = pairs.filter(({ estimate }) => isSure(estimate)).slice(0, pairsShown);
  const title = heading(`Interactions, ${senseText(sense)}`, page);
  if (sure.length === 0) return [title, ...indented("No pair is surely more or less than the sum of its parts.", page)];
  const lines = sure.flatMap((pair) =>
    wrap(pairSentence(report, pair), page.width - 4).map((line, i) => (i === 0 ? `  · ${line}` : `    ${line}`)),
  );
  return [title, ...lines];
}

function creditSection(report: Report, page: Page): readonly string[] {
  if (report.credit.length === 0) return [];
  const credit = report.credit.toSorted((a, b) => b.share.mean - a.share.mean);
  const column = Math.min(page.width < 70 ? 14 : 24, Math.max(...credit.map(({ level }) => displayWidth(level)))) + 2;
  const ranges = credit.map(({ share }) => (page.width < 70 ? "" : ` (${formatRange(share, true)})`));
  const means = credit.map(({ share }) => formatMean(share, true));
  const meanWidth = Math.max(...means.map(displayWidth));
  const room = Math.max(4, page.width - column - meanWidth - Math.max(...ranges.map(displayWidth)) - 3);
  const most = Math.max(...credit.map(({ share }) => share.mean), 0);
  const lines = credit.map(({ level, share }, i) => {
    const length = most > 0 ? Math.max(0, Math.round((share.mean / most) * room)) : 0;
    const bar = page.paint("better", "█".repeat(length)) + " ".repeat(room - length);
    const name = padEnd(truncate(level, column - 2), column);
    return `  ${name}${bar} ${padStart(means[i] ?? "", meanWidth)}${page.paint("dim", ranges[i] ?? "")}`;
  });
  return [heading("Credit: shares of the set's utility", page), ...lines];
}

const doubtsShown = 6;

function narrowingSection(report: Report, page: Page): readonly string[] {
  const gain = gainRow(report);
  const doubts = doubtRows(report, doubtsShown);
  const sentence = gainSentence(report);
  if (report.narrowing.length < 2 || doubts.length === 0) return [];
  const rows = [...(gain === null ? [] : [gain]), ...doubts];
  const column = Math.min(page.width < 70 ? 15 : 24, Math.max(...rows.map(({ name }) => displayWidth(name)))) + 2;
  const top = Math.max(...doubts.flatMap(({ sds }) => sds));
  const lines = rows.map((row) => {
    const line = sparkline(row.sds, row === gain ? undefined : top);
    const amounts = page.width < 60 ? fromTo({ ...row, sds: row.sds.slice(-1) }) : fromTo(row);
    return `  ${padEnd(truncate(row.name, column - 2), column)}${page.paint("better", line)}  ${amounts}`;
  });
  const [first, last] = [report.narrowing[0]?.runs ?? 0, report.narrowing.at(-1)?.runs ?? 0];
  const of = gain === null ? "what the least known do" : "the set's gain, and of what the least known do in it";
  const note = `Standard deviations of what is believed, in utility, after ${formatNumber(first)} to ${plural(last, "run")}: of ${of}.`;
  return [
    heading("How it narrowed", page),
    ...(sentence === null ? [] : indented(sentence, page)),
    ...lines,
    ...indented(note, page).map((line) => page.paint("dim", line)),
  ];
}

function fitSection(report: Report, page: Page): readonly string[] {
  if (report.fit.every(({ runs }) => runs === 0)) return [];
  const rows = report.fit.map((fit): Row => {
    const { objective, outside, runs, expected, kurtosis, state } = fit;
    return {
      ink: state === "fits" ? "unsure" : "worse",
      cells: [
        objective,
        `${formatNumber(outside)} of ${formatNumber(runs)}`,
        formatNumber(expected, 1),
        worstText(fit),
        kurtosis === null ? "" : formatNumber(kurtosis, 1),
        fitWord(fit),
      ],
    };
  });
  return [
    ...table("Does the model fit?", ["", "outside", "expected", "farthest run", "tails", ""], [4, 3], rows, page),
    ...indented(`${fitNote} Tails: 3 for a normal, more where single runs go astray.`, page).map((line) =>
      page.paint("dim", line),
    ),
  ];
}

/** A column a source with one for its interval; where all do not fit, the intervals go first, the run's own last. */
function noiseSection(report: Report, page: Page): readonly string[] {
  const sources = noiseSources(report);
  if (sources.length === 0) return [];
  const rows = report.noise.map(({ objective: name, parts }): Row => {
    const objective = objectiveNamed(report, name);
    const cells = sources.flatMap((source) => {
      const part = parts.find((it) => sourceText(it) === source);
      if (part === undefined) return ["", ""];
      return isTold(part) ? [formatMean(part.sd), `(${formatRange(part.sd)})`] : ["unknown", ""];
    });
    return { ink: "unsure", cells: [name, objective === null ? "" : formatNumber(objective.matters), ...cells] };
  });
  const heads = sources.flatMap((source) => [source, ""]);
  const spare = sources.map((_, i) => 3 + 2 * (sources.length - 1 - i));
  return [
    ...table("Noise: standard deviations of a run", ["", "matters", ...heads], [...spare, 1], rows, page),
    ...indented(noiseSourcesNote(report), page).map((line) => page.paint("dim", line)),
  ];
}

/** What the columns mean is said once, below the last. */
function contextSections({ contexts }: Report, page: Page): readonly (readonly string[])[] {
  const note = indented(agreementNote, page).map((line) => page.paint("dim", line));
  return contexts.map((context, i) => [...contextSection(context, page), ...(i === contexts.length - 1 ? note : [])]);
}

function contextSection(context: ReportContext, page: Page): readonly string[] {
  const rows = context.correlations.map(({ objective, estimate }): Row => {
    const ranks = ranksOn(context, objective);
    const combinations = plural(ranks?.combinations ?? 0, "combination");
    return {
      ink: "unsure",
      cells: [objective, estimateText(estimate), estimateText(ranks?.estimate ?? null), combinations],
    };
  });
  return [
    ...table(contextTitle(context), ["", "agreement", "ranks", ""], [3], rows, page),
    ...indented(contextSentence(context), page),
  ];
}

const lastingInks = { holds: "better", spent: "worse", unknown: "unsure" } as const;

function lastingSection({ lasting }: Report, page: Page): readonly string[] {
  if (lasting.length === 0) return [];
  const rows = lasting.map((part): Row => {
    const then = part.atLanding === null ? "" : formatMean(part.atLanding, true);
    const [now, range] = [formatMean(part.now, true), `(${formatRange(part.now, true)})`];
    return {
      ink: lastingInks[part.state.kind],
      cells: [part.level, part.landing === null ? "" : `${part.landing}`, then, now, range, lastingWord(part)],
    };
  });
  const head = ["", "landing", "then", "now", "", ""];
  return [
    ...table("What landed, and whether it still holds", head, [4, 1], rows, page),
    ...indented(lastingNote, page).map((line) => page.paint("dim", line)),
  ];
}

function costSection(report: Report, page: Page): readonly string[] {
  const sentences = [...costSentences(report), ...evidenceSentences(report)];
  return [heading("Cost", page), ...sentences.flatMap((line) => indented(line, page))];
}

function nextSection(report: Report, page: Page): readonly string[] {
  const lines = [
    ...nextSteps(report),
    { text: "Everything, as a page to open or send.", command: "cairn report --html report.html" },
  ].flatMap(({ text, command }) => {
    const said = indented(text, page);
    return command === null ? said : [...said, ...commandLines(command, page)];
  });
  return [heading("Next", page), ...lines];
}

function commandLines(command: string, page: Page): readonly string[] {
  return wrap(command, page.width - 4).map((line) => `    ${page.paint("bold", line)}`);
}

/** The same report with every string safe to print. */
function sanitizeReport(report: Report): Report {
  return JSON.parse(JSON.stringify(report), (_key, value) => (typeof value === "string" ? sanitize(value) : value));
}
