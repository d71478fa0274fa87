import { randomUUID } from "node:crypto";
import { type View, view } from "../../api/runs.ts";
import { notFound } from "../errors.ts";
import type { Session } from "../session.ts";

type Shelf = Pick<Session, "store" | "clock">;

/** Oldest first; those of pages that this Cairn does not have are left out. */
export async function listViews({ store }: Shelf): Promise<readonly View[]> {
  return (await store.listViews()).flatMap((row) => {
    const parsed = view.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
}

export async function saveView({ store, clock }: Shelf, view: Omit<View, "id" | "createdAt">): Promise<View> {
  const saved = { ...view, id: randomUUID(), createdAt: clock.now() };
  await store.insertView(saved);
  return saved;
}

export async function removeView({ store }: Shelf, id: string): Promise<void> {
  if (!(await store.removeView(id))) throw notFound(`there is no view ${id}`);
}
