import { createRequire } from "node:module";
import { z } from "zod";
import { type Report, type ReportRun, reportSchema } from "../api/report.ts";
import { english } from "../api/words.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { combinationIds, isSameCombination } from "../contribution/combination.ts";
import type { Combination, FactorLevel } from "../contribution/contribution.ts";
import { examine } from "../decision/decide.ts";
import type { DecideOptions, Decision, ShelveReason, Verdict } from "../decision/decision.ts";
import type { Lab } from "../lab/lab.ts";
import { splitTarget } from "../lab/overlay.ts";
import type { Knowledge } from "../plan/plan.ts";
import { type Diagnosis, diagnose, noDiagnosis, type OnStep } from "./diagnosis.ts";
import { type History, type PastRun, readHistory } from "./history.ts";
import { knowledgeOf } from "./knowledge.ts";
import { type Lasting, lastingOf, noLasting } from "./lasting.ts";
import type { LoadedLab } from "./load.ts";
import { isBlind } from "./people/blind.ts";
import { veiledOrigin } from "./read/blind.ts";
import { reasonOf } from "./reasons.ts";
import type { Session } from "./session.ts";

const { version } = z.object({ version: z.string() }).parse(createRequire(import.meta.url)("../../package.json"));

export { version };

/** What a decision is at this moment, with all it rests on. Pure of side effects: nothing is recorded. */
export interface Standing {
  readonly history: History;
  readonly knowledge: Knowledge;
  readonly decision: Decision;
  readonly diagnosis: Diagnosis;
  readonly lasting: Lasting;
}

export async function readStanding(
  session: Session,
  detail: DecideOptions["detail"],
  onStep: OnStep = () => {},
): Promise<Standing> {
  const history = await readHistory(session);
  const knowledge = knowledgeOf(session, history);
  const { decision, ensemble } = examine(knowledge, { detail, runsLeft: null });
  const diagnosis = detail === "full" ? diagnose(knowledge, ensemble, decision.recommended, onStep) : noDiagnosis;
  if (detail !== "full") return { history, knowledge, decision, diagnosis, lasting: noLasting };
  const lasting = lastingOf(knowledge, ensemble, session.loaded.landings, await landingReports(session));
  return { history, knowledge, decision, diagnosis, lasting };
}

/**
 * The report of where things stand; right after a landing, with nothing run since, the report of that landing.
 * @param detail sketch: at once, without effects, interactions and points.
 * @param landing a landing's number, to see that one's report again; null: as things stand.
 * @param onStep told how far looking back over the runs has come.
 */
export async function readReport(
  session: Session,
  landing: number | null,
  detail: DecideOptions["detail"] = "full",
  onStep: OnStep = () => {},
): Promise<Report | null> {
  const landed = await landingReports(session);
  if (landing !== null) return landed.get(landing) ?? null;
  const last = session.loaded.landings.at(-1);
  if (last !== undefined) {
    const report = landed.get(last.landing);
    const since = Date.parse(last.at);
    const runs = await session.store.listRuns();
    const unchanged = report !== undefined && isAbout(report, session) && !runs.some((run) => run.createdAt > since);
    if (unchanged) return report;
  }
  return buildReport(session, await readStanding(session, detail, onStep));
}

/** Whether nothing was proposed or taken back since. */
function isAbout(report: Report, { loaded }: Session): boolean {
  const levels = loaded.space.factors.flatMap((factor) => factor.levels.map((level) => level.id));
  return new Set(levels).symmetricDifference(new Set(report.contributions.map(({ level }) => level))).size === 0;
}

async function landingReports(session: Session): Promise<ReadonlyMap<number, Report>> {
  const reports = new Map<number, Report>();
  for (const entry of await session.store.entries("landing")) {
    const report = reportSchema.safeParse(entry.body.report);
    if (report.success && report.data.landing !== null) reports.set(report.data.landing, report.data);
  }
  return reports;
}

export function buildReport(session: Session, standing: Standing): Report {
  const { loaded, scale } = session;
  const { decision, diagnosis, history, knowledge, lasting } = standing;
  const { lab, space } = loaded;
  const ids = (combination: Combination) => [...combinationIds(space, combination)];
  const baseline = decision.points.find((point) => isSameCombination(point.combination, decision.baseline));
  const state = history.observations.length === 0 ? "empty" : decision.state;
  const report: Report = {
    cairn: 1,
    version,
    generatedAt: session.clock.now(),
    lab: lab.name,
    scale,
    confidence: knowledge.confidence,
    alpha: knowledge.alpha,
    state,
    landing: null,
    objectives: lab.objectives.map((objective) => {
      const resolved = knowledge.objectives.find((o) => o.name === objective.name);
      return {
        name: objective.name,
        stage: objective.stage,
        goal: objective.goal,
        unit: objective.unit,
        matters: resolved?.matters ?? 0,
        guardrail: resolved?.guardrail ?? null,
        weight: objective.weight,
        baseline: baseline?.values.find((value) => value.objective === objective.name)?.estimate ?? null,
      };
    }),
    baseline: ids(decision.baseline),
    recommended: ids(decision.recommended),
    set: {
      utility: decision.set.utility,
      objectives: decision.set.objectives.map((gain) => ({ ...gain })),
      confirmation:
        decision.set.confirmation === null
          ? null
          : { ...decision.set.confirmation, tests: decision.set.confirmation.tests.map((test) => ({ ...test })) },
    },
    contributions: space.factors.flatMap((factor) =>
      factor.levels.map((level) => contributionOf(session, level, standing)),
    ),
    effects: decision.effects.map((effect) => ({ ...effect })),
    interactions: decision.interactions.map((interaction) => ({ ...interaction })),
    noise: decision.noise.map((noise, m) => ({ ...noise, parts: diagnosis.noiseParts[m] ?? [] })),
    fit: diagnosis.fit,
    narrowing: diagnosis.narrowing,
    ...lasting,
    points: decision.points.map((point) => ({
      levels: ids(point.combination),
      runs: point.runs,
      values: point.values.map((value) => ({ ...value })),
      utility: point.utility,
      onFront: point.onFront,
    })),
    credit: decision.credit.map((credit) => ({ ...credit })),
    errorBudget: { ...decision.errorBudget },
    runs: history.runs.map((run) => reportRun(lab, run)),
    cost: costOf(history),
    evidence: { used: history.observations.length, earlier: history.earlier },
  };
  return withoutAuthors(loaded, report);
}

type ContributionReport = Report["contributions"][number];

function contributionOf(session: Session, level: FactorLevel, { decision, history }: Standing): ContributionReport {
  const { contribution } = level;
  const verdict = decision.verdicts.find((candidate) => candidate.level === level.id);
  return {
    level: level.id,
    contribution: contribution.id,
    title: contribution.title,
    by: [...contribution.by],
    area: contribution.area,
    why: contribution.why,
    change: changeLines(session.loaded.lab, level),
    verdict:
      verdict === undefined ? { kind: "landed", landing: landingOf(session, level.id) } : verdictOf(verdict, history),
  };
}

/** Who proposed a change is not shown to those who decide until it is decided. */
function withoutAuthors(loaded: LoadedLab, report: Report): Report {
  const levels = loaded.space.factors.flatMap((factor) => factor.levels);
  const contributions = report.contributions.map((row) => {
    const level = levels.find(({ id }) => id === row.level);
    if (level === undefined || !isBlind({ loaded }, report, row.contribution)) return row;
    return { ...row, by: [], change: changeLines(loaded.lab, level, { blind: true }) };
  });
  return { ...report, contributions };
}

function verdictOf(verdict: Verdict, history: History): ContributionReport["verdict"] {
  switch (verdict.kind) {
    case "land": {
      const { inSet, alone, worksWith, overlapsWith } = verdict.reason;
      return { kind: "land", reason: { inSet, alone, worksWith: [...worksWith], overlapsWith: [...overlapsWith] } };
    }
    case "shelve":
      return { kind: "shelve", reason: shelveReasonOf(verdict.reason, history) };
    case "undecided":
      return { kind: "undecided", reason: verdict.reason, costToKnow: verdict.costToKnow };
  }
}

type WireShelveReason = Extract<ContributionReport["verdict"], { kind: "shelve" }>["reason"];

function shelveReasonOf(reason: ShelveReason, { failed }: History): WireShelveReason {
  if (reason.kind !== "cannot-run") return reason;
  const failure = reason.crash === null ? null : (failed[reason.crash]?.failure ?? null);
  const because = failure === null ? english.clash({ kind: "contradiction" }) : english.failure(failure);
  return { kind: "cannot-run", because, failure };
}

function landingOf(session: Session, level: string): number {
  return session.loaded.landings.findLast((landing) => landing.added.includes(level))?.landing ?? 0;
}

/**
 * `pretrain.position: learned → rotary`, `contributions/x.patch: model.py, train.py`.
 * @param options blind: without what says whose it is
 */
export function changeLines(lab: Lab, level: FactorLevel, { blind } = { blind: false }): string[] {
  const sets = setLines(lab, level).map(({ key, before, after }) => `${key}: ${before} → ${after}`);
  const patches = level.change.patches.map((patch) => {
    const files = [...patch.text.matchAll(/^\+\+\+ (?:b\/)?(\S+)/gm)].map((match) => match[1]);
    return `${blind ? veiledOrigin(patch.origin) : patch.origin}: ${files.join(", ")}`;
  });
  return [...sets, ...patches];
}

/** What a level sets, beside what the lab file says. */
export function setLines(
  lab: Lab,
  level: FactorLevel,
): { readonly key: string; readonly before: string; readonly after: string }[] {
  const show = (value: Json | undefined) =>
    value === undefined ? "nothing" : typeof value === "string" ? value : canonicalJson(value);
  return Object.entries(level.change.set).map(([key, value]) => {
    const { stage, param } = splitTarget(key);
    const before = lab.stages.find(({ name }) => name === stage)?.params[param ?? ""];
    return { key, before: show(before), after: show(value) };
  });
}

function reportRun(lab: Lab, run: PastRun): ReportRun {
  const { row } = run;
  const values: ReportRun["values"] = {};
  for (const { name, stage } of lab.objectives) {
    const value = run.results.get(stage)?.metrics.get(name);
    if (value !== undefined) values[name] = wireNumber(value);
  }
  return {
    id: row.id,
    levels: [...row.levels],
    seed: row.seed,
    scale: row.scale,
    purpose: row.purpose,
    state: row.state,
    why: english.run(reasonOf(row.why)),
    values,
    stages: row.stages.map(({ stage, key, attempt, reused, failure }) => ({
      stage,
      key,
      attempt,
      reused,
      seconds: run.results.get(stage)?.seconds ?? null,
      failure: failure ?? null,
    })),
    coreSeconds: row.coreSeconds,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
    counts: row.state === "done" ? run.current : null,
  };
}

export function wireNumber(value: number): number | "NaN" | "Infinity" | "-Infinity" {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

function costOf(history: History): Report["cost"] {
  const runs = history.runs.filter((run) => run.row.state === "done" || run.row.state === "failed");
  const stages = runs.flatMap((run) =>
    run.row.stages.map((stage) => ({ reused: stage.reused, result: run.results.get(stage.stage) })),
  );
  const reused = stages.filter((stage) => stage.reused);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, x) => total + x, 0);
  return {
    runs: runs.length,
    coreSeconds: sum(runs.map((run) => run.row.coreSeconds)),
    gpuSeconds: sum(runs.map((run) => run.row.gpuSeconds)),
    wallSeconds: busySeconds(runs),
    executedStages: stages.filter((stage) => !stage.reused && stage.result !== undefined).length,
    reusedStages: reused.length,
    savedCoreSeconds: sum(reused.map((stage) => stage.result?.coreSeconds ?? 0)),
  };
}

/** Wall time in which at least one run was under way. */
function busySeconds(runs: readonly PastRun[]): number {
  const spans = runs
    .flatMap(({ row }) => (row.finishedAt === null ? [] : [[row.createdAt, row.finishedAt] as const]))
    .sort(([a], [b]) => a - b);
  let total = 0;
  let until = 0;
  for (const [start, end] of spans) {
    total += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return total / 1000;
}
