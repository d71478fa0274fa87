import { randomUUID } from "node:crypto";
import type { Comment } from "../../api/contributions.ts";
import type { CommentRow } from "../../store/team.ts";
import type { Actor } from "../actor.ts";
import { conflict, forbidden, notFound } from "../errors.ts";
import type { Session } from "../session.ts";
import { isAuthor } from "./blind.ts";

type Table = Pick<Session, "store" | "clock">;

/** What is known of a contribution when its discussion is read. */
export interface Discussed {
  readonly id: string;
  readonly authors: readonly string[];
  /** Whether its authors are told to nobody yet: it is undecided, and the lab decides blindly. */
  readonly blind: boolean;
}

/** Oldest first. A comment that was taken back keeps its place, without its text. */
export async function listComments({ store }: Table, actor: Actor, of: Discussed): Promise<readonly Comment[]> {
  return (await store.listComments(of.id)).map((row) => commentOf(row, actor, of));
}

export async function addComment({ store, clock }: Table, actor: Actor, of: Discussed, text: string): Promise<Comment> {
  const row: CommentRow = {
    id: randomUUID(),
    contribution: of.id,
    account: actor.account?.id ?? null,
    name: actor.name,
    text,
    createdAt: clock.now(),
    editedAt: null,
    removedAt: null,
  };
  await store.insertComment(row);
  return commentOf(row, actor, of);
}

/** @throws CairnError `not-found`, `forbidden` when it is another's, `conflict` when it was taken back. */
export async function editComment(
  { store, clock }: Table,
  actor: Actor,
  of: Discussed,
  id: string,
  text: string,
): Promise<Comment> {
  return changeOwn({ store, actor, of, id }, (row) => {
    if (row.removedAt !== null) throw conflict("the comment was taken back", "Restore it first.");
    return row.text === text ? row : { ...row, text, editedAt: clock.now() };
  });
}

/** Takes a comment back; again does nothing. @throws CairnError `not-found`, `forbidden` when it is another's. */
export async function removeComment(
  { store, clock }: Table,
  actor: Actor,
  of: Discussed,
  id: string,
): Promise<Comment> {
  return changeOwn({ store, actor, of, id }, (row) => ({ ...row, removedAt: row.removedAt ?? clock.now() }));
}

/** Undoes `removeComment`. @throws CairnError `not-found`, `forbidden` when it is another's. */
export async function restoreComment({ store }: Table, actor: Actor, of: Discussed, id: string): Promise<Comment> {
  return changeOwn({ store, actor, of, id }, (row) => ({ ...row, removedAt: null }));
}

interface Own {
  readonly store: Session["store"];
  readonly actor: Actor;
  readonly of: Discussed;
  readonly id: string;
}

async function changeOwn({ store, actor, of, id }: Own, change: (row: CommentRow) => CommentRow): Promise<Comment> {
  const absent = () => notFound(`there is no comment ${id} on ${of.id}`);
  const changed = await store.changeComment(id, (row) => {
    if (row.contribution !== of.id) throw absent();
    if (!isMine(row, actor)) throw forbidden("this comment is another's");
    return change(row);
  });
  if (changed === null) throw absent();
  return commentOf(changed, actor, of);
}

function commentOf(row: CommentRow, actor: Actor, of: Discussed): Comment {
  const mine = isMine(row, actor);
  const hidden = of.blind && !mine && isAuthor(of.authors, row.name);
  return {
    id: row.id,
    contribution: row.contribution,
    by: hidden ? null : row.name,
    mine,
    text: row.removedAt === null ? row.text : "",
    createdAt: row.createdAt,
    editedAt: row.editedAt,
    removedAt: row.removedAt,
  };
}

/** Without accounts, whoever sits at the machine is one person by the name. */
function isMine(row: CommentRow, actor: Actor): boolean {
  return actor.account === null ? row.account === null && row.name === actor.name : row.account === actor.account.id;
}
