import { existsSync, readFileSync } from "node:fs";
import type { Lab as WireLab, Landing as WireLanding } from "../../api/lab.ts";
import { areas } from "../../contribution/contribution.ts";
import type { Amount, Budget } from "../../lab/lab.ts";
import type { Landing } from "../../release/landing.ts";
import type { Actor } from "../actor.ts";
import { contained } from "../files.ts";
import type { Live } from "../live/live.ts";
import { contributionsFolder, type LoadedLab } from "../load.ts";
import { isAuthor, isBlind } from "../people/blind.ts";
import { version } from "../report.ts";
import { authorsIn, withoutNames } from "./blind.ts";
import { contributionOfLevel } from "./spent.ts";

export function readLab(live: Live, actor: Actor): WireLab {
  const { loaded, scale } = live.session;
  const { lab } = loaded;
  const { alpha, confidence, explore, blind, budget } = lab.policy;
  return {
    name: lab.name,
    version,
    scale,
    scales: lab.scales.map(({ name }) => name),
    areas: [...areas],
    objectives: lab.objectives.map(({ matters, guardrail, ...objective }) => ({
      ...objective,
      matters: amountText(matters),
      guardrail: guardrail === null ? null : amountText(guardrail),
      inUnits: inUnits(objective.name, live),
    })),
    policy: { alpha, confidence, explore, blind, ...budgetOf(budget) },
    diagnostics: live.diagnostics.map((found) => withoutAuthors(live, actor, found.path, found)),
  };
}

/** Percentages are of the baseline's value: null before that has been measured. */
function inUnits(name: string, live: Live): WireLab["objectives"][number]["inUnits"] {
  const objective = live.report().report?.objectives.find((candidate) => candidate.name === name);
  return objective === undefined || objective.baseline === null
    ? null
    : { matters: objective.matters, guardrail: objective.guardrail };
}

function amountText(amount: Amount): string {
  return amount.kind === "absolute" ? String(amount.value) : `${Number((100 * amount.fraction).toPrecision(12))}%`;
}

function budgetOf({ runs, core_hours, gpu_hours, hours }: Budget): Pick<WireLab["policy"], "budget" | "bounds"> {
  const all = [
    { amount: runs, of: "runs" },
    { amount: core_hours, of: "core-hours" },
    { amount: gpu_hours, of: "GPU-hours" },
    { amount: hours, of: "hours" },
  ] as const;
  const bounds = all.flatMap(({ amount, of }) => (amount === null ? [] : [{ amount, of }]));
  return { budget: bounds.map(({ amount, of }) => `${amount} ${of}`), bounds };
}

/** What is wrong with a contribution's file may quote the names in it. @param path of the file, in the lab */
export function withoutAuthors<T extends { readonly message: string; readonly help: string | null }>(
  live: Live,
  actor: Pick<Actor, "name">,
  path: string,
  said: T,
): T {
  const { message, help } = said;
  const id = new RegExp(`^${contributionsFolder}/(.+)\\.ya?ml$`).exec(path)?.[1];
  if (id === undefined || !isBlind(live.session, live.report().report, id)) return said;
  const full = contained(live.session.loaded.dir, path);
  const names = full !== null && existsSync(full) ? authorsIn(readFileSync(full, "utf8")) : [];
  if (isAuthor(names, actor.name)) return said;
  return { ...said, message: withoutNames(message, names), help: help === null ? null : withoutNames(help, names) };
}

/** Newest last. */
export function readLandings(loaded: LoadedLab): WireLanding[] {
  return loaded.landings.map((landing) => wireLanding(loaded, landing));
}

export function wireLanding({ contributions }: LoadedLab, landing: Landing): WireLanding {
  const carried = new Set(landing.added.map(contributionOfLevel));
  const authors = contributions.filter(({ id }) => carried.has(id)).flatMap(({ by }) => by);
  return {
    landing: landing.landing,
    at: Date.parse(landing.at),
    scale: landing.scale,
    set: landing.set,
    added: landing.added,
    removed: landing.removed,
    utility: interval(landing.gain.utility),
    objectives: Object.entries(landing.gain.objectives).map(([objective, difference]) => ({
      objective,
      difference: interval(difference),
    })),
    pairs: landing.confirmation.pairs,
    credit: Object.entries(landing.credit).map(([level, share]) => ({ level, share: interval(share) })),
    by: [...new Set(authors)],
  };
}

function interval([mean, low, high]: readonly [number, number, number]): WireLanding["utility"] {
  return { mean, low, high };
}
