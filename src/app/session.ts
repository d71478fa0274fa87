import { join } from "node:path";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Result } from "../base/result.ts";
import type { ArtifactStore } from "../cache/artifacts.ts";
import { combinationIds } from "../contribution/combination.ts";
import type { Combination } from "../contribution/contribution.ts";
import { resolveCombination, type Unresolvable } from "../contribution/resolve.ts";
import type { ResolvedRecipe } from "../recipe/recipe.ts";
import { isDeadHere, ownerOfThisProcess } from "../store/owner.ts";
import type { Store } from "../store/store.ts";
import { openArtifacts } from "./artifact-storage.ts";
import { openRecord } from "./db/record.ts";
import { usage } from "./errors.ts";
import { findLab, type LoadedLab, loadLab, workspaceFolder } from "./load.ts";

/** A lab that is open: what it says, what is recorded of it, and where its files are. The place where backends are made. */
export interface Session {
  readonly loaded: LoadedLab;
  readonly scale: string;
  readonly workspace: string;
  readonly store: Store;
  readonly artifacts: ArtifactStore;
  readonly clock: Clock;
  /** This process, as leases name it. */
  readonly owner: string;
  /** The combination at a scale, the session's by default; an error says which levels cannot go together. */
  resolve(combination: Combination, scale?: string): Result<ResolvedRecipe, Unresolvable>;
  close(): Promise<void>;
}

interface SessionOptions {
  /** null: the policy's, else the last one of the lab. */
  readonly scale: string | null;
  /** Of a thread that runs stages: the count of those that were started before it, whose leases it takes over. */
  readonly generation?: number;
}

/** @throws CairnError when there is no lab, it is invalid, the scale is unknown or the store is damaged. */
export async function openSession(from: string, { scale: wanted, generation }: SessionOptions): Promise<Session> {
  const loaded = await loadLab(findLab(from));
  const scale = chooseScale(loaded, wanted);
  const workspace = join(loaded.dir, workspaceFolder);
  const owner = generation === undefined ? ownerOfThisProcess() : ownerOfThread(generation);
  const gone = new Set(Array.from({ length: generation ?? 0 }, (_, earlier) => ownerOfThread(earlier)));
  const isDead = (other: string) => gone.has(other) || isDeadHere(other);
  const record = { name: loaded.lab.name, workspace, url: process.env.CAIRN_DATABASE_URL };
  const store = await openRecord(record, systemClock, isDead);
  const backends = {
    store,
    artifacts: openArtifacts(workspace, store, process.env),
    clock: systemClock,
    owner,
    workspace,
  };
  return sessionOf(loaded, scale, { ...backends, close: () => store.close() });
}

/**
 * The same session with the lab as its files are now; both use one record, and closing one closes it for both.
 * @throws CairnError as `openSession`.
 */
export async function reloadSession(session: Session): Promise<Session> {
  const loaded = await loadLab(session.loaded.dir);
  return sessionOf(loaded, chooseScale(loaded, session.scale), session);
}

type Backends = Pick<Session, "store" | "artifacts" | "clock" | "owner" | "workspace" | "close">;

function sessionOf(loaded: LoadedLab, scale: string, backends: Backends): Session {
  const { store, artifacts, clock, owner, workspace, close } = backends;
  const memo = new Map<string, ReturnType<Session["resolve"]>>();
  return {
    ...{ loaded, scale, store, artifacts, clock, owner, workspace, close },
    resolve(combination, at = scale) {
      const name = `${at}:${combinationIds(loaded.space, combination).join("+")}`;
      const known = memo.get(name);
      if (known !== undefined) return known;
      const { lab, space, tree, readFile: files } = loaded;
      const resolved = resolveCombination({ lab, space, combination, scale: at, tree, files });
      memo.set(name, resolved);
      return resolved;
    },
  };
}

/** The owner of a thread's leases: that of the process, and which thread of it. */
function ownerOfThread(generation: number): string {
  return `${ownerOfThisProcess()}:${generation}`;
}

function chooseScale(loaded: LoadedLab, wanted: string | null): string {
  const names = loaded.lab.scales.map((scale) => scale.name);
  const scale = wanted ?? loaded.lab.policy.scale ?? names.at(-1);
  if (scale !== undefined && names.includes(scale)) return scale;
  throw usage(`there is no scale ${JSON.stringify(scale)} in this lab`, `Its scales are: ${names.join(", ")}.`);
}
