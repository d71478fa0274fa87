import type { Report } from "../api/report.ts";
import { digestJson } from "../base/digest.ts";
import type { JsonObject } from "../base/json.ts";
import type { Interval } from "../evidence/evidence.ts";
import type { Landing } from "../release/landing.ts";
import { CairnError, conflict } from "./errors.ts";
import { writeLanding } from "./landings.ts";
import { buildReport, readStanding } from "./report.ts";
import type { Session } from "./session.ts";

/** Records the decision as it stands, once per state of the evidence, and says it. */
export async function recordDecision(session: Session): Promise<Report> {
  const report = buildReport(session, await readStanding(session, "full"));
  const body: JsonObject = {
    scale: report.scale,
    state: report.state,
    baseline: report.baseline,
    recommended: report.recommended,
    verdicts: Object.fromEntries(report.contributions.map((c) => [c.level, c.verdict.kind])),
    evidence: report.runs.filter((run) => run.counts === true).map((run) => run.id),
  };
  const last = (await session.store.entries("decision")).at(-1);
  if (last === undefined || digestJson(last.body) !== digestJson(body)) await session.store.append("decision", body);
  return report;
}

export interface Landed {
  readonly landing: Landing;
  readonly file: string;
  readonly report: Report;
}

/**
 * Makes the confirmed set the new baseline: a file in the lab, and an entry in the ledger with the report it rests on.
 * @param seen the set that whoever lands was shown; null: whatever is recommended
 * @throws CairnError `not-decided` when no set is confirmed, or none is better than the baseline; `conflict` when
 * another set than the one seen is recommended.
 */
export async function land(session: Session, seen: readonly string[] | null = null): Promise<Landed> {
  const report = await recordDecision(session);
  if (seen !== null && !isSameSet(seen, report.recommended)) {
    const now = report.recommended.join(", ") || "none";
    throw conflict(`another set is recommended by now: ${now}`, "Look at the report again, and land that.");
  }
  const { confirmation } = report.set;
  const added = report.recommended.filter((level) => !report.baseline.includes(level));
  const removed = report.baseline.filter((level) => !report.recommended.includes(level));
  if (added.length + removed.length === 0) {
    throw new CairnError({
      kind: "not-decided",
      message: "there is nothing to land: no set is better than the baseline by what was measured",
      help: report.state === "decided" ? "`cairn report` says why each was shelved." : "`cairn run` measures on.",
    });
  }
  if (confirmation === null || confirmation.outcome !== "confirmed") {
    const pairs = confirmation?.pairs ?? 0;
    throw new CairnError({
      kind: "not-decided",
      message: `the recommended set (${report.recommended.join(", ")}) is not confirmed: ${pairs} fresh ${pairs === 1 ? "pair" : "pairs"} so far`,
      help: "`cairn run` makes the runs that confirm it; nothing lands on the search's numbers alone.",
    });
  }
  const number = (session.loaded.landings.at(-1)?.landing ?? 0) + 1;
  const utility = confirmation.tests.find((test) => test.objective === null);
  const landing: Landing = {
    landing: number,
    at: new Date(session.clock.now()).toISOString(),
    scale: report.scale,
    set: report.recommended,
    added,
    removed,
    gain: {
      utility: triple(utility?.difference ?? report.set.utility),
      objectives: Object.fromEntries(
        report.set.objectives.map(({ objective, difference }) => {
          const test = confirmation.tests.find((candidate) => candidate.objective === objective);
          return [objective, triple(test?.difference ?? difference)];
        }),
      ),
    },
    confirmation: {
      pairs: confirmation.pairs,
      e: utility?.e ?? 0,
      threshold: confirmation.threshold,
      ...(report.errorBudget !== null && { candidate: report.errorBudget.tested }),
    },
    credit: Object.fromEntries(report.credit.map((credit) => [credit.level, triple(credit.share)])),
  };
  const { errorBudget: budget } = report;
  const errorBudget = budget === null ? null : { ...budget, landed: budget.landed + 1 };
  const landed: Report = { ...report, landing: number, errorBudget };
  // The ledger first: a file without its report would be a landing nobody can explain, a report without a file is none.
  await session.store.append("landing", { landing: number, report: jsonOf(landed) });
  return { landing, file: writeLanding(session.loaded.dir, landing), report: landed };
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return new Set(a).symmetricDifference(new Set(b)).size === 0;
}

function triple({ mean, low, high }: Interval): [number, number, number] {
  return [mean, low, high];
}

function jsonOf(report: Report): JsonObject {
  return JSON.parse(JSON.stringify(report));
}
