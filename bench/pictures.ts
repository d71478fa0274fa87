/**
 * The pictures of docs/method.md, from two labs' own records: `node bench/pictures.ts LAB MEASURED`. LAB is decided, by
 * `cairn run`. MEASURED is a copy of it in which each level was also run alone, and added to the set or left out of it
 * (`cairn run LEVELS --seeds 3`).
 */
import { writeFileSync } from "node:fs";
import { readHistory } from "../src/app/history.ts";
import { knowledgeOf } from "../src/app/knowledge.ts";
import { openSession } from "../src/app/session.ts";
import { createRng } from "../src/base/rng.ts";
import type { Combination } from "../src/contribution/contribution.ts";
import { type Examination, examine } from "../src/decision/decide.ts";
import { eValueAt, spreadOf, tStatistic } from "../src/decision/eprocess.ts";
import type { Observation } from "../src/evidence/evidence.ts";
import { leaveOneOut } from "../src/plan/fit.ts";
import type { Knowledge } from "../src/plan/plan.ts";
import { combinationKey } from "../src/plan/space.ts";
import { linearScale, padded } from "../src/report/scale.ts";

const style = `
text { font: 13px system-ui, "Helvetica Neue", Arial, sans-serif; fill: #1d1b18; }
.soft { fill: #6b655c; } .end { text-anchor: end; } .mid { text-anchor: middle; } .bold { font-weight: 600; }
.grid { stroke: #dcd7cd; } .zero { stroke: #8d877c; } .bar { stroke: #8d877c; stroke-width: 2; }
.now { fill: #1f62b5; stroke: #1f62b5; } .then { fill: #fdfcfa; stroke: #a34a08; stroke-width: 2; }
.move { stroke: #b9b2a5; stroke-width: 2; } .line { fill: none; stroke: #1f62b5; stroke-width: 2.5; }
.null { fill: none; stroke: #a8a297; opacity: 0.65; } .asked { stroke: #a34a08; stroke-width: 1.5; stroke-dasharray: 5 4; }
.paper { fill: #fdfcfa; }
@media (prefers-color-scheme: dark) {
  text { fill: #ebe9e4; } .soft { fill: #a5a19a; } .grid { stroke: #2c2d31; } .zero, .bar { stroke: #7a776f; }
  .now { fill: #78b2ff; stroke: #78b2ff; } .then { fill: #131416; stroke: #f0a15c; } .move { stroke: #55565c; }
  .line { stroke: #78b2ff; } .null { stroke: #6d6b66; } .asked { stroke: #f0a15c; } .paper { fill: #131416; }
}`;

function svg(width: number, height: number, title: string, body: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
<title>${title}</title><style>${style}</style><rect class="paper" width="${width}" height="${height}"/>
${body.join("\n")}
</svg>
`;
}

const place = (value: number) => value.toFixed(1);
const text = (x: number, y: number, name: string, words: string) =>
  `<text x="${place(x)}" y="${place(y)}" class="${name}">${words}</text>`;
const line = (x1: number, y1: number, x2: number, y2: number, name: string) =>
  `<line x1="${place(x1)}" y1="${place(y1)}" x2="${place(x2)}" y2="${place(y2)}" class="${name}"/>`;
const dot = (x: number, y: number, name: string, radius = 5) =>
  `<circle cx="${place(x)}" cy="${place(y)}" r="${radius}" class="${name}"/>`;
const signed = (value: number) => (value > 0 ? `+${value}` : `${value}`.replace("-", "−"));

/** What each change does alone, and in the set; what lies far out (a diverged run's stand-in) is cut and said. */
function drawAlone({ decision: { effects } }: Examination): string {
  const on = (sense: string) => effects.filter((effect) => effect.objective === null && effect.sense === sense);
  const alone = new Map(on("alone").map(({ level, estimate }) => [level, estimate]));
  const rows = on("in-set").toSorted((a, b) => b.estimate.mean - a.estimate.mean);
  const [left, width, top, step] = [130, 590, 56, 30];
  const most = Math.max(...rows.map(({ estimate }) => estimate.high));
  const x = linearScale(padded(-0.6 * most, most, 0.03), [left, left + width]);
  const at = (value: number) => Math.max(left, x.at(value));
  const height = top + rows.length * step + 34;
  const grid = x
    .ticks(7)
    .flatMap((tick) => [
      line(x.at(tick), top - 14, x.at(tick), height - 30, tick === 0 ? "zero" : "grid"),
      text(x.at(tick), height - 12, "soft mid", signed(tick)),
    ]);
  const marks = rows.flatMap(({ level, estimate }, i) => {
    const y = top + i * step + 6;
    const before = alone.get(level) ?? estimate;
    const far = x.at(estimate.mean) < left;
    return [
      text(left - 12, y + 4, "end", level),
      line(at(before.mean), y, at(estimate.mean), y, "move"),
      ...(far ? [] : [line(at(estimate.low), y, at(estimate.high), y, "bar")]),
      dot(at(before.mean), y, "then"),
      far ? text(left + 2, y - 6, "soft", "‹ diverges in the set") : dot(at(estimate.mean), y, "now"),
    ];
  });
  const key = [
    dot(left + 6, 18, "then"),
    text(left + 18, 22, "", "alone, from the baseline"),
    dot(left + 196, 18, "now"),
    text(left + 208, 22, "", "in the recommended set, with its 90% interval"),
  ];
  return svg(left + width + 20, height, "What each change is worth alone and in the set, in utility", [
    ...grid,
    ...marks,
    ...key,
  ]);
}

/** Every run of one objective: what all the others predict, and what came out. */
function drawPredicted(knowledge: Knowledge, { ensemble }: Examination, name: string): string {
  const model = ensemble[0]?.objectives.find(({ objective }) => objective.name === name);
  if (model === undefined) throw new Error(`no objective ${name}`);
  const { means, sds } = leaveOneOut(model.posterior);
  const own = (y: number) => model.objective.sign * (model.centre + model.unit * y);
  const finite = knowledge.observations.flatMap((run, i) => {
    const outcome = run.outcomes.get(name);
    return outcome?.kind === "measured" ? [{ i, measured: outcome.value, purpose: run.purpose }] : [];
  });
  const runs = finite.map(({ i, measured, purpose }) => {
    const half = 1.645 * model.unit * (sds[i] ?? 0);
    return { measured, purpose, half, predicted: own(means[i] ?? 0) };
  });
  const values = runs.flatMap(({ measured, predicted, half }) => [measured, predicted - half, predicted + half]);
  const domain = padded(Math.min(...values), Math.max(...values), 0.03);
  const [left, side, top] = [62, 420, 18];
  const x = linearScale(domain, [left, left + side]);
  const y = linearScale(domain, [top + side, top]);
  const ticks = x.ticks(5).flatMap((tick) => {
    const label = String(Number(tick.toPrecision(3)));
    return [
      line(x.at(tick), top, x.at(tick), top + side, "grid"),
      line(left, y.at(tick), left + side, y.at(tick), "grid"),
      text(x.at(tick), top + side + 20, "soft mid", label),
      text(left - 8, y.at(tick) + 4, "soft end", label),
    ];
  });
  const marks = runs.flatMap(({ measured, predicted, half }) => [
    line(x.at(predicted - half), y.at(measured), x.at(predicted + half), y.at(measured), "move"),
    dot(x.at(predicted), y.at(measured), "now", 3.5),
  ]);
  return svg(left + side + 20, top + side + 52, `${name}: every run beside what all the other runs predict`, [
    ...ticks,
    line(x.at(domain[0]), y.at(domain[0]), x.at(domain[1]), y.at(domain[1]), "zero"),
    ...marks,
    text(left + side, top + side + 42, "end", `${name} as all the other runs predict it, with a 90% interval →`),
    text(left + 8, top + 16, "", `↑ ${name} as measured`),
  ]);
}

/** The utility's difference of every finished pair, in the order of their seeds. */
function pairDifferences(knowledge: Knowledge, set: Combination): number[] {
  const utility = ({ outcomes }: Observation) =>
    knowledge.objectives.reduce((total, { name, sign, weight, matters }) => {
      const outcome = outcomes.get(name);
      return total + (outcome?.kind === "measured" ? (sign * weight * outcome.value) / matters : 0);
    }, 0);
  const fresh = knowledge.observations.filter((run) => run.purpose === "confirm" && run.seed >= knowledge.confirmSeed);
  const side = (x: Combination) =>
    new Map(fresh.filter((run) => combinationKey(run.combination) === combinationKey(x)).map((run) => [run.seed, run]));
  const [withSet, withBaseline] = [side(set), side(knowledge.baseline)];
  return [...withSet].flatMap(([seed, run]) => {
    const partner = withBaseline.get(seed);
    return partner === undefined ? [] : [utility(run) - utility(partner)];
  });
}

function evidencePath(differences: readonly number[]): number[] {
  return differences.map((_, i) => eValueAt(i + 1, tStatistic(spreadOf(differences.slice(0, i + 1), 1e-9))));
}

const nullSets = 40;
const nullPairs = 20;

/** E after each pair: of the confirmed set, and of imagined sets without a gain. */
function drawEvidence(knowledge: Knowledge, { decision }: Examination): string {
  const real = evidencePath(pairDifferences(knowledge, decision.recommended));
  const threshold = decision.set.confirmation?.threshold ?? 1 / knowledge.alpha;
  const rng = createRng("sets without a gain");
  const nulls = Array.from({ length: nullSets }, () =>
    evidencePath(Array.from({ length: nullPairs }, () => rng.normal())),
  );
  const [left, width, top, height] = [62, 620, 18, 300];
  const x = linearScale([1, nullPairs], [left, left + width]);
  const y = linearScale([-1.6, Math.max(2.4, Math.log10(threshold) + 1)], [top + height, top]);
  const at = (e: number) => y.at(Math.max(-1.6, Math.log10(e)));
  const path = (es: readonly number[], name: string) =>
    `<polyline class="${name}" points="${es.map((e, i) => `${place(x.at(i + 1))},${place(at(e))}`).join(" ")}"/>`;
  const grid = [0.1, 1, 10, 100].flatMap((e) => [
    line(left, at(e), left + width, at(e), e === 1 ? "zero" : "grid"),
    text(left - 8, at(e) + 4, "soft end", String(e)),
  ]);
  const counts = [1, 5, 10, 15, 20].map((n) => text(x.at(n), top + height + 20, "soft mid", String(n)));
  const last = real.at(-1) ?? 1;
  return svg(left + width + 20, top + height + 52, "Evidence after each fresh pair", [
    ...grid,
    ...counts,
    ...nulls.map((es) => path(es, "null")),
    line(left, at(threshold), left + width, at(threshold), "asked"),
    text(left + width, at(threshold) - 7, "end", `asked: ${Math.round(threshold)}`),
    path(real, "line"),
    ...real.map((e, i) => dot(x.at(i + 1), at(e), "now", 4)),
    text(x.at(real.length) + 10, at(last) + 4, "bold", `the set: ${Math.round(last)}`),
    text(left + width, at(1) - 8, "end soft", `${nullSets} imagined sets without a gain`),
    text(left + width, top + height + 42, "end", "fresh pairs of runs →"),
    text(left + 8, top + 14, "", "↑ E, the evidence (each line ten times the last)"),
  ]);
}

async function looked(lab: string): Promise<{ knowledge: Knowledge; examination: Examination }> {
  const session = await openSession(lab, { scale: null });
  try {
    const knowledge = knowledgeOf(session, await readHistory(session));
    return { knowledge, examination: examine(knowledge, { detail: "full", runsLeft: null }) };
  } finally {
    await session.close();
  }
}

const [lab, measured] = process.argv.slice(2);
if (lab === undefined || measured === undefined) throw new Error("usage: node bench/pictures.ts LAB MEASURED");
const { knowledge, examination } = await looked(lab);
const pictures = {
  "method-alone.svg": drawAlone((await looked(measured)).examination),
  "method-predicted.svg": drawPredicted(knowledge, examination, knowledge.objectives[0]?.name ?? ""),
  "method-evidence.svg": drawEvidence(knowledge, examination),
};
for (const [name, picture] of Object.entries(pictures))
  writeFileSync(new URL(`../docs/images/${name}`, import.meta.url), picture);
