import { parse } from "yaml";
import { z } from "zod";
import type { ContributionRow, ContributionState } from "../../api/contributions.ts";
import type { Report } from "../../api/report.ts";
import { english } from "../../api/words.ts";
import type { Contribution, FactorLevel, LevelRef, Space } from "../../contribution/contribution.ts";
import type { Actor } from "../actor.ts";
import type { Live } from "../live/live.ts";
import type { LoadedLab } from "../load.ts";
import { isDecided } from "../people/blind.ts";
import { changeLines } from "../report.ts";
import { fileOf, listWithdrawn, type Withdrawn } from "../withdraw.ts";
import { authorsIn, authorsOf, type Veil, veilOf } from "./blind.ts";
import { obstacleOf } from "./blocked.ts";
import { proposedAt } from "./proposed-at.ts";
import { type RunIndex, runIndexOf } from "./run-index.ts";
import { type Spent, spentOn } from "./spent.ts";
import { worthOfLevels } from "./worth.ts";

type WireLevel = ContributionRow["levels"][number];
type Verdict = WireLevel["verdict"];

/** All that the rows of the queue are made of, as it is at one moment. */
export interface Shelf {
  readonly live: Live;
  readonly loaded: LoadedLab;
  readonly report: Report | null;
  readonly index: RunIndex;
  readonly veil: Veil;
  readonly withdrawn: readonly Withdrawn[];
  readonly worth: ReadonlyMap<string, number>;
  readonly comments: ReadonlyMap<string, number>;
}

export async function openShelf(live: Live, actor: Actor): Promise<Shelf> {
  const [index, worth, comments] = await Promise.all([
    runIndexOf(live.session.store),
    worthOfLevels(live),
    live.session.store.countComments(),
  ]);
  const { loaded } = live.session;
  const { report } = live.report();
  // What was put back by hand is in the lab again.
  const ids = new Set(loaded.contributions.map(({ id }) => id));
  const withdrawn = listWithdrawn(loaded.dir).filter(({ id }) => !ids.has(id));
  const authors = authorsOf(loaded);
  for (const { id, text } of withdrawn) authors.set(id, authorsIn(text));
  return { live, loaded, report, index, veil: veilOf(loaded, report, actor, authors), withdrawn, worth, comments };
}

/** In the lab's order, those that were withdrawn last. */
export async function rowsOf(shelf: Shelf): Promise<ContributionRow[]> {
  const { contributions } = shelf.loaded;
  return Promise.all([
    ...contributions.map((contribution) => rowOf(shelf, contribution)),
    ...shelf.withdrawn.map((withdrawn) => withdrawnRow(shelf, withdrawn)),
  ]);
}

export async function rowOf(shelf: Shelf, contribution: Contribution): Promise<ContributionRow> {
  const { id } = contribution;
  const { loaded, report, index, worth } = shelf;
  const path = fileOf(loaded.dir, id);
  const levels = levelsOf(loaded, id);
  const wire = levels.map((level) => wireLevel(shelf, level));
  const spent = spentOn(index, id);
  const state = stateOf(report, id, wire, spent);
  const verdicts = wire.map(({ verdict }) => verdict);
  const obstacle = obstacleOf(shelf, { id, state, levels, verdicts, spent });
  const worths = levels.flatMap((level) => worth.get(level.id) ?? []);
  return {
    id,
    title: contribution.title,
    area: contribution.area,
    why: contribution.why,
    ...shownAuthors(shelf, id, contribution.by),
    state,
    levels: wire,
    worth: worths.length === 0 ? null : worths.reduce((sum, nats) => sum + nats, 0),
    requires: [...contribution.requires],
    conflicts: conflictsOf(loaded.space, id),
    blockedBy: obstacle === null ? null : english.obstacle(obstacle),
    obstacle,
    runs: spent.runs,
    coreSeconds: spent.coreSeconds,
    toDecide: toDecide(report, wire),
    comments: shelf.comments.get(id) ?? 0,
    proposedAt: path === null ? null : await proposedAt(loaded, path),
  };
}

/** What was withdrawn is read as far as it can be: its lab may not be what it was made for. */
const withdrawnFile = z.object({
  title: z.string().catch(""),
  area: z.string().catch(""),
  why: z.string().catch(""),
  requires: z.array(z.string()).catch([]),
});

export async function withdrawnRow(shelf: Shelf, { id, text }: Withdrawn): Promise<ContributionRow> {
  const { title, area, why, requires } = withdrawnFile
    .catch({ title: "", area: "", why: "", requires: [] })
    .parse(readYaml(text));
  const spent = spentOn(shelf.index, id);
  return {
    id,
    title: title === "" ? id : title,
    area,
    why,
    ...shownAuthors(shelf, id, authorsIn(text)),
    state: "withdrawn",
    levels: [],
    worth: null,
    requires,
    conflicts: [],
    blockedBy: english.obstacle({ kind: "withdrawn" }),
    obstacle: { kind: "withdrawn" },
    runs: spent.runs,
    coreSeconds: spent.coreSeconds,
    toDecide: null,
    comments: shelf.comments.get(id) ?? 0,
    proposedAt: null,
  };
}

function readYaml(text: string): unknown {
  try {
    return parse(text, { logLevel: "silent" });
  } catch {
    return null;
  }
}

function shownAuthors(
  { veil }: Shelf,
  id: string,
  by: readonly string[],
): Pick<ContributionRow, "by" | "blind" | "mine"> {
  const blind = veil.hides(id);
  return { by: blind ? [] : [...by], blind, mine: veil.isMine(id) };
}

export function levelsOf({ space }: LoadedLab, id: string): readonly FactorLevel[] {
  return space.factors.flatMap(({ levels }) => levels).filter(({ contribution }) => contribution.id === id);
}

function wireLevel({ loaded, report, veil }: Shelf, level: FactorLevel): WireLevel {
  const effects = report?.effects.filter((effect) => effect.level === level.id && effect.sense === "in-set") ?? [];
  return {
    level: level.id,
    change: changeLines(loaded.lab, level, { blind: veil.hides(level.contribution.id) }),
    verdict: verdictOf(loaded, report, level.id),
    recommended: report?.recommended.includes(level.id) ?? false,
    effects: effects
      .map(({ objective, estimate }) => ({ objective, estimate }))
      .sort((a, b) => Number(a.objective !== null) - Number(b.objective !== null)),
  };
}

/** What has landed since the report was made is landed; of a level that is newer than it, nothing is known. */
function verdictOf({ landings }: LoadedLab, report: Report | null, level: string): Verdict {
  const row = report?.contributions.find((candidate) => candidate.level === level);
  if (row?.verdict.kind === "landed") return row.verdict;
  const landing = landings.findLast(({ added }) => added.includes(level));
  if (landing !== undefined && landings.at(-1)?.set.includes(level))
    return { kind: "landed", landing: landing.landing };
  return row?.verdict ?? { kind: "undecided", reason: { kind: "unmeasured" }, costToKnow: { runs: 0, coreSeconds: 0 } };
}

/** By the best of its levels: landed before land before undecided before shelved. */
function stateOf(report: Report | null, id: string, levels: readonly WireLevel[], spent: Spent): ContributionState {
  const kinds = levels.map(({ verdict }) => verdict.kind);
  if (kinds.includes("landed")) return "landed";
  if (isDecided(report, id)) return kinds.includes("land") ? "land" : "shelve";
  if (spent.runs + spent.failed === 0) return "proposed";
  return report?.state === "decided" ? "undecided" : "measuring";
}

function toDecide(report: Report | null, levels: readonly WireLevel[]): ContributionRow["toDecide"] {
  const costs = levels.flatMap(({ level, verdict }) =>
    verdict.kind === "undecided" && report?.contributions.some((row) => row.level === level)
      ? [verdict.costToKnow]
      : [],
  );
  if (costs.length === 0) return null;
  return {
    runs: Math.max(...costs.map(({ runs }) => runs)),
    coreSeconds: Math.max(...costs.map(({ coreSeconds }) => coreSeconds)),
  };
}

/** Levels of other contributions that cannot be in a set with one of its levels. */
function conflictsOf(space: Space, id: string): string[] {
  const levelAt = ({ factor, level }: LevelRef) => space.factors[factor]?.levels[level - 1];
  const own = (level: FactorLevel | undefined) => level?.contribution.id === id;
  const rivals = space.factors.filter(({ levels }) => levels.some(own)).flatMap(({ levels }) => levels);
  const excluded = space.excludes.flatMap(([a, b]) => {
    const pair = [levelAt(a), levelAt(b)];
    return pair.some(own) ? pair : [];
  });
  const others = [...rivals, ...excluded].filter((level) => level !== undefined && !own(level));
  return [...new Set(others.flatMap((level) => (level === undefined ? [] : [level.id])))].sort();
}
