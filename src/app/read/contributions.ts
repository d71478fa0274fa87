import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import type {
  ContributionRow,
  contributionPage,
  contributionQuery,
  parameters,
  Contribution as WireContribution,
} from "../../api/contributions.ts";
import type { FactorLevel, Patch } from "../../contribution/contribution.ts";
import { type FilePatch, readPatch } from "../../contribution/patch.ts";
import type { Actor } from "../actor.ts";
import { notFound } from "../errors.ts";
import type { Live } from "../live/live.ts";
import { contributionsFolder } from "../load.ts";
import { setLines } from "../report.ts";
import type { Session } from "../session.ts";
import { fileOf, type Withdrawn } from "../withdraw.ts";
import { veiledFile, veiledLines, veiledOrigin } from "./blind.ts";
import { plain } from "./comparison.ts";
import { type Order, pageOf } from "./paging.ts";
import { levelsOf, openShelf, rowOf, rowsOf, type Shelf, withdrawnRow } from "./shelf.ts";
import { contributionOfLevel } from "./spent.ts";

type ContributionQuery = z.output<typeof contributionQuery>;

export async function listContributions(
  live: Live,
  actor: Actor,
  query: ContributionQuery,
): Promise<z.output<typeof contributionPage>> {
  const rows = await rowsOf(await openShelf(live, actor));
  const needle = query.q?.trim().toLowerCase() ?? "";
  const found = rows.filter(
    (row) =>
      (query.state?.includes(row.state) ?? row.state !== "withdrawn") &&
      (query.area?.includes(row.area) ?? true) &&
      (query.mine === undefined || row.mine === (query.mine === "true")) &&
      // In what the caller may see alone: a search must not tell whose it is.
      (needle === "" || [row.id, row.title, row.why, ...row.by].some((text) => text.toLowerCase().includes(needle))),
  );
  return pageOf(found, orders[query.sort], query);
}

const orders: Readonly<Record<ContributionQuery["sort"], Order<ContributionRow>>> = {
  worth: orderBy("worth", true, worthFirst),
  gain: orderBy("gain", true, gainOf),
  title: orderBy("title", false, ({ title }) => title.toLowerCase()),
  cost: orderBy("cost", true, ({ coreSeconds }) => coreSeconds),
  newest: orderBy("newest", true, (row) => row.proposedAt),
};

function orderBy(name: string, descending: boolean, key: Order<ContributionRow>["key"]): Order<ContributionRow> {
  return { name, descending, key, id: ({ id }) => id };
}

/** What it gains in the recommended set, of its best level. */
function gainOf({ levels }: ContributionRow): number | null {
  const gains = levels.flatMap(({ effects }) =>
    effects.flatMap((effect) => (effect.objective === null ? effect.estimate.mean : [])),
  );
  return gains.length === 0 ? null : Math.max(...gains);
}

/** Undecided by worth, above 1; then decided by gain, brought between −1 and 1; what was withdrawn is last. */
function worthFirst(row: ContributionRow): number | null {
  if (row.state === "withdrawn") return null;
  const gain = gainOf(row) ?? 0;
  const isOpen = row.state === "proposed" || row.state === "measuring" || row.state === "undecided";
  return isOpen ? 1 + (row.worth ?? 0) : gain / (1 + Math.abs(gain));
}

/** @throws CairnError `not-found` */
export async function readContribution(live: Live, actor: Actor, id: string): Promise<WireContribution> {
  const shelf = await openShelf(live, actor);
  const contribution = shelf.loaded.contributions.find((candidate) => candidate.id === id);
  if (contribution === undefined) return readWithdrawn(shelf, id);
  const { loaded, report, veil } = shelf;
  const blind = veil.hides(id);
  const levels = levelsOf(loaded, id);
  const ids = levels.map((level) => level.id);
  return {
    ...(await rowOf(shelf, contribution)),
    file: fileText(loaded.dir, id, blind),
    set: levels.flatMap((level) => setLines(loaded.lab, level).map((line) => ({ level: level.id, ...line }))),
    patches: levels.flatMap((level) => patchesOf(level, blind)),
    effects: report?.effects.filter((effect) => ids.includes(effect.level)) ?? [],
    interactions: report?.interactions.filter(({ a, b }) => ids.includes(a) || ids.includes(b)) ?? [],
    credit: report?.credit.filter(({ level }) => ids.includes(level)) ?? [],
    landings: loaded.landings.flatMap(({ landing, added, removed, at }) => [
      ...(added.some((level) => contributionOfLevel(level) === id)
        ? [{ landing, kind: "added" as const, at: Date.parse(at) }]
        : []),
      ...(removed.some((level) => contributionOfLevel(level) === id)
        ? [{ landing, kind: "removed" as const, at: Date.parse(at) }]
        : []),
    ]),
  };
}

async function readWithdrawn(shelf: Shelf, id: string): Promise<WireContribution> {
  const withdrawn = findWithdrawn(shelf, id);
  const { path, text } = withdrawn;
  return {
    ...(await withdrawnRow(shelf, withdrawn)),
    file: { path, text: shelf.veil.hides(id) ? veiledFile(text) : text },
    set: [],
    patches: [],
    effects: [],
    interactions: [],
    credit: [],
    landings: [],
  };
}

function findWithdrawn({ withdrawn }: Shelf, id: string): Withdrawn {
  const found = withdrawn.find((candidate) => candidate.id === id);
  if (found === undefined) throw notFound(`there is no contribution ${JSON.stringify(id)}`);
  return found;
}

/** As it is now; empty when it is gone, and the lab is shown as it was before. */
function fileText(dir: string, id: string, blind: boolean): WireContribution["file"] {
  const path = fileOf(dir, id);
  if (path === null) return { path: `${contributionsFolder}/${id}.yaml`, text: "" };
  const text = readFileSync(join(dir, path), "utf8");
  return { path, text: blind ? veiledFile(text) : text };
}

function patchesOf(level: FactorLevel, blind: boolean): WireContribution["patches"] {
  return level.change.patches.map((patch) => ({
    level: level.id,
    origin: blind ? veiledOrigin(patch.origin) : patch.origin,
    files: filesOf(patch).map((file) => patchFile(file, blind)),
  }));
}

function filesOf(patch: Patch): readonly FilePatch[] {
  const files = readPatch(patch);
  return files.ok ? files.value : [];
}

function patchFile(
  { from, to, diff }: FilePatch,
  blind: boolean,
): WireContribution["patches"][number]["files"][number] {
  const text = diff.hunks
    .map(({ oldStart, oldLines, newStart, newLines, lines }) =>
      [`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`, ...lines].join("\n"),
    )
    .join("\n");
  const lines = diff.hunks.flatMap((hunk) => hunk.lines);
  return {
    path: to ?? from ?? "",
    hunks: blind ? veiledLines(text) : text,
    added: lines.filter((line) => line.startsWith("+")).length,
    removed: lines.filter((line) => line.startsWith("-")).length,
  };
}

/** Every parameter of the recipe as it runs now: with what has landed, at the session's scale. */
export function readParameters({ loaded, resolve }: Session): z.output<typeof parameters> {
  const resolved = resolve(loaded.baseline);
  const stages = resolved.ok ? resolved.value.recipe.stages : loaded.lab.stages;
  return {
    stages: stages.map(({ name, params }) => ({
      stage: name,
      params: Object.entries(params).map(([param, value]) => ({ name: param, value: plain(value) })),
    })),
  };
}
