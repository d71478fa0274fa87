import type { Interval, ResolvedObjective } from "../../src/evidence/evidence.ts";
import { confidence, type Judgement, judge, meanInterval, type Values } from "./judge.ts";
import type { EndRecord, JudgedRecord, PolicyName, SettingsRecord } from "./record.ts";

/** What results.jsonl says, as Markdown. */

export interface Results {
  readonly settings: SettingsRecord;
  /** Relative amounts made absolute by the baseline's judged runs. */
  readonly objectives: readonly ResolvedObjective[];
  readonly ends: readonly EndRecord[];
  readonly judged: readonly JudgedRecord[];
}

interface Judged {
  readonly end: EndRecord;
  readonly judgement: Judgement;
  readonly breaches: readonly string[];
  /** Mean gain; 0 for a set that breaks a guardrail. */
  readonly guarded: number;
}

export function summarise(results: Results): string {
  const rows = results.ends.map((end) => judgeEnd(results, end));
  rows.sort((a, b) => a.end.repeat - b.end.repeat || (a.end.policy < b.end.policy ? -1 : 1));
  const policies = [...new Set(rows.map(({ end }) => end.policy))].sort();
  const { settings } = results;
  const sections = [
    `# ${settings.lab} at ${settings.scale}: what each policy would land`,
    `Each policy may spend ${Math.round(settings.budget)} core-seconds a repeat (${(settings.budget / settings.runPrice).toFixed(0)} uncached runs of the baseline). Gains in utility (units of \`matters\`) over the baseline on fresh seeds, paired by seed, with ${100 * confidence}% t intervals.`,
    table(
      ["repeat", "policy", "gain", "breaks", "confirmed", "core-s", "runs", "planning s", "set"],
      rows.map(endCells),
    ),
    "Over the repeats (the interval is that of the mean over repeats):",
    table(
      ["policy", "gain", "gain, a breach counting 0", "sets that break a guardrail", "core-s", "runs"],
      policies.map((policy) =>
        policyCells(
          policy,
          rows.filter(({ end }) => end.policy === policy),
        ),
      ),
    ),
  ];
  const others = policies.filter((policy) => policy !== "cairn");
  if (policies.includes("cairn") && others.length > 0) {
    sections.push(
      "Cairn's set minus the other's, paired by seed:",
      table(
        ["against", "repeat", "difference"],
        others.flatMap((other) => differenceRows(rows, other)),
      ),
    );
  }
  return `${sections.join("\n\n")}\n`;
}

function judgeEnd({ settings, objectives, judged }: Results, end: EndRecord): Judged {
  const runsOf = (set: readonly string[]) =>
    judged.filter((run) => run.repeat === end.repeat && sameSet(run.set, set)).map(bySeed);
  const baselines = new Map(runsOf(settings.baseline));
  const pairs = runsOf(end.set).flatMap(([seed, set]) => {
    const baseline = baselines.get(seed);
    return baseline === undefined ? [] : [{ seed, set, baseline }];
  });
  const judgement = judge(objectives, pairs);
  const breaches = judgement.differences.filter(({ breach }) => breach).map(({ objective }) => objective);
  if (judgement.diverged > 0) breaches.push(`diverged ${judgement.diverged} of ${pairs.length}`);
  return { end, judgement, breaches, guarded: breaches.length > 0 ? 0 : judgement.utility.mean };
}

function bySeed({ seed, values }: JudgedRecord): [number, Values] {
  return [seed, values];
}

/** Level ids are sorted wherever they are written. */
export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((level, i) => level === b[i]);
}

function endCells({ end, judgement, breaches }: Judged): string[] {
  return [
    `${end.repeat}`,
    end.policy,
    intervalText(judgement.utility),
    breaches.join(", ") || "–",
    end.confirmed === null ? "–" : end.confirmed ? "yes" : "no",
    end.spent.toFixed(0),
    `${end.runs}`,
    end.planning.toFixed(1),
    end.set.join(", ") || "baseline",
  ];
}

function policyCells(policy: PolicyName, rows: readonly Judged[]): string[] {
  const mean = (pick: (row: Judged) => number) => rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
  return [
    policy,
    intervalText(meanInterval(rows.map(({ judgement }) => judgement.utility.mean))),
    intervalText(meanInterval(rows.map(({ guarded }) => guarded))),
    `${rows.filter(({ breaches }) => breaches.length > 0).length} of ${rows.length}`,
    mean(({ end }) => end.spent).toFixed(0),
    mean(({ end }) => end.runs).toFixed(0),
  ];
}

function differenceRows(rows: readonly Judged[], other: PolicyName): string[][] {
  const byRepeat = rows
    .filter(({ end }) => end.policy === "cairn")
    .flatMap((mine) => {
      const theirs = rows.find(({ end }) => end.policy === other && end.repeat === mine.end.repeat);
      if (theirs === undefined) return [];
      const differences = [...mine.judgement.utilities].flatMap(([seed, utility]) => {
        const against = theirs.judgement.utilities.get(seed);
        return against === undefined ? [] : [utility - against];
      });
      return [{ repeat: mine.end.repeat, difference: meanInterval(differences) }];
    });
  const overall = meanInterval(byRepeat.map(({ difference }) => difference.mean));
  return [
    ...byRepeat.map(({ repeat, difference }) => [other, `${repeat}`, intervalText(difference)]),
    [other, "all", intervalText(overall)],
  ];
}

function intervalText({ mean, low, high }: Interval): string {
  if (Number.isNaN(mean)) return "–";
  const number = (x: number) => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(1)}`;
  return Number.isFinite(low) && Number.isFinite(high)
    ? `${number(mean)} (${number(low)} to ${number(high)})`
    : number(mean);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}
