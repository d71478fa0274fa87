import { join } from "node:path";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Result } from "../base/result.ts";
import { createArtifacts } from "../cache/artifacts.ts";
import { combinationIds } from "../contribution/combination.ts";
import type { Combination, LevelId } from "../contribution/contribution.ts";
import { resolveCombination } from "../contribution/resolve.ts";
import type { ResolvedRecipe } from "../recipe/recipe.ts";
import { ownerOfThisProcess } from "../store/owner.ts";
import { openSqliteStore } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";
import { usage } from "./errors.ts";
import { findLab, type LoadedLab, loadLab, workspaceFolder } from "./load.ts";

/** A lab that is open: what it says, what is recorded of it, and where its files are. The place where backends are made. */
export interface Session {
  readonly loaded: LoadedLab;
  readonly scale: string;
  readonly workspace: string;
  readonly store: Store;
  readonly artifacts: ReturnType<typeof createArtifacts>;
  readonly clock: Clock;
  /** This process, as leases name it. */
  readonly owner: string;
  /** The combination at a scale, the session's by default; an error says which levels cannot go together. */
  resolve(
    combination: Combination,
    scale?: string,
  ): Result<ResolvedRecipe, { readonly message: string; readonly levels: readonly LevelId[] }>;
  close(): Promise<void>;
}

/** @throws CairnError when there is no lab, it is invalid, the scale is unknown or the store is damaged. */
export async function openSession(from: string, options: { readonly scale: string | null }): Promise<Session> {
  const loaded = await loadLab(findLab(from));
  const scale = chooseScale(loaded, options.scale);
  const workspace = join(loaded.dir, workspaceFolder);
  const store = await openSqliteStore(join(workspace, "cairn.db"), systemClock);
  const memo = new Map<string, ReturnType<Session["resolve"]>>();
  return {
    loaded,
    scale,
    workspace,
    store,
    artifacts: createArtifacts(workspace),
    clock: systemClock,
    owner: ownerOfThisProcess(),
    resolve(combination, at = scale) {
      const name = `${at}:${combinationIds(loaded.space, combination).join("+")}`;
      const known = memo.get(name);
      if (known !== undefined) return known;
      const { lab, space, tree, readFile: files } = loaded;
      const resolved = resolveCombination({ lab, space, combination, scale: at, tree, files });
      memo.set(name, resolved);
      return resolved;
    },
    close: () => store.close(),
  };
}

function chooseScale(loaded: LoadedLab, wanted: string | null): string {
  const names = loaded.lab.scales.map((scale) => scale.name);
  const scale = wanted ?? loaded.lab.policy.scale ?? names.at(-1);
  if (scale !== undefined && names.includes(scale)) return scale;
  throw usage(`there is no scale ${JSON.stringify(scale)} in this lab`, `Its scales are: ${names.join(", ")}.`);
}
