import type { z } from "zod";
import type { newContribution, proposed } from "../../api/contributions.ts";
import type { Actor } from "../actor.ts";
import { CairnError, forbidden, notFound } from "../errors.ts";
import type { Live } from "../live/live.ts";
import { isAuthor, isBlind } from "../people/blind.ts";
import type { Discussed } from "../people/comments.ts";
import { propose } from "../propose.ts";
import { listWithdrawn, restore, withdraw } from "../withdraw.ts";
import { authorsIn } from "./blind.ts";
import { withoutAuthors } from "./lab.ts";

type Proposed = z.output<typeof proposed>;

/** @throws CairnError, with nothing written, when the lab with this contribution would not be right. */
export async function proposeThrough(
  live: Live,
  actor: Actor,
  body: z.output<typeof newContribution>,
): Promise<Proposed> {
  const proposing = propose(live.session.loaded.dir, {
    id: body.id,
    title: body.title ?? null,
    by: body.by.length > 0 ? body.by : [actor.name],
    area: body.area,
    why: body.why === "" ? null : body.why,
    set: body.set,
    patch: body.patch === undefined ? null : { kind: "text", text: body.patch },
    branch: null,
    requires: body.requires,
    bold: body.bold,
  });
  const { file } = await veiled(live, actor, proposing);
  await live.refresh();
  return { id: body.id, file };
}

/** @throws CairnError `forbidden` unless the actor is an author or an admin, and as `withdraw`. */
export async function withdrawThrough(live: Live, actor: Actor, id: string): Promise<void> {
  const { loaded } = live.session;
  const contribution = loaded.contributions.find((candidate) => candidate.id === id);
  if (contribution === undefined) throw absent(id);
  if (!mayTakeBack(actor, contribution.by))
    throw forbidden("only its authors, and admins, can take a contribution back");
  withdraw(loaded, id);
  await live.refresh();
}

/** @throws CairnError `forbidden` unless the actor is an author or an admin, and as `restore`. */
export async function restoreThrough(live: Live, actor: Actor, id: string): Promise<Proposed> {
  const { dir } = live.session.loaded;
  const withdrawn = listWithdrawn(dir).find((candidate) => candidate.id === id);
  if (withdrawn === undefined) throw absent(id);
  if (!mayTakeBack(actor, authorsIn(withdrawn.text)))
    throw forbidden("only its authors, and admins, can bring a contribution back");
  const file = await veiled(live, actor, restore(dir, id));
  await live.refresh();
  return { id, file };
}

/** What was wrong with the lab's other files, where that is why it failed, without the names in them. */
async function veiled<T>(live: Live, actor: Actor, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof CairnError) || error.failure.kind !== "invalid") throw error;
    const diagnostics = error.failure.diagnostics.map((found) =>
      withoutAuthors(live, actor, found.span.source.path, found),
    );
    throw new CairnError({ kind: "invalid", diagnostics });
  }
}

/**
 * What its discussion needs to know of a contribution, in the lab or withdrawn.
 * @throws CairnError `not-found`
 */
export function discussed(live: Live, id: string): Discussed {
  const { loaded } = live.session;
  const contribution = loaded.contributions.find((candidate) => candidate.id === id);
  const withdrawn = contribution === undefined ? listWithdrawn(loaded.dir).find((other) => other.id === id) : undefined;
  const authors = contribution?.by ?? (withdrawn === undefined ? null : authorsIn(withdrawn.text));
  if (authors === null) throw absent(id);
  return { id, authors, blind: isBlind(live.session, live.report().report, id) };
}

function absent(id: string) {
  return notFound(`there is no contribution ${JSON.stringify(id)}`);
}

function mayTakeBack(actor: Actor, by: readonly string[]): boolean {
  return isAuthor(by, actor.name) || actor.scopes.includes("admin");
}
